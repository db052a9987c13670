from __future__ import annotations

from decimal import Decimal

import pytest

from kernel.errors import InvalidInputError, InvalidValueError
from kernel.fields import ParseContext
from plugins.fields.currency import CurrencyConfig, CurrencyField, Money

FIELD = CurrencyField()
CONTEXT = ParseContext(currency="EUR")
ANY = CurrencyConfig()


@pytest.mark.parametrize(
    ("value", "amount", "currency"),
    [
        ("12000.00", "12000", "EUR"),
        (12000, "12000", "EUR"),
        (0.1, "0.1", "EUR"),
        ({"amount": "12.00", "currency": "PLN"}, "12", "PLN"),
        ({"amount": 12}, "12", "EUR"),
        ({"amount": "12", "currency": None}, "12", "EUR"),
        ("€1,200.50", "1200.5", "EUR"),
        ("$1,200.50", "1200.5", "USD"),
        ("-$5", "-5", "USD"),
        ("$-5", "-5", "USD"),
        ("($1,200.50)", "-1200.5", "USD"),
        ("EUR 12", "12", "EUR"),
        ("12 000 zł", "12000", "PLN"),
        ("12 PLN", "12", "PLN"),
        ("¥1,000", "1000", "JPY"),
        ("1.234 KWD", "1.234", "KWD"),
    ],
)
def test_money(value: object, amount: str, currency: str) -> None:
    assert FIELD.parse(value, ANY, CONTEXT) == Money(Decimal(amount), currency)


def test_european_writing() -> None:
    context = ParseContext(currency="PLN", decimal_comma=True)
    assert FIELD.parse("1.200,50 €", ANY, context) == Money(Decimal("1200.5"), "EUR")
    assert FIELD.parse("1 200,50", ANY, context) == Money(Decimal("1200.5"), "PLN")


def test_the_config_says_the_currency() -> None:
    assert FIELD.parse("5", CurrencyConfig("USD"), CONTEXT) == Money(Decimal(5), "USD")


@pytest.mark.parametrize("value", ["  ", {"amount": None}, {"amount": ""}])
def test_empty(value: object) -> None:
    assert FIELD.parse(value, ANY, CONTEXT) is None


@pytest.mark.parametrize(
    "value",
    [
        "12.005",
        "¥1.5",
        {"amount": "1.5", "currency": "JPY"},
        {"amount": "1", "currency": "XYZ"},
        {"amount": "1", "currency": "eur"},
        {"amount": "1", "currency": 5},
        {"amount": {}, "currency": "EUR"},
        {"amount": "1", "currency": "EUR", "extra": 1},
        {"currency": ["EUR"]},
        "€5 $",
        "kr 5",
        "abc",
        "EUR",
        "12 abc 5",
        "10000000000000",
        True,
        [],
        "-" * 50,
        "€" * 500,
    ],
)
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        FIELD.parse(value, ANY, CONTEXT)


def test_only_allowed_currencies() -> None:
    config = FIELD.prepare(CurrencyConfig("EUR", ("EUR", "PLN")), None)
    assert FIELD.parse("5 zł", config, CONTEXT) == Money(Decimal(5), "PLN")
    with pytest.raises(InvalidValueError, match="EUR, PLN"):
        FIELD.parse("$5", config, CONTEXT)


@pytest.mark.parametrize("config", [CurrencyConfig("XYZ"), CurrencyConfig("USD", ("EUR",))])
def test_bad_configs(config: CurrencyConfig) -> None:
    with pytest.raises(InvalidInputError):
        FIELD.prepare(config, None)


def test_guess_and_suggest() -> None:
    dollars = ["$1,200", "$5", "-$3.50"]
    assert FIELD.guess(dollars, CONTEXT) > 0.8
    assert FIELD.guess(["1200", "5"], CONTEXT) == 0.0
    assert FIELD.suggest(dollars, CONTEXT).currency == "USD"
    assert FIELD.suggest(["$5", "€5"], CONTEXT).currency is None


def test_bounds() -> None:
    config = FIELD.prepare(CurrencyConfig(minimum=Decimal(0), maximum=Decimal("99.99")), None)
    assert FIELD.parse("99.99", config, ParseContext()) == Money(Decimal("99.99"), "EUR")
    for value in ("-0.01", "100 PLN"):
        with pytest.raises(InvalidValueError, match="amount"):
            FIELD.parse(value, config, ParseContext())
    with pytest.raises(InvalidInputError):
        FIELD.prepare(CurrencyConfig(minimum=Decimal("NaN")), None)
