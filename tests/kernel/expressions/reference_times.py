"""The second opinion on dates and moments."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.kernel.expressions.reference import (
    Term,
    constant,
    given,
    in_zone,
    local_day,
)
from tests.kernel.expressions.sample import NOW, ZONE


def _moment(local: datetime) -> datetime | None:
    return local.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def later_day(day: date, count: int, unit: str) -> date | None:
    if unit in ("days", "weeks"):
        try:
            return day + timedelta(days=count * (7 if unit == "weeks" else 1))
        except OverflowError:
            return None
    months = day.year * 12 + day.month - 1 + count * {"months": 1, "quarters": 3, "years": 12}[unit]
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def from_now(a: Term) -> Term:
    """How far a time is from now, in words."""

    def combine(value: Any) -> str:
        if a.kind == "date":
            seconds = abs((value - in_zone(NOW).date()).days) * 86_400
            if not seconds:
                return "0 days"
        else:
            seconds = abs(value - NOW) // timedelta(seconds=1)
        minutes, hours, days = ((seconds + size // 2) // size for size in (60, 3600, 86_400))
        months, years = round(days / 30.4375), round(days / 365.25)
        if seconds < 45:
            return "a few seconds"
        for count, most, one, many in (
            (minutes, 44, "a minute", "minutes"), (hours, 21, "an hour", "hours"), (days, 25, "a day", "days"),
            (months, 10, "a month", "months"), (years, 10**4, "a year", "years"),
        ):  # fmt: skip
            if count <= most:
                return one if count <= 1 else f"{count} {many}"
        raise AssertionError(seconds)

    return Term(f"FROMNOW({a.text})", "text", given(combine, a))


def later(a: Term, count: int, unit: str) -> Term:
    def combine(value: Any) -> Any:
        if a.kind == "date":
            return later_day(value, count, unit)
        if unit in ("hours", "minutes"):
            return value + timedelta(**{unit: count})
        local = in_zone(value)
        day = later_day(local.date(), count, unit)
        return _moment(datetime.combine(day, local.time())) if day else None

    return Term(f"DATEADD({a.text}, {count}, '{unit}')", a.kind, given(combine, a))


def period_start(a: Term, unit: str) -> Term:
    def combine(day: date) -> date:
        if unit == "week":
            return day - timedelta(days=day.weekday())
        month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[unit]
        return date(day.year, month, 1)

    return Term(f"STARTOF({a.text}, '{unit}')", "date", given(combine, local_day(a)))


def part_of(name: str, a: Term) -> Term:
    parts: Callable[[date], int] = {
        "YEAR": lambda d: d.year,
        "MONTH": lambda d: d.month,
        "DAY": lambda d: d.day,
        "QUARTER": lambda d: (d.month + 2) // 3,
        "WEEKDAY": lambda d: d.isoweekday() % 7,
        "WEEKNUM": lambda d: d.isocalendar().week,
    }[name]
    return Term(f"{name}({a.text})", "exact", given(lambda d: Decimal(parts(d)), local_day(a)))


def days_between(a: Term, b: Term) -> Term:
    text = f"DATETIME_DIFF({a.text}, {b.text})"
    return Term(text, "exact", given(lambda x, y: Decimal((x - y).days), a, b))


def today() -> Term:
    return constant("TODAY()", "date", in_zone(NOW).date())
