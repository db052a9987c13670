"""Which records have come to a moment that an automation waits for, found through indices.

Each look goes from where the last one ended to now, so what came due while nobody looked is found
once; and each finding names its moment (the due date, the stay, the last activity), so the same
moment never begins an automation twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from kernel.automations import Due
from kernel.clock import from_milliseconds
from kernel.ids import first_of
from kernel.schema import Project
from kernel.services.automations.beginnings import Beginning
from kernel.services.automations.watching import moment_column
from kernel.storage.database import Transaction
from kernel.values import DATE, DATETIME, ID, Kind

MOST: Final = 10_000
"""Records that one look may find."""

LATE: Final = 24 * 3_600_000
"""Milliseconds by which a moment may have passed when a record is given the date."""

_CHUNK: Final = 500
_SLACK: Final = 600_000
"""Milliseconds by which an identifier may differ from the moment beside it."""

_NOT_PEOPLE: Final = "('automation', 'system')"
_NO_ACTIVITY: Final = "('record.deleted', 'record.purged', 'record.converted')"


@dataclass(frozen=True)
class Window:
    """From when to when, in milliseconds; the beginning is not part of it."""

    after: int
    until: int

    def earlier(self, seconds: int) -> Window:
        """The window in which moments lie that are due in this one."""
        return Window(self.after - seconds * 1000, self.until - seconds * 1000)


async def due_so_far(
    tx: Transaction, project: Project, timing: Due, window: Window, past: bool = False
) -> tuple[list[Beginning], int]:
    """What is due in a window, or in its first part where that is much; and where that part ends.

    `past` is for what was due then, though it may have changed since.
    Raises InvalidInputError for a field that is gone.
    """
    while True:
        found = await _SOURCES[timing.after](tx, project, timing, window.earlier(timing.seconds), past)
        if len(found) < MOST or window.until - window.after < 2:
            return found, window.until
        window = Window(window.after, (window.after + window.until) // 2)


async def late(
    tx: Transaction, project: Project, timing: Due, records: Sequence[int], now: int
) -> list[Beginning]:
    """Of records that have just been given a date: those whose moment has passed already, not long ago.

    Not long ago is up to a day, or, for moments before a date, as long as the date is still to come.
    """
    until = now - timing.seconds * 1000
    after = until - LATE if timing.seconds >= 0 else min(until - LATE, now)
    found = []
    for begin in range(0, len(records), _CHUNK):
        part = records[begin : begin + _CHUNK]
        found += await _by_field(tx, project, timing, Window(after, until), False, part)
    return found


async def _by_field(
    tx: Transaction,
    project: Project,
    timing: Due,
    window: Window,
    past: bool,
    records: Sequence[int] | None = None,
) -> list[Beginning]:
    column = moment_column(project, timing.field)
    low, high = from_milliseconds(max(window.after, 0)), from_milliseconds(max(window.until, 0))
    use: list[Any]
    if column.kind is Kind.DATE:
        days = _first_day(low, project.time_zone), _first_day(high, project.time_zone)
        use = [tx.dialect.encode(day, DATE) for day in days]
        one, two, after, until = tx.dialect.placeholder(1, DATE), tx.dialect.placeholder(2, DATE), ">=", "<"
    else:
        use = [tx.dialect.encode(moment, DATETIME) for moment in (low, high)]
        one, two = tx.dialect.placeholder(1, DATETIME), tx.dialect.placeholder(2, DATETIME)
        after, until = ">", "<="
    among = ""
    if records is not None:
        marks = ", ".join(tx.dialect.placeholder(n, ID) for n in range(3, len(records) + 3))
        among, use = f" AND id IN ({marks})", [*use, *records]
    moment = f"CAST({column.name} AS TEXT)"
    open_ = " AND completed_at IS NULL" if timing.field == "due_at" and not past else ""
    rows = await tx.fetch(
        f"SELECT id, {moment} FROM {project.table} WHERE {column.name} {after} {one} "
        f"AND {column.name} {until} {two} AND deleted_at IS NULL{open_}{among} "
        f"ORDER BY {column.name}, id LIMIT {MOST}",
        use,
    )
    return [Beginning(row[0], "time.due", f"due:{row[0]}:{row[1]}") for row in rows]


def _first_day(moment: datetime, time_zone: str) -> date:
    """The first day whose beginning is later than a moment."""
    return moment.astimezone(ZoneInfo(time_zone)).date() + timedelta(days=1)


async def _by_stay(
    tx: Transaction, project: Project, timing: Due, window: Window, past: bool
) -> list[Beginning]:
    lists = [c.id for c in project.lists if timing.list is None or str(c.id) == timing.list]
    if not lists:
        return []
    one, two = tx.dialect.placeholder(1, ID), tx.dialect.placeholder(2, ID)
    later = timing.seconds * 1000
    stays = f"(left_at IS NULL OR left_at > entered_at + {later})" if past else "left_at IS NULL"
    rows = await tx.fetch(
        "SELECT record_id, id, entered_at FROM smalt_list_stay "
        f"WHERE list_id IN ({', '.join(map(str, lists))}) AND entered_at > {one} AND entered_at <= {two} "
        f"AND {stays} ORDER BY entered_at, id LIMIT {MOST}",
        [window.after, window.until],
    )
    return [Beginning(row[0], "time.aged", f"stay:{row[1]}", at=row[2] + later) for row in rows]


async def _by_activity(
    tx: Transaction, project: Project, timing: Due, window: Window, past: bool
) -> list[Beginning]:
    """Where the last thing that a person did lies in the window."""
    marks = [tx.dialect.placeholder(n, ID) for n in range(1, 6)]

    def by_person(alias: str) -> str:
        return f"{alias}.via NOT IN {_NOT_PEOPLE} AND {alias}.kind NOT IN {_NO_ACTIVITY}"

    soon = f" AND n.at <= h.at + {timing.seconds * 1000}" if past else ""
    sql = (
        "SELECT h.record_id, h.id, h.at FROM smalt_history h "
        f"WHERE h.id >= {marks[0]} AND h.id < {marks[1]} AND h.at > {marks[2]} AND h.at <= {marks[3]} "
        f"AND h.project_id = {marks[4]} AND h.record_id IS NOT NULL AND {by_person('h')} "
        "AND NOT EXISTS (SELECT 1 FROM smalt_history n WHERE n.record_id = h.record_id AND n.id > h.id "
        f"AND {by_person('n')}{soon}) ORDER BY h.id LIMIT {MOST}"
    )
    later = timing.seconds * 1000
    ids = [
        first_of(from_milliseconds(window.after - _SLACK)),
        first_of(from_milliseconds(window.until + _SLACK)),
    ]
    rows = await tx.fetch(sql, [*ids, window.after, window.until, project.id])
    return [Beginning(row[0], "time.inactive", f"quiet:{row[1]}", at=row[2] + later) for row in rows]


_Source = Callable[[Transaction, Project, Due, Window, bool], Awaitable[list[Beginning]]]
_SOURCES: Final[Mapping[str, _Source]] = {"field": _by_field, "stay": _by_stay, "activity": _by_activity}
