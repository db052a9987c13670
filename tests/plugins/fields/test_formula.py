from __future__ import annotations

import pytest

from kernel.errors import InvalidInputError
from kernel.fields import Derivation, NumberFormat
from plugins.fields.formula import FormulaConfig, FormulaField

FIELD = FormulaField()


def test_derivation() -> None:
    config = FIELD.prepare(FormulaConfig("{amount} - {cost}", "currency"), None)
    assert FIELD.derive(config) == Derivation("{amount} - {cost}", format=NumberFormat(money=True))


def test_decimals_of_a_percentage_are_those_shown() -> None:
    assert FIELD.derive(FormulaConfig("{a} / {b}", "percent", 1)).format.decimals == 3
    assert FIELD.derive(FormulaConfig("{a} / {b}", "number", 1)).format.decimals == 1


def test_blank() -> None:
    with pytest.raises(InvalidInputError):
        FIELD.prepare(FormulaConfig("  "), None)
