"""The due date of a record is reached, or another date or time of it; so long before or after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Due, FieldName, Timing, Trigger, hookimpl

Amount = Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)]


class DueConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """So many days, hours and minutes after the moment in `field`; negative ones before it.

    A date without a time begins at midnight in the project's time zone.
    """

    field: Annotated[FieldName, msgspec.Meta(examples=["due_at"])] = "due_at"
    days: Amount = 0
    hours: Amount = 0
    minutes: Amount = 0


class DueTrigger(Trigger[DueConfig]):
    key = "due"
    label = "A date is reached"
    description = (
        "Once for each date. A date that is set late begins it at once: up to a day after its moment, and "
        "before a date as long as that is still to come. Completed records are never due."
    )
    sentence = "it is {field}[ {days} days][ {hours} hours][ {minutes} minutes]"
    config_type = DueConfig
    also = (("field", "date"), ("days", "offset_days"))

    def timing(self, config: DueConfig) -> Timing:
        seconds = (config.days * 24 + config.hours) * 3600 + config.minutes * 60
        return Due("field", seconds, field=config.field)


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [DueTrigger()]
