"""A record is reopened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kernel.plugin_api import NoSettings, Occurrence, Trigger, hookimpl


class ReopenedTrigger(Trigger[NoSettings]):
    key = "reopened"
    label = "A record is reopened"
    sentence = "a completed record is reopened"
    kinds = ("record.updated",)

    def matches(self, event: Occurrence, config: NoSettings) -> bool:
        change = event.changed("completed_at")
        return change is not None and change.after is None


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [ReopenedTrigger()]
