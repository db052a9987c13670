"""Takes people off the record: some, or all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import Action, ChangeRecord, Effect, Facts, PersonName, hookimpl


class UnassignConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who; everybody when left out."""

    people: tuple[PersonName, ...] = ()


class UnassignAction(Action[UnassignConfig]):
    key = "unassign"
    label = "Take assignees off"
    sentence = "take {people|everybody} off"
    config_type = UnassignConfig
    also = (("people", "users", "user", "assignees", "assignee", "person"),)

    def plan(self, config: UnassignConfig, facts: Facts) -> Sequence[Effect]:
        if not config.people:
            return [ChangeRecord({"assignees": []})]
        return [ChangeRecord(remove={"assignees": config.people})]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [UnassignAction()]
