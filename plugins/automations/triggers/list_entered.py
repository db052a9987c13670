"""A record comes to a list: moved there or added there, not put elsewhere within it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kernel.plugin_api import ListName, Occurrence, Trigger, hookimpl


class ListEnteredConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`list`: which one; any when left out. `from_list`: only when it comes from there."""

    list: ListName | None = None
    from_list: ListName | None = None


class ListEnteredTrigger(Trigger[ListEnteredConfig]):
    key = "list_entered"
    label = "A record enters a list"
    description = "Not when it is put elsewhere within the same list."
    sentence = "a record enters {list|a list}[, coming from {from_list}]"
    config_type = ListEnteredConfig
    also = (("list", "to", "list_id"), ("from_list", "from"))
    kinds = ("record.created", "record.moved", "record.updated")

    def matches(self, event: Occurrence, config: ListEnteredConfig) -> bool:
        moved = event.changed("list")
        if moved is None or moved.after is None:
            return False
        if config.from_list is not None and moved.before != config.from_list:
            return False
        return config.list in (None, moved.after)


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [ListEnteredTrigger()]
