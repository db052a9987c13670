"""Somebody is not assigned to a record any more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kernel.plugin_api import Occurrence, PersonName, Trigger, hookimpl


class AssigneeRemovedConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`person`: who; anybody when left out."""

    person: PersonName | None = None


class AssigneeRemovedTrigger(Trigger[AssigneeRemovedConfig]):
    key = "assignee_removed"
    label = "An assignee is removed"
    description = "Whoever takes them off."
    sentence = "{person|somebody} is taken off a record"
    config_type = AssigneeRemovedConfig
    also = (("person", "user", "assignee"),)
    kinds = ("record.updated",)

    def matches(self, event: Occurrence, config: AssigneeRemovedConfig) -> bool:
        found = event.removed("assignees")
        return bool(found) if config.person is None else config.person in found


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [AssigneeRemovedTrigger()]
