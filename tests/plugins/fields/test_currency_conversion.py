from __future__ import annotations

import pytest

from kernel.errors import InvalidInputError
from kernel.fields import Derivation, Exchange
from plugins.fields.currency_conversion import CurrencyConversionConfig, CurrencyConversionField

FIELD = CurrencyConversionField()


def test_derivation() -> None:
    config = FIELD.prepare(CurrencyConversionConfig("amount", "EUR", "close_date"), None)
    assert FIELD.derive(config) == Derivation("{amount}", exchange=Exchange("EUR", "{close_date}"))
    assert FIELD.derive(CurrencyConversionConfig("amount", "EUR")).exchange == Exchange("EUR")


def test_unknown_currency() -> None:
    with pytest.raises(InvalidInputError):
        FIELD.prepare(CurrencyConversionConfig("amount", "XYZ"), None)
