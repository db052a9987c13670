from __future__ import annotations

from kernel.automations import Schedule
from plugins.automations.triggers.schedule import ScheduleConfig, ScheduleTrigger


def test_cron_and_zone() -> None:
    timing = ScheduleTrigger().timing(ScheduleConfig("0 9 * * mon", "Europe/Warsaw"))
    assert timing == Schedule("0 9 * * mon", "Europe/Warsaw")
