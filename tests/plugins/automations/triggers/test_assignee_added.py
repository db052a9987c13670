from __future__ import annotations

from plugins.automations.triggers.assignee_added import AssigneeAddedConfig, AssigneeAddedTrigger
from tests.plugins.automations.samples import event

TRIGGER = AssigneeAddedTrigger()


def test_which() -> None:
    changed = event(assignees=[["1"], ["1", "2"]])
    assert TRIGGER.matches(changed, AssigneeAddedConfig(person="2"))
    assert TRIGGER.matches(changed, AssigneeAddedConfig())
    assert not TRIGGER.matches(changed, AssigneeAddedConfig(person="1"))
    assert not TRIGGER.matches(event(title=["a", "b"]), AssigneeAddedConfig())
