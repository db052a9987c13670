from __future__ import annotations

from kernel.effects import AddChecklist
from plugins.automations.actions.create_checklist import CreateChecklistAction, CreateChecklistConfig
from tests.plugins.automations.samples import facts


def test_the_plan() -> None:
    assert CreateChecklistAction().plan(
        CreateChecklistConfig("For {title}", ("a", "b")), facts(texts={"For {title}": "For Website"})
    ) == [AddChecklist("For Website", ["a", "b"])]
