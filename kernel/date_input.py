"""Days and moments from JSON and from text, in the forms that people and programs write."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from kernel.errors import InvalidValueError
from kernel.fields import ParseContext

_LONGEST = 64
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_ISO_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
    r" ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
).fullmatch
_WRITTEN_DAY = re.compile(r"([0-9]{1,4})\s?([-/. ])\s?([0-9]{1,2})\s?\2\s?([0-9]{1,4})\.?").fullmatch
_NAMED_DAY = re.compile(r"([0-9]{1,2})[-/. ]{1,2}([A-Za-z]{3,9})[-/., ]{1,2}([0-9]{4})").fullmatch
_NAMED_MONTH = re.compile(r"([A-Za-z]{3,9})[. ]{1,2}([0-9]{1,2})(?:,|, | )([0-9]{4})").fullmatch
_CLOCK = re.compile(
    r"(.*?)[ ,T]\s*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,3})[0-9]{0,6})?)?"
    r"\s*([AaPp])?(?(6)\.?[Mm]\.?)"
).fullmatch
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
            "aug august", "sep sept september", "oct october", "nov november", "dec december",
        ), 1,
    )
    for name in names.split()
}  # fmt: skip


def parse_date(value: object, context: ParseContext) -> date | None:
    """A day from `2026-11-23`, or from text in the order that `context.date_order` says.

    A time of day is refused unless it is midnight. None for blank text.
    """
    if type(value) is str and _ISO_DAY(value):
        return _day(value)
    moment = _read(value, context)
    if moment is None:
        return None
    if (moment.hour, moment.minute, moment.second, moment.microsecond) != (0, 0, 0, 0):
        raise InvalidValueError("This must be a date without a time of day.")
    return moment.date()


def parse_datetime(value: object, context: ParseContext) -> datetime | None:
    """A moment in UTC, to the millisecond, from RFC 3339 or text in the order the context says.

    Without an offset the time is meant in `context.time_zone`: one that a clock change skips
    moves forward by what was skipped, one that happens twice is the first. A day alone is its
    start. None for blank text. InvalidValueError for all else.
    """
    moment = _read(value, context)
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_zone(context.time_zone))
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise _not_a_date(context) from None
    if not 1 < moment.year < 9999:
        raise InvalidValueError("This must be in a year from 2 to 9998, so that every time zone has it.")
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _not_a_date(context: ParseContext) -> InvalidValueError:
    forms = {"dmy": "31.12.2026", "mdy": "12/31/2026", "ymd": "2026/12/31"}
    written = "" if context.date_order is None else f" or {forms[context.date_order]}"
    return InvalidValueError(f"This must be a date such as 2026-12-31{written}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValueError("There is no such day.") from None


def _read(value: object, context: ParseContext) -> datetime | None:
    """The moment as written, with the offset that was written, if any."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if type(value) is not str:
        raise _not_a_date(context)
    text = value.strip()
    if not text:
        return None
    if len(text) > _LONGEST:
        raise _not_a_date(context)
    try:
        return _from_iso(text) or _from_writing(text, context)
    except ValueError:
        raise _not_a_date(context) from None


def _from_iso(text: str) -> datetime | None:
    found = _ISO_MOMENT(text)
    if found is None:
        return None
    day, clock, offset = found.groups()
    written = day if clock is None else f"{day}T{clock.replace(',', '.')}{(offset or '').upper()}"
    return datetime.fromisoformat(written)


def _from_writing(text: str, context: ParseContext) -> datetime:
    """`31.12.2026`, `12/31/26 9:05 PM`, `31-Dec-2026`; ValueError when it is none of them."""
    clock = _CLOCK(text) if ":" in text else None
    day = _written_day(text if clock is None else clock[1].strip(), context)
    if clock is None:
        return datetime.combine(day, time())
    return datetime.combine(day, _time_of_day(clock))


def _written_day(text: str, context: ParseContext) -> date:
    if found := _WRITTEN_DAY(text):
        if context.date_order is None:
            raise _not_a_date(context)
        parts = dict(zip(context.date_order, (found[1], found[3], found[4]), strict=True))
        return date(_year(parts["y"]), int(parts["m"]), int(parts["d"]))
    if found := _NAMED_DAY(text):
        return date(int(found[3]), _month(found[2]), int(found[1]))
    if found := _NAMED_MONTH(text):
        return date(int(found[3]), _month(found[1]), int(found[2]))
    raise ValueError(text)


def _month(name: str) -> int:
    number = _MONTHS.get(name.lower())
    if number is None:
        raise ValueError(name)
    return number


def _year(text: str) -> int:
    """Two digits are within 1969 to 2068."""
    year = int(text)
    if len(text) == 4:
        return year
    if len(text) == 2:
        return year + (1900 if year >= 69 else 2000)
    raise ValueError(text)


def _time_of_day(clock: re.Match[str]) -> time:
    hour = int(clock[2])
    if half := clock[6]:
        if not 1 <= hour <= 12:
            raise ValueError(clock[2])
        hour = hour % 12 + (12 if half in "Pp" else 0)
    milliseconds = (clock[5] or "0").ljust(3, "0")
    return time(hour, int(clock[3]), int(clock[4] or 0), int(milliseconds) * 1000)
