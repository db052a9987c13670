"""Somebody is assigned to a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kernel.plugin_api import Occurrence, PersonName, Trigger, hookimpl


class AssigneeAddedConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`person`: who; anybody when left out."""

    person: PersonName | None = None


class AssigneeAddedTrigger(Trigger[AssigneeAddedConfig]):
    key = "assignee_added"
    label = "An assignee is added"
    description = "Also when a record is added with the assignee."
    sentence = "{person|somebody} is assigned to a record"
    config_type = AssigneeAddedConfig
    also = (("person", "user", "assignee"),)
    kinds = ("record.created", "record.updated")

    def matches(self, event: Occurrence, config: AssigneeAddedConfig) -> bool:
        found = event.added("assignees")
        return bool(found) if config.person is None else config.person in found


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [AssigneeAddedTrigger()]
