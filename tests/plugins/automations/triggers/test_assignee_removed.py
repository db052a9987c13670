from __future__ import annotations

from plugins.automations.triggers.assignee_removed import AssigneeRemovedConfig, AssigneeRemovedTrigger
from tests.plugins.automations.samples import event

TRIGGER = AssigneeRemovedTrigger()


def test_which() -> None:
    changed = event(assignees=[["1", "2"], ["1"]])
    assert TRIGGER.matches(changed, AssigneeRemovedConfig(person="2"))
    assert TRIGGER.matches(changed, AssigneeRemovedConfig())
    assert not TRIGGER.matches(changed, AssigneeRemovedConfig(person="1"))
    assert not TRIGGER.matches(event(title=["a", "b"]), AssigneeRemovedConfig())
