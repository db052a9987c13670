from __future__ import annotations

from kernel.effects import ChangeRecord
from plugins.automations.actions.unassign import UnassignAction, UnassignConfig
from tests.plugins.automations.samples import facts


def test_some_or_all() -> None:
    some = UnassignAction().plan(UnassignConfig(("5",)), facts())
    assert some == [ChangeRecord(remove={"assignees": ("5",)})]
    assert UnassignAction().plan(UnassignConfig(), facts()) == [ChangeRecord({"assignees": []})]
