"""Named spans of days, relative to today: `this_month`, `last_7_days`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from kernel.dialects.time_functions import add_to_date

UNITS: Final = ("day", "week", "month", "quarter", "year")
_SINGLE: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
_AROUND: Final = re.compile(r"(this|last|next)_(week|month|quarter|year)")
_COUNTED: Final = re.compile(r"(last|next)_([0-9]{1,4})_(day|week|month|quarter|year)s?")
EXAMPLES: Final = "today, this_month, last_week, next_quarter, last_7_days, past, future"


def period(name: str, today: date) -> tuple[date, date] | None:
    """The first and last day of a named span; None for a name that is not known.

    Weeks begin on Monday. Counted spans begin or end with today.
    """
    word = re.sub(r"[\s_-]+", "_", name.strip().lower())
    try:
        return _find(word, today)
    except (ValueError, OverflowError):
        return None


def _find(word: str, today: date) -> tuple[date, date] | None:
    if word in _SINGLE:
        day = today + timedelta(days=_SINGLE[word])
        return day, day
    if word == "past":
        return date.min, today - timedelta(days=1)
    if word == "future":
        return today + timedelta(days=1), date.max
    if found := _AROUND.fullmatch(word):
        return _around(today, found[2], {"this": 0, "last": -1, "next": 1}[found[1]])
    if found := _COUNTED.fullmatch(word):
        return _counted(today, found[1] == "next", int(found[2]), found[3])
    return None


def _around(today: date, unit: str, offset: int) -> tuple[date, date]:
    moved = _moved(period_start(today, unit), offset, unit)
    return moved, period_end(moved, unit)


def _counted(today: date, ahead: bool, count: int, unit: str) -> tuple[date, date] | None:
    if count == 0:
        return None
    if ahead:
        return today, _moved(today, count, unit) - timedelta(days=1)
    return _moved(today, -count, unit) + timedelta(days=1), today


def _moved(day: date, count: int, unit: str) -> date:
    moved = add_to_date(day.isoformat(), count, f"{unit}s")
    if moved is None:
        raise OverflowError
    return date.fromisoformat(moved)


def period_start(day: date, unit: str) -> date:
    """The first day of the week, month, quarter or year that a day lies in."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[unit]
    return day.replace(month=month, day=1)


def period_end(day: date, unit: str) -> date:
    """The last day of the week, month, quarter or year that a day lies in."""
    if unit == "week":
        return day + timedelta(days=6 - day.weekday())
    month = {"month": day.month, "quarter": (day.month + 2) // 3 * 3, "year": 12}[unit]
    return day.replace(month=month, day=monthrange(day.year, month)[1])
