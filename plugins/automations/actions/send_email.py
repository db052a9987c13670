"""Sends an email, with values where its texts have `{field}`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import (
    Action,
    Effect,
    Facts,
    FilesName,
    InvalidInputError,
    Recipient,
    SendMail,
    TextTemplate,
    hookimpl,
)

Recipients = Annotated[tuple[Recipient, ...], msgspec.Meta(max_length=100)]


class SendEmailConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`to` and `cc`: addresses, people, or `{field}`: an email field, a lookup of one, people.

    `attachments`: fields whose files go with it, 20 MiB together at the most.
    """

    to: Recipients | Recipient
    subject: Annotated[TextTemplate, msgspec.Meta(examples=["Our offer for {title}"])]
    body: Annotated[TextTemplate, msgspec.Meta(examples=["Dear {customer}, it is {amount}."])]
    cc: Recipients = ()
    attachments: Annotated[tuple[FilesName, ...], msgspec.Meta(max_length=20)] = ()
    reply_to: str | None = None

    @property
    def first(self) -> tuple[str, ...]:
        return (self.to,) if isinstance(self.to, str) else self.to


class SendEmailAction(Action[SendEmailConfig]):
    key = "send_email"
    label = "Send an email"
    description = "To addresses, to people, or to whom a field or a lookup of the record names."
    sentence = "send the email “{subject}” to {to}"
    config_type = SendEmailConfig
    also = (("to", "recipients"), ("body", "text", "message"))
    needs_record = False

    def check(self, config: SendEmailConfig) -> None:
        if not config.first:
            raise InvalidInputError("Say to whom it goes.")

    def plan(self, config: SendEmailConfig, facts: Facts) -> Sequence[Effect]:
        return [
            SendMail(
                to=facts.recipients(config.first),
                cc=facts.recipients(config.cc),
                subject=facts.text(config.subject),
                body=facts.text(config.body),
                reply_to=config.reply_to,
                attachments=config.attachments,
            )
        ]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [SendEmailAction()]
