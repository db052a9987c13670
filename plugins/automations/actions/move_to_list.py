"""Moves the record to another list, to its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import Action, ChangeRecord, Effect, Facts, ListName, hookimpl


class MoveToListConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which list."""

    list: ListName


class MoveToListAction(Action[MoveToListConfig]):
    key = "move_to_list"
    label = "Move to a list"
    sentence = "move it to {list}"
    config_type = MoveToListConfig
    also = (("list", "to", "list_id"),)

    def plan(self, config: MoveToListConfig, facts: Facts) -> Sequence[Effect]:
        return [ChangeRecord({"list": config.list})]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [MoveToListAction()]
