"""A record leaves a list for another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kernel.plugin_api import ListName, Occurrence, Trigger, hookimpl


class ListLeftConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`list`: which one; any when left out."""

    list: ListName | None = None


class ListLeftTrigger(Trigger[ListLeftConfig]):
    key = "list_left"
    label = "A record leaves a list"
    description = "Because it moves to another one."
    sentence = "a record leaves {list|a list}"
    config_type = ListLeftConfig
    also = (("list", "from", "list_id"),)
    kinds = ("record.moved", "record.updated")

    def matches(self, event: Occurrence, config: ListLeftConfig) -> bool:
        moved = event.changed("list")
        return moved is not None and moved.before is not None and config.list in (None, moved.before)


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [ListLeftTrigger()]
