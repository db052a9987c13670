from __future__ import annotations

from kernel.effects import ChangeRecord
from plugins.automations.actions.move_to_list import MoveToListAction, MoveToListConfig
from tests.plugins.automations.samples import facts


def test_the_plan() -> None:
    assert MoveToListAction().plan(MoveToListConfig("4"), facts()) == [ChangeRecord({"list": "4"})]
