from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidValueError
from kernel.number_input import fit_decimal, number_limit, parse_decimal, parse_integer


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (12000, "12000.0000"),
        (0.1, "0.1000"),
        (-2.5e-3, "-0.0025"),
        (Decimal("1.20"), "1.2000"),
        ("12000.00", "12000.0000"),
        ("+5", "5.0000"),
        (".5", "0.5000"),
        ("5.", "5.0000"),
        ("1e3", "1000.0000"),
        ("1,234,567.5", "1234567.5000"),
        ("12,34,567", "1234567.0000"),
        ("1 234,", None),
        ("1 234", "1234.0000"),
        ("1\u202f234\u00a0567", "1234567.0000"),
        ("1'234.50", "1234.5000"),
        ("1’234", "1234.0000"),
        ("\u22125", "-5.0000"),
        ("(1,234)", "-1234.0000"),
        ("-0", "0.0000"),
        ("0.00010000", "0.0001"),
        ("1.00000", "1.0000"),
        ("0.00001", None),
        ("1,5", None),
        ("1,23,4", None),
        ("1,234 567", None),
        ("1_000", None),
        ("１２", None),
        ("NaN", None),
        ("Infinity", None),
        ("0x10", None),
        ("--5", None),
        ("1e999999", None),
        ("1e-999", None),
        ("9" * 200, None),
        (float("nan"), None),
        (float("inf"), None),
        (Decimal("NaN"), None),
        (Decimal("sNaN"), None),
        (10**400, None),
        (10**13, None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_numbers_are_exact_or_refused(value: object, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(InvalidValueError):
            parse_decimal(value, 4)
    else:
        assert str(parse_decimal(value, 4)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.234,50", "1234.50"),
        ("1234,5", "1234.50"),
        ("1 234,5", "1234.50"),
        ("12.000", "12000.00"),
        ("1.5", None),
    ],
)
def test_decimal_comma(text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(InvalidValueError):
            parse_decimal(text, 2, decimal_comma=True)
    else:
        assert str(parse_decimal(text, 2, decimal_comma=True)) == expected


def test_blank_text_is_none() -> None:
    assert parse_decimal("  ", 2) is None
    assert parse_integer(" ") is None


@pytest.mark.parametrize("scale", range(9))
def test_every_number_fits_64_bits_with_room(scale: int) -> None:
    largest = number_limit(scale) - Decimal(1).scaleb(-scale)
    assert fit_decimal(largest, scale) == largest
    assert int(largest.scaleb(scale)) * 50 < 2**63
    with pytest.raises(InvalidValueError):
        fit_decimal(number_limit(scale), scale)


def test_integers() -> None:
    assert parse_integer(4) == parse_integer("4") == parse_integer(4.0) == 4
    for value in (4.5, "4.5", True, 10**15, -(10**15), "four"):
        with pytest.raises(InvalidValueError):
            parse_integer(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_text_of_a_number_reads_as_that_number(number: Decimal) -> None:
    assert parse_decimal(str(number), 4) == number
    assert parse_decimal(f"{number:,}", 4) == number
    comma = f"{number:,}".translate(str.maketrans(",.", ".,"))
    assert parse_decimal(comma, 4, decimal_comma=True) == number


@given(st.floats() | st.text() | st.integers())
def test_nothing_but_invalid_value(value: object) -> None:
    try:
        number = parse_decimal(value, 6)
    except InvalidValueError:
        return
    assert number is None or number.is_finite()
