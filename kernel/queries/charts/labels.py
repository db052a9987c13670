"""How groups are called, in the language of the reader."""

from __future__ import annotations

from datetime import date

from babel import Locale
from babel.dates import format_date, format_skeleton

EMPTY = "—"


def period_label(day: date, interval: str, locale: Locale) -> str:
    """`Mar 2026` for the month that begins on a day; weeks and days by their first day."""
    if interval == "year":
        return str(day.year)
    if interval == "quarter":
        return f"Q{(day.month + 2) // 3} {day.year}"
    if interval == "month":
        return str(format_skeleton("yMMM", day, locale=locale))
    return str(format_date(day, "medium", locale=locale))
