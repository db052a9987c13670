"""How many decimal digits amounts of a currency are written with (ISO 4217)."""

from __future__ import annotations

from typing import Final

WITHOUT_DIGITS: Final = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
    "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
WITH_THREE_DIGITS: Final = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")


def digits(currency: str | None) -> int:
    """0, 2 or 3."""
    if currency in WITHOUT_DIGITS:
        return 0
    return 3 if currency in WITH_THREE_DIGITS else 2
