"""Somebody calls the automation's own address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import FieldName, Hook, Timing, Trigger, hookimpl


class WebhookReceivedConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`field` finds the records: those whose field has the value of `member` of the body.

    `member` may go deeper, `order.number`. Without `field` it begins for no record.
    """

    field: FieldName | None = None
    member: Annotated[str | None, msgspec.Meta(examples=["order.number"])] = None


class WebhookReceivedTrigger(Trigger[WebhookReceivedConfig]):
    key = "webhook_received"
    label = "A webhook comes in"
    description = "The automation has an address, `hook_path`; the body is `{payload.…}` in its texts."
    sentence = "its webhook is called[ with {member} as {field}]"
    config_type = WebhookReceivedConfig

    def timing(self, config: WebhookReceivedConfig) -> Timing:
        return Hook(config.field, config.member)


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [WebhookReceivedTrigger()]
