"""A tag is taken off a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kernel.plugin_api import Occurrence, TagName, Trigger, hookimpl


class TagRemovedConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`tag`: which one; any when left out."""

    tag: TagName | None = None


class TagRemovedTrigger(Trigger[TagRemovedConfig]):
    key = "tag_removed"
    label = "A tag is removed"
    description = "From a record."
    sentence = "the tag {tag|of any name} is removed from a record"
    config_type = TagRemovedConfig
    kinds = ("record.updated",)

    def matches(self, event: Occurrence, config: TagRemovedConfig) -> bool:
        found = event.removed("tags")
        return bool(found) if config.tag is None else config.tag in found


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [TagRemovedTrigger()]
