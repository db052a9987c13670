from __future__ import annotations

from plugins.automations.triggers.list_left import ListLeftConfig, ListLeftTrigger
from tests.plugins.automations.samples import event

TRIGGER = ListLeftTrigger()


def test_left_for_another() -> None:
    assert TRIGGER.matches(event(list=["1", "2"]), ListLeftConfig(list="1"))
    assert TRIGGER.matches(event(list=["1", "2"]), ListLeftConfig())
    assert not TRIGGER.matches(event(list=["1", "2"]), ListLeftConfig(list="2"))
    assert not TRIGGER.matches(event(list=[None, "2"]), ListLeftConfig())
