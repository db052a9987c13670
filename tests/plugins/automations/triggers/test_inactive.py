from __future__ import annotations

from kernel.automations import Due
from plugins.automations.triggers.inactive import InactiveConfig, InactiveTrigger


def test_days_since_the_last_activity() -> None:
    assert InactiveTrigger().timing(InactiveConfig(7)) == Due("activity", 7 * 86_400)
