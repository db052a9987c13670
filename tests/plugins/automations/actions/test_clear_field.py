from __future__ import annotations

from kernel.effects import ChangeRecord
from plugins.automations.actions.clear_field import ClearFieldAction, ClearFieldConfig
from tests.plugins.automations.samples import facts


def test_the_plan() -> None:
    assert ClearFieldAction().plan(ClearFieldConfig("amount"), facts()) == [ChangeRecord({"amount": None})]
