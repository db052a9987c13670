"""Days and moments. Parts of a moment are those of the project's time zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Final

from kernel.dialects import time_functions
from kernel.errors import ExpressionError
from kernel.expressions import comparison
from kernel.expressions.catalogue import Function, define, fill, own, sql_function
from kernel.expressions.conversion import day_start, to_date, to_datetime
from kernel.expressions.operands import Context, Operand, constant, derived, single
from kernel.expressions.periods import EXAMPLES, period, period_start
from kernel.values import BOOLEAN, DATE, DATETIME, INTEGER, Kind

_UNITS: Final = {
    "d": "days", "day": "days", "days": "days", "w": "weeks", "week": "weeks", "weeks": "weeks",
    "M": "months", "month": "months", "months": "months",
    "Q": "quarters", "quarter": "quarters", "quarters": "quarters",
    "y": "years", "year": "years", "years": "years", "h": "hours", "hour": "hours", "hours": "hours",
    "m": "minutes", "minute": "minutes", "minutes": "minutes",
    "s": "seconds", "second": "seconds", "seconds": "seconds",
}  # fmt: skip
_SECONDS: Final = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}
_MONTHS: Final = {"months": 1, "quarters": 3, "years": 12}
_PERIODS: Final = ("days", "weeks", "months", "quarters", "years")


def _unit(operand: Operand, allowed: Sequence[str]) -> str:
    word = str(operand.constant).strip()
    unit = _UNITS.get(word) or _UNITS.get(word.lower())
    if unit is None or unit not in allowed:
        raise ExpressionError(f"The unit is one of {', '.join(allowed)}.", operand.position)
    return unit


# Now
def _today(context: Context, operands: Sequence[Operand]) -> Operand:
    return constant(context.today(), 0)


def _now(context: Context, operands: Sequence[Operand]) -> Operand:
    now = context.resolver.now
    return constant(now.replace(microsecond=now.microsecond // 1000 * 1000), 0)


# Reckoning
def _add(context: Context, operands: Sequence[Operand]) -> Operand:
    time, count, unit = operands[0], operands[1], _unit(operands[2], tuple(dict.fromkeys(_UNITS.values())))
    if time.kind is Kind.DATE and unit in _PERIODS:
        return _add_to_date(context, time, count, unit)
    moment = to_datetime(context, time, "DATEADD: date")
    zone = context.dialect.literal(context.zone)
    sql = f"smalt_add_to_moment({context.sql(moment)}, {count.sql}, '{unit}', {zone})"
    return derived(DATETIME, sql, time, count)


def _add_to_date(context: Context, day: Operand, count: Operand, unit: str) -> Operand:
    if isinstance(day.constant, date) and count.sql.lstrip("-").isdigit():
        later = time_functions.add_to_date(day.constant.isoformat(), int(count.sql), unit)
        return constant(date.fromisoformat(later) if later else None, day.position)
    return derived(DATE, f"smalt_add_to_date({context.sql(day)}, {count.sql}, '{unit}')", day, count)


def difference(context: Context, operands: Sequence[Operand]) -> Operand:
    """Whole units from the second to the first, cut towards zero."""
    unit = _unit(operands[2], (*_SECONDS, *_MONTHS)) if len(operands) > 2 else "days"
    later, earlier = operands[:2]
    days = later.kind is earlier.kind is Kind.DATE
    if not days:
        later, earlier = (to_datetime(context, o, "DATETIME_DIFF: date") for o in (later, earlier))
    if unit in _MONTHS:
        return _months_between(context, later, earlier, _MONTHS[unit])
    pieces = {"a": context.sql(later), "b": context.sql(earlier)}
    sql = _apart(context, days, _SECONDS[unit], pieces)
    return derived(INTEGER, context.dialect.cast(sql, INTEGER), later, earlier, low=0, high=12)


def _apart(context: Context, days: bool, seconds: int, pieces: Mapping[str, str]) -> str:
    """The difference of days or moments in units of so many seconds."""
    if not days:
        apart = own(context, "MILLISECONDS_BETWEEN", pieces)
        return own(context, "QUOTIENT", {"a": apart, "b": str(seconds * 1000)})
    factor = f"* {86400 // seconds}" if seconds <= 86400 else f"/ {seconds // 86400}"
    return f"({own(context, 'DAYS_BETWEEN', pieces)} {factor})"


def _months_between(context: Context, later: Operand, earlier: Operand, months: int) -> Operand:
    ends = [local(context, o) for o in (later, earlier)]
    sql = f"smalt_months_between({ends[0]}, {ends[1]}) / {months}"
    return derived(INTEGER, context.dialect.cast(sql, INTEGER), later, earlier, low=0, high=6)


def local(context: Context, operand: Operand, zone: str = "") -> str:
    """A day or moment as wall clock time, in the dialect's own form."""
    sql = context.sql(operand)
    if operand.kind is Kind.DATETIME:
        return context.dialect.local(sql, zone or context.zone)
    return own(context, "MIDNIGHT", {"date": sql})


# Parts
def _part(name: str, description: str) -> Function:
    return sql_function(name, "date: date", INTEGER, description, low=0, high=4)


def _weekday(context: Context, operands: Sequence[Operand]) -> Operand:
    first = str(operands[1].constant).strip().lower() if len(operands) > 1 else "sunday"
    if first not in ("sunday", "monday"):
        raise ExpressionError("The first day is 'Sunday' or 'Monday'.", operands[1].position)
    sql = own(context, "WEEKDAY", {"date": context.sql(operands[0])})
    shifted = f"(({sql} + 6) % 7)" if first == "monday" else sql
    return derived(INTEGER, context.dialect.cast(shifted, INTEGER), operands[0], low=0, high=1)


def _clock(part: str, context: Context, operands: Sequence[Operand]) -> Operand:
    there = {"x": local(context, operands[0])}
    sql = fill(context, context.dialect.templates.time_numbers[part], there)
    return derived(INTEGER, context.dialect.cast(sql, INTEGER), *operands, low=0, high=2)


# Periods
def start_of(context: Context, operand: Operand, unit: str) -> Operand:
    """The first day of the period in which a day lies."""
    day = to_date(context, operand, "STARTOF: date")
    if isinstance(day.constant, date):
        return day if unit == "days" else constant(period_start(day.constant, unit[:-1]), day.position)
    if unit == "days":
        return derived(DATE, context.sql(day), day)
    template = context.dialect.templates.period_starts[unit]
    return derived(DATE, fill(context, template, {"x": context.sql(day)}), day)


def _start(context: Context, operands: Sequence[Operand]) -> Operand:
    return start_of(context, operands[0], _unit(operands[1], _PERIODS))


def _end(context: Context, operands: Sequence[Operand]) -> Operand:
    unit = _unit(operands[1], _PERIODS)
    if unit == "days":
        return operands[0]
    return derived(DATE, f"smalt_period_end({context.sql(operands[0])}, '{unit[:-1]}')", operands[0])


def _compared(operator: str, context: Context, operands: Sequence[Operand]) -> Operand:
    return comparison.compare(context, operator, operands[0], operands[1], operands[0].position)


def _same(context: Context, operands: Sequence[Operand]) -> Operand:
    if len(operands) == 2:
        return _compared("=", context, operands)
    unit = _unit(operands[2], _PERIODS)
    starts = [start_of(context, operand, unit) for operand in operands[:2]]
    return _compared("=", context, starts)


def _within(context: Context, operands: Sequence[Operand]) -> Operand:
    time, word = operands
    days = period(str(word.constant), context.today())
    if days is None:
        raise ExpressionError(f"This period is not known; there are {EXAMPLES}.", word.position)
    if time.kind is Kind.DATETIME:
        last = day_start(context, days[1] + timedelta(days=1)) if days[1] < date.max else None
        ends = (day_start(context, days[0]), last and last - timedelta(milliseconds=1))
        bounds = [constant(end, 0) for end in ends]
    else:
        bounds = [constant(day, 0) for day in days]
    if bounds[0].blank:
        sql = f"({context.sql(single(time))} <= {context.sql(bounds[1])})"
    elif bounds[1].blank:
        sql = f"({context.sql(single(time))} >= {context.sql(bounds[0])})"
    else:
        sql = f"({context.sql(single(time))} BETWEEN {context.sql(bounds[0])} AND {context.sql(bounds[1])})"
    return derived(BOOLEAN, sql, time, loose=True)


FUNCTIONS = (
    define("TODAY", "", _today, "Today's date."),
    define("NOW", "", _now, "This moment."),
    sql_function(
        "DATE", "year: count, month: count, day: count", DATE, "A date from its parts, if there is one.",
        both="smalt_date({year}, {month}, {day})",
    ),
    define(
        "DATEADD", "date: time, count: count, unit: word", _add,
        "A date some days, months, hours… later.",
    ),
    define(
        "DATETIME_DIFF", "later: time, earlier: time, [unit: word]", difference,
        "Whole days, or other units, from one date to another.",
    ),
    _part("YEAR", "The year."),
    _part("MONTH", "The month, 1 to 12."),
    _part("DAY", "The day of the month."),
    _part("QUARTER", "The quarter, 1 to 4."),
    define(
        "WEEKDAY", "date: date, [first: word]", _weekday,
        "0 Sunday to 6 Saturday, or 0 Monday to 6 Sunday with 'Monday' as the first day.",
    ),
    _part("WEEKNUM", "The week of the year (ISO 8601)."),
    define("HOUR", "date: datetime", partial(_clock, "hour"), "The hour, 0 to 23."),
    define("MINUTE", "date: datetime", partial(_clock, "minute"), "The minute."),
    define("SECOND", "date: datetime", partial(_clock, "second"), "The second."),
    sql_function(
        "EOMONTH", "date: date, [months: count]", DATE, "The last day of the month, or of one months later.",
        both="smalt_period_end(smalt_add_to_date({date}, {months}, 'months'), 'month')",
        defaults={"months": "0"},
    ),
    sql_function(
        "EDATE", "date: date, months: count", DATE, "The same day some months later, or the month's last.",
        both="smalt_add_to_date({date}, {months}, 'months')",
    ),
    define("STARTOF", "date: date, unit: word", _start, "The first day of the week, month, quarter or year."),
    define("ENDOF", "date: date, unit: word", _end, "The last day of the week, month, quarter or year."),
    define("IS_BEFORE", "a: time, b: time", partial(_compared, "<"), "Whether one date is before another."),
    define("IS_AFTER", "a: time, b: time", partial(_compared, ">"), "Whether one date is after another."),
    define("IS_SAME", "a: time, b: time, [unit: word]", _same, "Whether two dates are in the same period."),
    define("WITHIN", "date: time, period: word", _within, f"Whether a date is within a period: {EXAMPLES}."),
    sql_function(
        "WORKDAY_DIFF", "start: date, end: date", INTEGER, "Mondays to Fridays, both ends counted.",
        both="smalt_working_days({start}, {end})",
    ),
    sql_function(
        "NETWORKDAYS", "start: date, end: date", INTEGER, "The same as WORKDAY_DIFF.",
        both="smalt_working_days({start}, {end})",
    ),
    sql_function(
        "WORKDAY", "start: date, days: count", DATE, "The day some Mondays to Fridays later, or before.",
        both="smalt_add_working_days({start}, {days})",
    ),
)  # fmt: skip
