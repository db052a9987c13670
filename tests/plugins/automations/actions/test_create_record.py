from __future__ import annotations

from kernel.effects import CreateRecord
from plugins.automations.actions.create_record import CreateRecordAction, CreateRecordConfig
from tests.plugins.automations.samples import facts


def test_the_plan() -> None:
    assert CreateRecordAction().plan(
        CreateRecordConfig({"title": "x", "fields": {"deal": "{id}"}}, "9"), facts(places={"{id}": "7"})
    ) == [CreateRecord({"title": "x", "fields": {"deal": "7"}}, "9")]
