"""How values look to people: in their language, with its numbers, dates and currencies.

Values come as answers hold them (JSON): money as `{"amount", "currency"}`, choices, people and records
with their names, exact decimals as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from kernel.values import Kind

_NAMES = ("name", "title", "address", "text")


@dataclass(frozen=True)
class Look:
    """For whom: their locale, the IANA time zone in which moments are told, what English texts become."""

    locale: Locale
    time_zone: str = "UTC"
    say: Callable[[str], str] = str


class Display:
    """Writes values by what they mean. A field type whose values look otherwise has its own."""

    def text(self, value: Any, kind: Kind, config: Any, look: Look) -> str:
        """One value, never a list and never null, as text. `config` is that of its field."""
        if isinstance(value, Mapping):
            return self._of_object(value, look)
        if isinstance(value, bool):
            return look.say("Yes") if value else look.say("No")
        if kind is Kind.NUMBER:
            return number_text(value, look)
        if kind is Kind.DATE:
            return format_date(date.fromisoformat(value), "medium", locale=look.locale)
        if kind is Kind.DATETIME:
            return moment_text(value, look)
        return str(value)

    def _of_object(self, value: Mapping[str, Any], look: Look) -> str:
        if value.keys() == {"amount", "currency"}:
            amount = None if value["amount"] is None else Decimal(value["amount"])
            return "" if amount is None else format_currency(amount, value["currency"], locale=look.locale)
        if value.get("hidden") is True:
            return look.say("(hidden)")
        return str(next((value[name] for name in _NAMES if value.get(name)), ""))

    def all(self, value: Any, kind: Kind, config: Any, look: Look) -> str:
        """A value, or the values of a list after one another; nothing for what is empty.

        What does not look as it should is shown as it is.
        """
        if value is None:
            return ""
        if isinstance(value, list):
            return ", ".join(self.all(item, kind, config, look) for item in value if item is not None)
        try:
            return self.text(value, kind, config, look)
        except Exception:
            return str(value)


BY_KIND = Display()


def number_text(value: Any, look: Look) -> str:
    """A number with the digits that it has."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return format_decimal(exact, locale=look.locale, decimal_quantization=False)


def moment_text(value: str, look: Look) -> str:
    """A moment, RFC 3339, as wall clock time."""
    return format_datetime(
        datetime.fromisoformat(value), "medium", tzinfo=ZoneInfo(look.time_zone), locale=look.locale
    )
