from __future__ import annotations

import msgspec
import pytest

from kernel.errors import InvalidInputError
from plugins.automations.triggers.field_changed import FieldChangedConfig, FieldChangedTrigger
from tests.plugins.automations.samples import event

TRIGGER = FieldChangedTrigger()


def test_one_or_any_of_several() -> None:
    changed = event(email=["a", "b"])
    assert TRIGGER.matches(changed, FieldChangedConfig(field="email"))
    assert TRIGGER.matches(changed, FieldChangedConfig(fields=("phone", "email")))
    assert not TRIGGER.matches(changed, FieldChangedConfig(field="phone"))
    assert not TRIGGER.matches(event(email=["a", "a"]), FieldChangedConfig(field="email"))


def test_from_and_to() -> None:
    config = msgspec.convert({"field": "amount", "from": None, "to": 5}, FieldChangedConfig)
    assert config.from_ is None
    to_five = FieldChangedConfig(field="amount", to=5)
    assert TRIGGER.matches(event(amount=[1, 5]), to_five)
    assert not TRIGGER.matches(event(amount=[5, 1]), to_five)
    assert TRIGGER.matches(event(amount=[5, 1]), FieldChangedConfig(field="amount", from_=5))
    assert not TRIGGER.matches(event(amount=[5, 1]), FieldChangedConfig(field="amount", from_=5, to=2))


def test_a_field_must_be_named() -> None:
    with pytest.raises(InvalidInputError):
        TRIGGER.timing(FieldChangedConfig())
