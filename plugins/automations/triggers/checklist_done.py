"""The last item of a checklist is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kernel.plugin_api import NoSettings, Occurrence, Trigger, hookimpl


class ChecklistDoneTrigger(Trigger[NoSettings]):
    key = "checklist_done"
    label = "A checklist is done"
    description = "Its last open item was ticked off."
    sentence = "the last item of a checklist is done"
    kinds = ("checklist_item.updated",)

    def matches(self, event: Occurrence, config: NoSettings) -> bool:
        change = event.changed("checklists")
        if change is None or not isinstance(change.after, Mapping) or not isinstance(change.before, Mapping):
            return False
        ticked = bool(change.after.get("done")) and not change.before.get("done")
        return ticked and change.after.get("open") == 0


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [ChecklistDoneTrigger()]
