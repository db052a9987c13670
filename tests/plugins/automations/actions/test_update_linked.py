from __future__ import annotations

from kernel.effects import ChangeLinked
from plugins.automations.actions.update_linked import UpdateLinkedAction, UpdateLinkedConfig
from tests.plugins.automations.samples import facts


def test_the_plan() -> None:
    assert UpdateLinkedAction().plan(
        UpdateLinkedConfig("customer", {"size": "{n}"}), facts(places={"{n}": 4})
    ) == [ChangeLinked("customer", {"size": 4})]
