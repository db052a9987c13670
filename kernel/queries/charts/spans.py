"""Time frames of charts, their periods, and the frame before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.dialects.time_functions import add_to_date
from kernel.errors import Fault, InvalidInputError
from kernel.expressions.periods import EXAMPLES, period, period_start
from kernel.queries.charts.request import ChartFilters

MOST_PERIODS = 5_000


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both counted; None where it is open."""

    first: date | None = None
    last: date | None = None

    @property
    def open(self) -> bool:
        return self.first is None or self.last is None

    def __and__(self, other: Span) -> Span:
        """The days of both."""
        firsts = [d for d in (self.first, other.first) if d is not None]
        lasts = [d for d in (self.last, other.last) if d is not None]
        return Span(max(firsts, default=None), min(lasts, default=None))

    def before(self, by: str) -> Span | None:
        """The same span a year or one of its own lengths earlier; whole months stay whole months.

        None where that would be before the first year.
        """
        try:
            return self._before(by)
        except OverflowError:
            return None

    def _before(self, by: str) -> Span:
        assert self.first is not None
        assert self.last is not None
        if by == "previous_year":
            return Span(_moved(self.first, -1, "years"), _moved(self.last, -1, "years"))
        months = self._months()
        if months:
            first = _moved(self.first, -months, "months")
        else:
            first = self.first - (self.last - self.first) - timedelta(days=1)
        return Span(first, self.first - timedelta(days=1))

    def _months(self) -> int:
        """How many whole months it is; 0 where it begins or ends within one."""
        assert self.first is not None
        assert self.last is not None
        if self.last == date.max:
            return 0
        after = self.last + timedelta(days=1)
        if self.first.day != 1 or after.day != 1:
            return 0
        return (after.year - self.first.year) * 12 + after.month - self.first.month


def span_of(filters: ChartFilters, today: date, pointer: str) -> Span:
    """The time frame that filters name. Raises InvalidInputError with what is wrong."""
    found = Span(_day(filters.from_, f"{pointer}from"), _day(filters.to, f"{pointer}to"))
    if filters.period is None:
        return found
    named = period(filters.period, today)
    if named is None:
        detail = f"'{filters.period[:100]}' is no period. Known are {EXAMPLES}."
        raise InvalidInputError("The time frame is not valid.", [Fault(f"{pointer}period", detail)])
    first, last = named
    return found & Span(None if first == date.min else first, None if last == date.max else last)


def _day(text: str | None, pointer: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        fault = Fault(pointer, "Give a day such as 2026-12-31.")
        raise InvalidInputError("The time frame is not valid.", [fault]) from None


def periods(first: date, last: date, interval: str) -> Iterator[date]:
    """The first days of all periods from that of `first` to that of `last`, at most 5,000."""
    day = start_of(first, interval)
    for _ in range(MOST_PERIODS):
        if day > last:
            return
        yield day
        day = _moved(day, 1, f"{interval}s")


def count_of(first: date, last: date, interval: str) -> int:
    """About how many periods there are, never too few."""
    days = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}[interval]
    return (last - first).days // days + 2


def last_of(first: date, interval: str) -> date:
    """The last day of the period that begins on a day."""
    after = _moved(first, 1, f"{interval}s")
    return after if after == date.max else after - timedelta(days=1)


def start_of(day: date, interval: str) -> date:
    return day if interval == "day" else period_start(day, interval)


def _moved(day: date, count: int, unit: str) -> date:
    moved = add_to_date(day.isoformat(), count, unit)
    if moved is None:
        return date.max if count > 0 else date.min
    return date.fromisoformat(moved)
