"""Nobody has done anything to a record for some days."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Due, Timing, Trigger, hookimpl


class InactiveConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Days, each of 24 hours, since a person has last changed, moved or commented on it."""

    days: Annotated[int, msgspec.Meta(ge=1, le=3650, examples=[7])]


class InactiveTrigger(Trigger[InactiveConfig]):
    key = "inactive"
    label = "Nothing has happened"
    description = "Once per quiet period. What automations do is no activity."
    sentence = "nobody has touched a record for {days} days"
    config_type = InactiveConfig

    def timing(self, config: InactiveConfig) -> Timing:
        return Due("activity", config.days * 86_400)


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [InactiveTrigger()]
