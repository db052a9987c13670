"""Begins when a title is written in capitals."""

from collections.abc import Iterable
from typing import Any

import msgspec

from kernel.plugin_api import Occurrence, Trigger, hookimpl


class ShoutedConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`least` is how many letters make it a shout."""

    least: int = 3


class ShoutedTrigger(Trigger[ShoutedConfig]):
    key = "shouted"
    label = "A title is shouted"
    config_type = ShoutedConfig
    kinds = ("record.created", "record.updated")

    def matches(self, event: Occurrence, config: ShoutedConfig) -> bool:
        change = event.changed("title")
        return change is not None and len(change.after) >= config.least and change.after.isupper()


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [ShoutedTrigger()]
