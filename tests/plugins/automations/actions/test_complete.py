from __future__ import annotations

from kernel.automations import NoSettings
from kernel.effects import ChangeRecord
from plugins.automations.actions.complete import CompleteAction
from tests.plugins.automations.samples import facts


def test_the_plan() -> None:
    assert CompleteAction().plan(NoSettings(), facts()) == [ChangeRecord({"completed": True})]
