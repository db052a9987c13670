from __future__ import annotations

from plugins.automations.triggers.list_entered import ListEnteredConfig, ListEnteredTrigger
from tests.plugins.automations.samples import event

TRIGGER = ListEnteredTrigger()


def test_moved_or_added_there() -> None:
    for entered in (event(list=["1", "2"]), event("record.created", list=[None, "2"])):
        assert TRIGGER.matches(entered, ListEnteredConfig(list="2"))
        assert TRIGGER.matches(entered, ListEnteredConfig())
        assert not TRIGGER.matches(entered, ListEnteredConfig(list="3"))


def test_from_where() -> None:
    assert TRIGGER.matches(event(list=["1", "2"]), ListEnteredConfig(list="2", from_list="1"))
    assert not TRIGGER.matches(event(list=["3", "2"]), ListEnteredConfig(list="2", from_list="1"))


def test_another_place_in_the_list_is_no_entry() -> None:
    assert not TRIGGER.matches(event("record.reordered"), ListEnteredConfig(list="2"))
    assert "record.reordered" not in TRIGGER.kinds
