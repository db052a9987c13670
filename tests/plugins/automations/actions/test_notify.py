from __future__ import annotations

from kernel.effects import Address, Notify
from plugins.automations.actions.notify import NotifyAction, NotifyConfig
from tests.plugins.automations.samples import facts


def test_the_plan() -> None:
    assert NotifyAction().plan(
        NotifyConfig(("{assignees}",), "Look"),
        facts(addresses={"{assignees}": [Address("e@x.example", "Ewa", "5")]}),
    ) == [Notify([Address("e@x.example", "Ewa", "5")], "Look")]
