"""At times, such as every Monday at nine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Schedule, Timing, Trigger, hookimpl


class ScheduleConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`cron`: minute, hour, day, month, day of the week; in the project's time zone or another one."""

    cron: Annotated[str, msgspec.Meta(max_length=100, examples=["0 9 * * mon"])]
    time_zone: Annotated[str | None, msgspec.Meta(examples=["Europe/Warsaw"])] = None


class ScheduleTrigger(Trigger[ScheduleConfig]):
    key = "schedule"
    label = "On a schedule"
    description = "With a condition for every record that meets it, else once for none in particular."
    sentence = "the clock says “{cron}”[ in {time_zone}]"
    config_type = ScheduleConfig
    also = (("time_zone", "timezone"),)

    def timing(self, config: ScheduleConfig) -> Timing:
        return Schedule(config.cron, config.time_zone)


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [ScheduleTrigger()]
