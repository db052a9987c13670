"""Date functions in Python, for SQLite; `postgres_times` has the same for PostgreSQL.

Dates are `YYYY-MM-DD`, moments `YYYY-MM-DDTHH:MM:SS.mmmZ`; years go from 1 to 9999, and what
would lie outside is empty.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_MONTHS: Final = {"months": 1, "quarters": 3, "years": 12}
_DAYS: Final = {"days": 1, "weeks": 7}
_SECONDS: Final = {"hours": 3600, "minutes": 60, "seconds": 1}
LONGEST_READ: Final = 200
"""Characters of a text that is read by a pattern."""

_BLANKS: Final = " \t\n\r\u00a0"
_DATE: Final = re.compile(r"[ \t\n\r]*([0-9]{4}-[0-9]{2}-[0-9]{2})[ \t\n\r]*")
_TIME: Final = re.compile(
    r"[ \t\n\r]*([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,3})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?)?[ \t\n\r]*"
)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _read(moment: str) -> datetime:
    return datetime.fromisoformat(moment.replace("Z", "+00:00"))


def _write(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def moment_of(local: str | None, zone: str) -> str | None:
    """The moment at which the wall clock of a time zone shows `local`, the first of two."""
    if local is None:
        return None
    try:
        return _write(datetime.fromisoformat(local).replace(tzinfo=_zone(zone)))
    except OverflowError:
        return None


def local_time(moment: str | None, zone: str) -> str | None:
    """A moment as the wall clock of a time zone shows it, `YYYY-MM-DDTHH:MM:SS.mmm`."""
    if moment is None:
        return None
    try:
        local = _read(moment).astimezone(_zone(zone))
    except OverflowError:
        return None
    return local.replace(tzinfo=None).isoformat(timespec="milliseconds")


@lru_cache(maxsize=65_536)
def _date_of_hour(hour: str, zone: str) -> str | None:
    """The local date of all moments of an hour of UTC; None where it changes within that hour."""
    first, last = (local_time(f"{hour}{rest}", zone) for rest in (":00:00.000Z", ":59:59.999Z"))
    return first[:10] if first and last and first[:10] == last[:10] else None


def local_date(moment: str | None, zone: str) -> str | None:
    """The date on which a moment falls. Moments of one hour nearly always share it, so it is kept."""
    if moment is None:
        return None
    known = _date_of_hour(moment[:13], zone)
    if known is not None:
        return known
    local = local_time(moment, zone)
    return local and local[:10]


def make_date(year: int | None, month: int | None, day: int | None) -> str | None:
    if year is None or month is None or day is None:
        return None
    try:
        return date(year, month, day).isoformat()
    except (ValueError, OverflowError):
        return None


def add_to_date(day: str | None, count: int | None, unit: str) -> str | None:
    """Days, weeks, months, quarters or years later; the 31st becomes the last of a short month."""
    if day is None or count is None:
        return None
    start = date.fromisoformat(day)
    try:
        if unit in _DAYS:
            return (start + timedelta(days=count * _DAYS[unit])).isoformat()
        years, month = divmod(start.year * 12 + start.month - 1 + count * _MONTHS[unit], 12)
        last = monthrange(years, month + 1)[1] if 1 <= years <= 9999 else 1
        return date(years, month + 1, min(start.day, last)).isoformat()
    except (ValueError, OverflowError):
        return None


def add_to_moment(moment: str | None, count: int | None, unit: str, zone: str) -> str | None:
    """Longer units keep the wall clock of the time zone."""
    if moment is None or count is None:
        return None
    if unit in _SECONDS:
        try:
            return _write(_read(moment) + timedelta(seconds=count * _SECONDS[unit]))
        except OverflowError:
            return None
    local = local_time(moment, zone)
    day = add_to_date(local[:10], count, unit) if local else None
    return moment_of(f"{day}{local[10:]}", zone) if day and local else None


def months_between(later: str | None, earlier: str | None) -> int | None:
    """Whole months from one date or local time to another, both in ISO 8601."""
    if later is None or earlier is None:
        return None
    months = (int(later[:4]) - int(earlier[:4])) * 12 + int(later[5:7]) - int(earlier[5:7])
    if months > 0 and later[8:] < earlier[8:]:
        return months - 1
    return months + 1 if months < 0 and later[8:] > earlier[8:] else months


def period_end(day: str | None, unit: str) -> str | None:
    """The last day of the week (Sunday), month, quarter or year."""
    if day is None:
        return None
    start = date.fromisoformat(day)
    if unit == "week":
        return (start + timedelta(days=6 - start.weekday())).isoformat() if day < "9999-12-27" else None
    month = {"month": start.month, "quarter": (start.month + 2) // 3 * 3, "year": 12}[unit]
    return date(start.year, month, monthrange(start.year, month)[1]).isoformat()


def parse_date(text: str | None) -> str | None:
    """The date that a text is, in ISO 8601; empty when it is none."""
    found = _DATE.fullmatch(text) if text is not None else None
    try:
        return date.fromisoformat(found[1]).isoformat() if found else None
    except ValueError:
        return None


def parse_moment(text: str | None, zone: str) -> str | None:
    """The moment that a text is; without offset it is meant in the time zone."""
    found = _TIME.fullmatch(text) if text is not None else None
    if not found:
        return None
    day, minute, second, offset = found.groups()
    seconds = f"{second or ':00'}{'' if second and '.' in second else '.'}"
    local = f"{day}T{minute or '00:00'}{seconds.ljust(7, '0')}"
    try:
        if offset is None:
            return moment_of(local, zone)
        return _write(datetime.fromisoformat(local + offset.replace("Z", "+00:00")))
    except (ValueError, OverflowError):
        return None


def read_moment(value: str | None, pattern: str, parts: str, names: str, base: str, zone: str) -> str | None:
    """The moment that a text is by a regular expression, whose groups are the `parts`.

    Y and y a year of four and two digits, M a month, N the name of one, one of `names`, D a day, H and h an
    hour, m, s, f minute, second and its fraction, p am or pm. `base` has the day of what is not given.
    """
    if value is None or len(value) > LONGEST_READ:
        return None
    found = re.fullmatch(pattern, value.strip(_BLANKS))
    if found is None:
        return None
    part = dict(zip(parts, found.groups(), strict=True))
    year = part.get("Y") or (_century(part["y"]) if "y" in part else base[:4])
    month = part.get("M") or (str(names.split("|").index(part["N"]) % 12 + 1) if "N" in part else base[5:7])
    hour = int(part.get("H") or part.get("h") or 0)
    if part.get("p") == "pm" and hour < 12:
        hour += 12
    elif part.get("p") == "am" and hour == 12:
        hour = 0
    minute, second = (part.get(unit) or "0" for unit in "ms")
    day = part.get("D") or base[8:]
    clock = f"{hour:02}:{minute:0>2}:{second:0>2}.{part.get('f') or '0'}"
    return parse_moment(f"{year}-{month:0>2}-{day:0>2}T{clock}", zone)


def _century(year: str) -> str:
    return f"{'19' if int(year) > 68 else '20'}{year}"


def working_days(start: str | None, end: str | None) -> int | None:
    """Mondays to Fridays from one day to another, both counted; negative backwards."""
    if start is None or end is None:
        return None
    if end < start:
        backwards = working_days(end, start)
        return -backwards if backwards is not None else None
    return _worked_before(date.fromisoformat(end).toordinal() + 1) - _worked_before(
        date.fromisoformat(start).toordinal()
    )


def add_working_days(day: str | None, count: int | None) -> str | None:
    """The Monday to Friday that comes some of them after a day, or before it for less than none."""
    if day is None or count is None:
        return None
    start = date.fromisoformat(day)
    if count == 0:
        return day
    step, weekday = (1, start.weekday()) if count > 0 else (-1, (4 - start.weekday()) % 7)
    past = max(weekday - 4, 0)  # days since the last working day, in this direction
    weeks, rest = divmod(abs(count), 5)
    days = weeks * 7 + rest - past + (2 if weekday - past + rest > 4 else 0)
    try:
        return (start + timedelta(days=step * days)).isoformat()
    except OverflowError:
        return None


def _worked_before(ordinal: int) -> int:
    """Working days before a day; the first of January of the year 1, ordinal 1, is a Monday."""
    weeks, days = divmod(ordinal - 1, 7)
    return weeks * 5 + min(days, 5)
