from __future__ import annotations

from kernel.automations import Due
from plugins.automations.triggers.due import DueConfig, DueTrigger


def test_before_and_after() -> None:
    timing = DueTrigger().timing
    assert timing(DueConfig()) == Due("field", 0, field="due_at")
    assert timing(DueConfig("close_date", days=-1, hours=9)) == Due("field", -15 * 3600, field="close_date")
    assert timing(DueConfig(minutes=30)) == Due("field", 1800, field="due_at")
