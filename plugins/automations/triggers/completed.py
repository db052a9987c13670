"""A record is completed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kernel.plugin_api import NoSettings, Occurrence, Trigger, hookimpl


class CompletedTrigger(Trigger[NoSettings]):
    key = "completed"
    label = "A record is completed"
    sentence = "a record is completed"
    kinds = ("record.created", "record.updated")

    def matches(self, event: Occurrence, config: NoSettings) -> bool:
        change = event.changed("completed_at")
        return change is not None and change.before is None


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [CompletedTrigger()]
