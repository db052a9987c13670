"""Leaves people a notice about the record, in their inbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Action, Effect, Facts, Notify, Recipient, TextTemplate, hookimpl


class NotifyConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`to`: people by email or id, or `{assignees}` and other fields that hold people."""

    to: Annotated[tuple[Recipient, ...], msgspec.Meta(min_length=1, max_length=100)]
    text: TextTemplate


class NotifyAction(Action[NotifyConfig]):
    key = "notify"
    label = "Notify people"
    sentence = "notify {to}: “{text}”"
    config_type = NotifyConfig
    also = (("to", "users", "people", "recipients"), ("text", "message", "body"))
    needs_record = False

    def plan(self, config: NotifyConfig, facts: Facts) -> Sequence[Effect]:
        return [Notify(facts.recipients(config.to), facts.text(config.text))]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [NotifyAction()]
