"""Sends a dashboard by email, as a PDF or a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import msgspec

from kernel.plugin_api import (
    Action,
    DashboardFile,
    DashboardName,
    Effect,
    Facts,
    Recipient,
    SendMail,
    TextTemplate,
    hookimpl,
    labelled,
)

Recipients = Annotated[tuple[Recipient, ...], msgspec.Meta(max_length=100)]


class SendDashboardConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`to` and `cc`: addresses, people, or `{field}`. Without a subject it is called like the dashboard.

    `language`: in which labels and figures are written, such as `pl`; without one, yours.
    """

    dashboard: DashboardName
    to: Annotated[tuple[Recipient, ...], msgspec.Meta(min_length=1, max_length=100)]
    format: Annotated[Literal["pdf", "png"], labelled(pdf="PDF", png="a picture")] = "pdf"
    subject: TextTemplate | None = None
    body: TextTemplate | None = None
    cc: Recipients = ()
    language: Annotated[str, msgspec.Meta(max_length=20, examples=["pl"])] | None = None


class SendDashboardAction(Action[SendDashboardConfig]):
    key = "send_dashboard"
    label = "Send a dashboard"
    description = "By email, as it is at that moment and as you see it."
    sentence = "send the dashboard {dashboard} to {to} as {format}"
    config_type = SendDashboardConfig
    needs_record = False

    def plan(self, config: SendDashboardConfig, facts: Facts) -> Sequence[Effect]:
        return [
            SendMail(
                to=facts.recipients(config.to),
                cc=facts.recipients(config.cc),
                subject=facts.text(config.subject or ""),
                body=facts.text(config.body or ""),
                dashboards=[DashboardFile(config.dashboard, config.format, config.language)],
            )
        ]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [SendDashboardAction()]
