from __future__ import annotations

from dataclasses import replace

from plugins.automations.triggers.form_submitted import FormSubmittedConfig, FormSubmittedTrigger
from tests.plugins.automations.samples import event

TRIGGER = FormSubmittedTrigger()


def test_only_forms() -> None:
    sent = event("record.created", via="form", list=[None, "1"])
    assert TRIGGER.matches(sent, FormSubmittedConfig())
    assert TRIGGER.matches(sent, FormSubmittedConfig(list="1"))
    assert not TRIGGER.matches(sent, FormSubmittedConfig(list="2"))
    assert not TRIGGER.matches(event("record.created"), FormSubmittedConfig())


def test_one_form() -> None:
    sent = replace(event("record.created", via="form", list=[None, "1"]), via_id="8")
    assert TRIGGER.matches(sent, FormSubmittedConfig(form="8", list="1"))
    assert not TRIGGER.matches(sent, FormSubmittedConfig(form="9"))
