"""Currencies of ISO 4217: which exist, how many decimal places they have, how people write them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pycountry

WITHOUT_DIGITS = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
    "XAF", "XOF", "XPF",
)  # fmt: skip
WITH_THREE_DIGITS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
WITH_FOUR_DIGITS = ("CLF", "UYW")

_DIGITS = {
    **dict.fromkeys(WITHOUT_DIGITS, 0),
    **dict.fromkeys(WITH_THREE_DIGITS, 3),
    **dict.fromkeys(WITH_FOUR_DIGITS, 4),
}

_SYMBOLS: Mapping[str, tuple[str, ...]] = {
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP"),
    "€": ("EUR",), "£": ("GBP", "EGP", "GIP"),
    "US$": ("USD",), "A$": ("AUD",), "AU$": ("AUD",), "C$": ("CAD",), "CA$": ("CAD",), "NZ$": ("NZD",),
    "S$": ("SGD",), "HK$": ("HKD",), "R$": ("BRL",), "¥": ("JPY", "CNY"), "zł": ("PLN",), "kč": ("CZK",),
    "ft": ("HUF",), "lei": ("RON",), "fr.": ("CHF",), "₣": ("CHF",), "₹": ("INR",), "₽": ("RUB",),
    "₴": ("UAH",), "₺": ("TRY",), "₩": ("KRW",), "₪": ("ILS",), "฿": ("THB",), "₫": ("VND",),
    "₱": ("PHP",), "₦": ("NGN",), "₡": ("CRC",), "₲": ("PYG",), "₸": ("KZT",), "₾": ("GEL",),
    "kr": ("", "SEK", "NOK", "DKK", "ISK"), "kr.": ("", "DKK", "ISK"),
}  # fmt: skip
"""What each symbol may mean, the first where nothing else is known; "" asks for the code."""


@cache
def currency_codes() -> frozenset[str]:
    """The three-letter codes of all currencies."""
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


def currency_digits(code: str) -> int:
    """The decimal places of a currency: 0 (yen), 2 (euro), 3 (dinar) or 4."""
    return _DIGITS.get(code, 2)


def currency_of(mark: str, default: str) -> str | None:
    """The code that a code or symbol beside an amount stands for; None when it is not known.

    A symbol that several currencies share means `default` where that is one of them.
    """
    code = mark.upper()
    if code in currency_codes():
        return code
    candidates = _SYMBOLS.get(mark) or _SYMBOLS.get(mark.lower()) or _SYMBOLS.get(code) or ("",)
    return default if default in candidates else candidates[0] or None
