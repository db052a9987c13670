from __future__ import annotations

from decimal import Decimal

import pytest

from kernel.errors import InvalidInputError, InvalidValueError
from kernel.fields import Column, ColumnSpec, ParseContext
from plugins.fields.number import NumberConfig, NumberField

FIELD = NumberField()
CONTEXT = ParseContext()


def test_scale_of_the_column() -> None:
    assert FIELD.columns(NumberConfig(decimals=2)) == [ColumnSpec(Column.DECIMAL, scale=2)]
    assert FIELD.columns(NumberConfig()) == [ColumnSpec(Column.DECIMAL, scale=6)]


@pytest.mark.parametrize("value", ["1,234.50", 1234.5, "1234.5", Decimal("1234.50")])
def test_numbers(value: object) -> None:
    assert str(FIELD.parse(value, NumberConfig(decimals=2), CONTEXT)) == "1234.50"


@pytest.mark.parametrize("value", ["1.005", 1.005, "abc", True, [], "NaN"])
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        FIELD.parse(value, NumberConfig(decimals=2), CONTEXT)


def test_bounds() -> None:
    config = NumberConfig(decimals=0, minimum=Decimal(1), maximum=Decimal(10))
    assert [FIELD.parse(v, config, CONTEXT) for v in (1, 10)] == [1, 10]
    for value in (0, 11):
        with pytest.raises(InvalidValueError):
            FIELD.parse(value, config, CONTEXT)


@pytest.mark.parametrize(
    "config",
    [NumberConfig(minimum=Decimal(2), maximum=Decimal(1)), NumberConfig(maximum=Decimal("NaN"))],
)
def test_bad_bounds(config: NumberConfig) -> None:
    with pytest.raises(InvalidInputError):
        FIELD.prepare(config, None)


def test_decimal_comma() -> None:
    context = ParseContext(decimal_comma=True)
    assert FIELD.parse("1.234,5", NumberConfig(decimals=2), context) == Decimal("1234.50")


def test_guess_and_suggest() -> None:
    integers, decimals = ["1", "2,000", " 3 "], ["1.5", "2", "3"]
    assert FIELD.guess(integers, CONTEXT) > 0.7
    assert FIELD.guess(["1", "two", "three"], CONTEXT) == 0.0
    assert FIELD.suggest(integers, CONTEXT).decimals == 0
    assert FIELD.suggest(decimals, CONTEXT).decimals is None
