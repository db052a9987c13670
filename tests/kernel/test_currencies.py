from __future__ import annotations

import pytest

from kernel.currencies import currency_codes, currency_digits, currency_of


@pytest.mark.parametrize(
    ("mark", "default", "code"),
    [
        ("EUR", "PLN", "EUR"),
        ("eur", "PLN", "EUR"),
        ("€", "PLN", "EUR"),
        ("zł", "EUR", "PLN"),
        ("Zł", "EUR", "PLN"),
        ("Kč", "EUR", "CZK"),
        ("$", "EUR", "USD"),
        ("$", "CAD", "CAD"),
        ("CA$", "USD", "CAD"),
        ("¥", "CNY", "CNY"),
        ("kr", "SEK", "SEK"),
        ("kr", "EUR", None),
        ("abc", "EUR", None),
    ],
)
def test_marks(mark: str, default: str, code: str | None) -> None:
    assert currency_of(mark, default) == code


def test_digits() -> None:
    assert [currency_digits(code) for code in ("JPY", "EUR", "KWD", "CLF")] == [0, 2, 3, 4]
    assert {"EUR", "PLN", "USD", "JPY"} <= currency_codes()
