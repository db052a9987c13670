"""A record is in a list for longer than some days."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Due, ListName, Timing, Trigger, hookimpl


class AgedInListConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Days, each of 24 hours, since the record came to the `list`; any list when left out."""

    days: Annotated[int, msgspec.Meta(ge=1, le=3650, examples=[14])]
    list: ListName | None = None


class AgedInListTrigger(Trigger[AgedInListConfig]):
    key = "aged_in_list"
    label = "A record stays long in a list"
    description = "Once per stay; leaving and coming back begins another one."
    sentence = "a record has been in {list|the same list} for {days} days"
    config_type = AgedInListConfig
    also = (("list", "list_id"),)

    def timing(self, config: AgedInListConfig) -> Timing:
        return Due("stay", config.days * 86_400, list=config.list)


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [AgedInListTrigger()]
