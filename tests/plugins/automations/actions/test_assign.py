from __future__ import annotations

from kernel.effects import AssignFairly, ChangeRecord
from plugins.automations.actions.assign import AssignAction, AssignConfig
from tests.plugins.automations.samples import facts

ACTION = AssignAction()


def test_all_of_them() -> None:
    assert ACTION.plan(AssignConfig(("5", "6")), facts()) == [ChangeRecord(add={"assignees": ("5", "6")})]
    instead = AssignConfig(("5",), replace=True)
    assert ACTION.plan(instead, facts()) == [ChangeRecord({"assignees": ["5"]})]


def test_one_of_them() -> None:
    config = AssignConfig(("5", "6"), "least_loaded", closed=("3",))
    assert ACTION.plan(config, facts()) == [AssignFairly(("5", "6"), "least_loaded", False, ("3",))]
