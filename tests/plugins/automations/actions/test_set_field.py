from __future__ import annotations

import pytest

from kernel.effects import ChangeRecord
from kernel.errors import InvalidInputError
from plugins.automations.actions.set_field import SetFieldAction, SetFieldConfig
from tests.plugins.automations.samples import facts

ACTION = SetFieldAction()


def test_a_value_or_an_expression() -> None:
    assert ACTION.plan(SetFieldConfig("amount", 5), facts()) == [ChangeRecord({"amount": 5})]
    computed = SetFieldConfig("amount", expression="{cost} * 2")
    assert ACTION.plan(computed, facts(values={"{cost} * 2": "8.00"})) == [ChangeRecord({"amount": "8.00"})]
    assert ACTION.plan(SetFieldConfig("amount", None), facts()) == [ChangeRecord({"amount": None})]


@pytest.mark.parametrize("config", [SetFieldConfig("a"), SetFieldConfig("a", 1, "{b}")])
def test_one_of_both(config: SetFieldConfig) -> None:
    with pytest.raises(InvalidInputError):
        ACTION.check(config)
