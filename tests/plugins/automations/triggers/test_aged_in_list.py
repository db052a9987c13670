from __future__ import annotations

from kernel.automations import Due
from plugins.automations.triggers.aged_in_list import AgedInListConfig, AgedInListTrigger


def test_days_in_a_list() -> None:
    assert AgedInListTrigger().timing(AgedInListConfig(14, "3")) == Due("stay", 14 * 86_400, list="3")
