"""When a record comes again: dates shifted by a rule, in the wall-clock time of its project."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule

from kernel.errors import Fault, InvalidInputError, InvalidValueError
from kernel.schema import Project
from kernel.services.record_input import find_choice

_FREQUENCIES = {"daily": DAILY, "weekly": WEEKLY, "monthly": MONTHLY, "yearly": YEARLY}
_WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
_LATEST = 9000
"""No dates are made beyond this year: time zones and engines end soon after."""

Weekday = Literal["mo", "tu", "we", "th", "fr", "sa", "su"]


class RepeatRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How a record repeats: every `interval` days, weeks (on `weekdays`), months or years.

    `on` completion: the next one is made when this one is completed. On schedule: when its date
    (due, or else start) has come, or where it has none, one interval after it was made. The next
    one starts in `list` (the first one when left out). `until` and `count` (records yet to come) end it.
    """

    frequency: Literal["daily", "weekly", "monthly", "yearly"]
    interval: Annotated[int, msgspec.Meta(ge=1, le=1000, examples=[1])] = 1
    weekdays: Annotated[
        tuple[Weekday, ...], msgspec.Meta(max_length=7, description="Weekly only.", examples=[[]])
    ] = ()
    on: Literal["completion", "schedule"] = "completion"
    list: Annotated[str | None, msgspec.Meta(description="By name or id.", examples=[None])] = None
    until: Annotated[date | None, msgspec.Meta(description="The last day.", examples=[None])] = None
    count: Annotated[int, msgspec.Meta(ge=1, le=10_000, examples=[12])] | None = None
    month_day: (
        Annotated[int, msgspec.Meta(ge=1, le=31, description="Kept through shorter months.", examples=[31])]
        | None
    ) = None


class Dates(NamedTuple):
    """The dates of a record that a rule goes by."""

    start: datetime | None
    due: datetime | None
    completed: datetime | None
    created: datetime

    @property
    def anchor(self) -> datetime:
        return self.due or self.start or self.created


def checked_rule(rule: RepeatRule, project: Project, dates: Dates) -> RepeatRule:
    """The rule completed: the list by its id, the day of the month noted. InvalidInputError."""
    faults = []
    chosen = rule.list
    if rule.weekdays and rule.frequency != "weekly":
        faults.append(Fault("/weekdays", "Weekdays go with the frequency 'weekly'."))
    if rule.month_day and rule.frequency not in ("monthly", "yearly"):
        faults.append(Fault("/month_day", "A day of the month goes with 'monthly' or 'yearly'."))
    if chosen is not None:
        try:
            chosen = str(find_choice(project.lists, chosen, "list").id)
        except InvalidValueError as error:
            faults.append(Fault("/list", error.detail))
    if faults:
        raise InvalidInputError("The rule is not valid.", faults)
    day = rule.month_day
    if rule.frequency in ("monthly", "yearly") and day is None:
        day = _local(dates.anchor, project.time_zone).day
    return msgspec.structs.replace(rule, list=chosen, month_day=day)


def due_at(rule: RepeatRule, dates: Dates, project: Project) -> datetime | None:
    """When the next record is to be made; None while nothing says so."""
    if rule.on == "completion":
        return dates.completed
    if dates.due is not None or dates.start is not None:
        return dates.anchor
    return following(rule, dates.created, dates.created, project.time_zone)


def following(rule: RepeatRule, anchor: datetime, now: datetime, time_zone: str) -> datetime | None:
    """The first occurrence after both the anchor and now, at the same time of day; None when it is over.

    What a day lacks because clocks are put forward, comes as much later.
    """
    begin = _local(anchor, time_zone)
    options: dict[str, Any] = {"dtstart": begin, "interval": rule.interval}
    if rule.weekdays:
        options["byweekday"] = [_WEEKDAYS.index(day) for day in rule.weekdays]
    if rule.month_day is not None:  # the last day of those that a month has
        options |= {"bymonthday": list(range(1, rule.month_day + 1)), "bysetpos": -1}
    if rule.frequency == "yearly":
        options["bymonth"] = begin.month
    rule_of_dates = rrule(_FREQUENCIES[rule.frequency], until=datetime(_LATEST, 1, 1), **options)
    found: datetime | None = rule_of_dates.after(max(begin, _local(now, time_zone)))
    if found is None or (rule.until is not None and found.date() > rule.until):
        return None
    return found.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def shifted(dates: Dates, anchor: datetime, time_zone: str) -> tuple[datetime | None, datetime | None]:
    """Start and due date of a record whose anchor is moved to another moment: as far apart as before."""
    by = _local(anchor, time_zone) - _local(dates.anchor, time_zone)
    return _moved(dates.start, by, time_zone), _moved(dates.due, by, time_zone)


def _moved(moment: datetime | None, by: timedelta, time_zone: str) -> datetime | None:
    if moment is None:
        return None
    return (_local(moment, time_zone) + by).replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def _local(moment: datetime, time_zone: str) -> datetime:
    """The wall clock of a time zone."""
    return moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
