from __future__ import annotations

from kernel.automations import NoSettings
from kernel.effects import ChangeRecord
from plugins.automations.actions.reopen import ReopenAction
from tests.plugins.automations.samples import facts


def test_the_plan() -> None:
    assert ReopenAction().plan(NoSettings(), facts()) == [ChangeRecord({"completed": False})]
