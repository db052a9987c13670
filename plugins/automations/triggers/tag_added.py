"""A tag is put on a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kernel.plugin_api import Occurrence, TagName, Trigger, hookimpl


class TagAddedConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`tag`: which one; any when left out."""

    tag: TagName | None = None


class TagAddedTrigger(Trigger[TagAddedConfig]):
    key = "tag_added"
    label = "A tag is added"
    description = "To a record, also when it is added with the tag."
    sentence = "the tag {tag|of any name} is added to a record"
    config_type = TagAddedConfig
    kinds = ("record.created", "record.updated")

    def matches(self, event: Occurrence, config: TagAddedConfig) -> bool:
        found = event.added("tags")
        return bool(found) if config.tag is None else config.tag in found


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [TagAddedTrigger()]
