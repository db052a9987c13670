"""Charts of the past: which moment a chart is of, and how its figure went from period to period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale

from kernel.charts import ChartData, LeftOut, Point, Series
from kernel.date_input import parse_datetime
from kernel.dialects.time_functions import add_to_date
from kernel.errors import Fault, InvalidInputError, InvalidValueError
from kernel.fields import ParseContext
from kernel.queries.charts.labels import period_label
from kernel.queries.charts.request import ChartConfig, ChartFilters, grouping
from kernel.queries.charts.spans import Span, periods, span_of, start_of

MOST_POINTS: Final = 60
USUAL_POINTS: Final = 12
_TICK = timedelta(milliseconds=1)


class Moment(NamedTuple):
    """A period by its first day, and the moment in it that is shown: its end, or now."""

    day: date
    at: datetime


def moment_of(text: str | None, zone: str, pointer: str = "/as_of") -> datetime | None:
    """The moment that a chart is of; a day means its end. Raises InvalidInputError."""
    if text is None:
        return None
    try:
        return end_of(date.fromisoformat(text), zone)
    except ValueError:
        pass
    try:
        found = parse_datetime(text, ParseContext(time_zone=zone))
    except InvalidValueError as error:
        raise InvalidInputError("The chart is not valid.", [Fault(pointer, error.detail)]) from None
    if found is None:
        raise InvalidInputError("The chart is not valid.", [Fault(pointer, "Give a day or a moment.")])
    return found


def end_of(day: date, zone: str) -> datetime:
    """The last moment of a day in a time zone."""
    try:
        after = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
    return after - _TICK


def interval_of(config: ChartConfig) -> str | None:
    """The interval of a chart that shows how its figure went; None for all others."""
    wanted = grouping(config.group_by)
    if wanted is None or wanted.event != "as_of":
        return None
    return wanted.interval or "month"


def of_one_moment(config: ChartConfig) -> ChartConfig:
    """What such a chart shows of each moment."""
    return msgspec.structs.replace(config, group_by=None, cumulative=False, compare=None, top=None)


def without_time(filters: ChartFilters) -> ChartFilters:
    return msgspec.structs.replace(filters, from_=None, to=None, period=None)


def moments(filters: Sequence[ChartFilters], interval: str, zone: str, now: datetime) -> list[Moment]:
    """The periods of the time frame up to now; without one the last twelve."""
    today = now.astimezone(ZoneInfo(zone)).date()
    span = Span()
    for place, given in enumerate(filters):
        span = span & span_of(given, today, "?" if place else "/filters/")
    last = min(today, span.last or today)
    first = span.first or _back(start_of(last, interval), USUAL_POINTS - 1, interval)
    days = list(periods(first, last, interval)) if first <= last else []
    if len(days) > MOST_POINTS:
        detail = f"The past is shown at {MOST_POINTS} moments at most. Use a longer interval or a filter."
        raise InvalidInputError("The chart is not valid.", [Fault("/group_by", detail)])
    return [Moment(day, min(now, end_of(_back(day, -1, interval) - timedelta(days=1), zone))) for day in days]


def joined(found: Sequence[tuple[Moment, ChartData]], interval: str, locale: Locale, as_of: str) -> ChartData:
    """One chart out of those of its moments; its total is that of the last one."""
    named = {s.key: s.name for _, data in found for s in data.series}
    series = [
        Series(name, [_point(m, d, key, interval, locale) for m, d in found], key)
        for key, name in named.items()
    ]
    last = found[-1][1] if found else None
    currencies = {d.currency for _, d in found if d.currency is not None}
    left: Sequence[LeftOut] = last.left_out if last is not None else ()
    return ChartData(
        as_of, series, last.total if last else None, currencies.pop() if len(currencies) == 1 else None,
        left, last.target if last else None, unit=last.unit if last else None,
    )  # fmt: skip


def _point(moment: Moment, data: ChartData, key: str | None, interval: str, locale: Locale) -> Point:
    values = [s.points[0].value for s in data.series if s.key == key and s.points]
    label = period_label(moment.day, interval, locale)
    return Point(moment.day.isoformat(), label, values[0] if values else None)


def _back(day: date, count: int, interval: str) -> date:
    moved = add_to_date(day.isoformat(), -count, f"{interval}s")
    return date.fromisoformat(moved) if moved is not None else date.min
