from __future__ import annotations

from plugins.automations.triggers.record_created import RecordCreatedConfig, RecordCreatedTrigger
from tests.plugins.automations.samples import event

TRIGGER = RecordCreatedTrigger()


def test_every_way_or_chosen_ones() -> None:
    by_form = event("record.created", via="form", list=[None, "1"])
    assert TRIGGER.matches(by_form, RecordCreatedConfig())
    assert TRIGGER.matches(by_form, RecordCreatedConfig(via=("form", "import")))
    assert not TRIGGER.matches(by_form, RecordCreatedConfig(via=("api",)))


def test_in_a_list() -> None:
    made = event("record.created", list=[None, "1"])
    assert TRIGGER.matches(made, RecordCreatedConfig(list="1"))
    assert not TRIGGER.matches(made, RecordCreatedConfig(list="2"))
    assert not TRIGGER.matches(event("record.created"), RecordCreatedConfig(list="2"))
