"""The canvas of a chart: its size, and figures as its reader writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
)

from kernel.charts import Number
from kernel.drawing.text_width import cut, text_width
from kernel.translations import Wording

NOTHING = "–"


@dataclass(frozen=True)
class ChartCanvas:
    """Implements `kernel.charts.Canvas`."""

    width: float = 640
    height: float = 360
    currency: str | None = None
    unit: Literal["share"] | None = None
    locale: str = "en"
    wording: Wording = field(default_factory=Wording)

    @cached_property
    def _locale(self) -> Locale:
        return known_locale(self.locale)

    def number(self, value: Number | None) -> str:
        if value is None:
            return NOTHING
        if self.unit == "share":
            return self.percent(float(value))
        if self.currency is not None:
            return str(format_currency(_exact(value), self.currency, locale=self._locale))
        return str(format_decimal(_rounded(value), locale=self._locale))

    def short(self, value: Number | None) -> str:
        if value is None:
            return NOTHING
        if self.unit == "share":
            return self.percent(float(value))
        exact = _exact(value)
        if self.currency is not None:
            return str(format_compact_currency(exact, self.currency, locale=self._locale, fraction_digits=1))
        return str(format_compact_decimal(exact, locale=self._locale, fraction_digits=1))

    def percent(self, share: float) -> str:
        pattern = "#,##0.#" + str(self._locale.percent_formats[None].suffix[0])
        return str(format_percent(round(share, 3), format=pattern, locale=self._locale))

    def say(self, text: str, *values: object) -> str:
        return self.wording.filled(text, *values)

    def text_width(self, text: str, size: float = 12) -> float:
        return text_width(text, size)

    def cut(self, text: str, width: float, size: float = 12) -> str:
        return cut(text, width, size)


def known_locale(name: str) -> Locale:
    """The locale of a language tag such as `pl` or `en-GB`; English for what is not known."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def _exact(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _rounded(value: Number) -> Decimal:
    """Not more digits than people read: two behind the point for what is not exact."""
    exact = _exact(value)
    return exact if not isinstance(value, float) else round(exact, 2)
