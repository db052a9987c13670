from __future__ import annotations

import pytest

from kernel.automations import NoSettings
from plugins.automations.triggers.checklist_done import ChecklistDoneTrigger
from tests.plugins.automations.samples import event


@pytest.mark.parametrize(
    ("before", "after", "begins"),
    [
        ({"done": False}, {"done": True, "open": 0}, True),
        ({"done": False}, {"done": True, "open": 1}, False),
        ({"done": True, "title": "a"}, {"done": True, "title": "b", "open": 0}, False),
        (None, {"done": True, "open": 0}, False),
    ],
)
def test_the_last_item(before: object, after: object, begins: bool) -> None:
    changed = event("checklist_item.updated", checklists=[before, after])
    assert ChecklistDoneTrigger().matches(changed, NoSettings()) is begins
