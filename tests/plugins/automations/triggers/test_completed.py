from __future__ import annotations

from kernel.automations import NoSettings
from plugins.automations.triggers.completed import CompletedTrigger
from tests.plugins.automations.samples import event

TRIGGER = CompletedTrigger()


def test_done_now() -> None:
    assert TRIGGER.matches(event(completed_at=[None, "2026-11-26T09:00:00Z"]), NoSettings())
    assert not TRIGGER.matches(event(completed_at=["2026-11-26T09:00:00Z", None]), NoSettings())
    assert not TRIGGER.matches(event(title=["a", "b"]), NoSettings())
