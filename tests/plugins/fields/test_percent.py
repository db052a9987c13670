from __future__ import annotations

from decimal import Decimal

import pytest

from kernel.errors import InvalidInputError, InvalidValueError
from kernel.fields import ParseContext
from plugins.fields.percent import PercentConfig, PercentField

FIELD = PercentField()
CONTEXT = ParseContext()


@pytest.mark.parametrize("value", ["12.5%", "12.5 %", "0.125", 0.125])
def test_twelve_and_a_half_percent_is_an_eighth(value: object) -> None:
    assert str(FIELD.parse(value, PercentConfig(), CONTEXT)) == "0.1250"


def test_decimals_count_places_of_the_percentage() -> None:
    assert FIELD.columns(PercentConfig(decimals=1))[0].scale == 3
    assert str(FIELD.parse("12.5%", PercentConfig(decimals=1), CONTEXT)) == "0.125"
    for value in ("12.55%", 0.1255):
        with pytest.raises(InvalidValueError):
            FIELD.parse(value, PercentConfig(decimals=1), CONTEXT)


def test_decimal_comma() -> None:
    assert str(FIELD.parse("12,5 %", PercentConfig(), ParseContext(decimal_comma=True))) == "0.1250"


@pytest.mark.parametrize("value", ["%%", "abc%", True, [], {}])
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        FIELD.parse(value, PercentConfig(), CONTEXT)


def test_guess() -> None:
    assert FIELD.guess(["5%", "12.5 %"], CONTEXT) == 0.9
    assert FIELD.guess(["5", "12.5"], CONTEXT) == 0.0


def test_bounds() -> None:
    config = FIELD.prepare(PercentConfig(minimum=Decimal(0), maximum=Decimal("0.5")), None)
    assert FIELD.parse("50%", config, ParseContext()) == Decimal("0.5")
    for value in ("50.01%", -0.1):
        with pytest.raises(InvalidValueError, match="%"):
            FIELD.parse(value, config, ParseContext())
    with pytest.raises(InvalidInputError):
        FIELD.prepare(PercentConfig(minimum=Decimal(1), maximum=Decimal(0)), None)
