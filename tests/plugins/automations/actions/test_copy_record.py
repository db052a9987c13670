from __future__ import annotations

from kernel.effects import CopyRecord
from plugins.automations.actions.copy_record import CopyRecordAction, CopyRecordConfig
from tests.plugins.automations.samples import facts


def test_the_plan() -> None:
    assert CopyRecordAction().plan(
        CopyRecordConfig({"title": "Copy of {title}"}), facts(texts={"Copy of {title}": "Copy of Website"})
    ) == [CopyRecord({"title": "Copy of Website"})]
