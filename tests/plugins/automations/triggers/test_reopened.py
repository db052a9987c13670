from __future__ import annotations

from kernel.automations import NoSettings
from plugins.automations.triggers.reopened import ReopenedTrigger
from tests.plugins.automations.samples import event

TRIGGER = ReopenedTrigger()


def test_not_done_any_more() -> None:
    assert TRIGGER.matches(event(completed_at=["2026-11-26T09:00:00Z", None]), NoSettings())
    assert not TRIGGER.matches(event(completed_at=[None, "2026-11-26T09:00:00Z"]), NoSettings())
