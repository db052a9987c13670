"""Figures that were computed before, given again while nothing has happened that they depend on.

Every write leaves an event in its own transaction. So figures hold as long as no event since they were
read touches what their SQL reads; the engine is asked for those events each time, together with the
versions of schema and rights, whichever process wrote them.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from kernel.access.actor import Actor
from kernel.charts import ChartData
from kernel.queries.charts.reads import Reads, reads_of
from kernel.schema import Schema
from kernel.services.record_reader import RecordReader
from kernel.storage.database import Row, Statement
from kernel.values import ID

MOST: Final = 500
MOST_POINTS: Final = 2_000
MOST_EVENTS: Final = 200
"""Where more has happened, computing is as quick as looking at all of it."""

NEWEST: Final = Statement(
    "SELECT seq, id FROM smalt_outbox WHERE seq < 0 OR seq = (SELECT max(seq) FROM smalt_outbox) "
    f"LIMIT {MOST_EVENTS + 1}"
)
"""The newest event, and those without a place yet: on PostgreSQL they are below 0, see
`kernel.storage.event_order`. To be read before the figures, so that what comes between counts as later."""

_TABLE: Final = re.compile(r"\bsmalt_\w+\b(?!\s*\()")
_FOLLOWED: Final = frozenset({"smalt_link", "smalt_list_stay"})
"""Kernel tables whose changes are told by events of the records' projects."""

_VALUES: Final = frozenset({"record.updated", "record.moved"})
_WITH_LIST: Final = frozenset({"list", "position", "completed_at"})


class _Kept(NamedTuple):
    """`seq` is the newest event that had a place when the figures were read, `seen` are the ids of others
    that were there too: they get their places later."""

    data: ChartData
    reads: Reads
    seq: int
    seen: frozenset[int]


class KeptFigures:
    """The figures asked for last, by what they were asked with; for one database."""

    def __init__(self, reader: RecordReader) -> None:
        self._reader = reader
        self._known: OrderedDict[Hashable, _Kept] = OrderedDict()
        mark = reader.dialect.placeholder(1, ID)
        self._since = (
            "SELECT o.seq, o.id, o.project_id, o.kind, h.changes FROM smalt_outbox o "
            "LEFT JOIN smalt_history h ON h.id = o.id "
            f"WHERE o.seq >= {mark} OR o.seq < 0 LIMIT {MOST_EVENTS + 1}"
        )

    async def find(self, actor: Actor, schema: Schema, key: Hashable) -> ChartData | None:
        """Figures that still hold, or None."""
        kept = self._known.get(key)
        if kept is None:
            return None
        (events,) = await self._reader.read(actor, schema, Statement(self._since, [kept.seq]))
        if not _holds(kept, events):
            return None
        self._put(key, kept._replace(seq=max(row[0] for row in events), seen=_placeless(events)))
        return kept.data

    def keep(
        self, key: Hashable, data: ChartData, statements: Sequence[Statement], newest: Sequence[Row]
    ) -> None:
        """Remember figures, unless they depend on what no event tells. `newest` is the answer to NEWEST."""
        followed = all(set(_TABLE.findall(s.sql)) <= _FOLLOWED for s in statements)
        seq = max((row[0] for row in newest), default=0)
        small = len(newest) <= MOST_EVENTS and sum(len(s.points) for s in data.series) <= MOST_POINTS
        if seq > 0 and followed and small:
            self._put(key, _Kept(data, reads_of(statements), seq, _placeless(newest)))

    def _put(self, key: Hashable, kept: _Kept) -> None:
        self._known[key] = kept
        self._known.move_to_end(key)
        if len(self._known) > MOST:
            self._known.popitem(last=False)


def _holds(kept: _Kept, events: Sequence[Row]) -> bool:
    """Whether no event touches the figures. The one that was the newest is still there, so none that
    came after it has been forgotten."""
    if len(events) > MOST_EVENTS or all(row[0] != kept.seq for row in events):
        return False
    later = (row for row in events if row[0] != kept.seq and row[1] not in kept.seen)
    return not any(_touches(kept.reads, *row[2:]) for row in later)


def _placeless(events: Sequence[Row]) -> frozenset[int]:
    return frozenset(row[1] for row in events if row[0] < 0)


def _touches(reads: Reads, project_id: int, kind: str, changes: str | None) -> bool:
    """Like `Reads.touched`, but what is not known to be harmless counts."""
    if project_id not in reads.projects:
        return False
    changed: Any = msgspec.json.decode(changes) if changes else None
    if kind not in _VALUES or not isinstance(changed, dict) or not changed:
        return True
    return reads.everything or not reads.names.isdisjoint(_names(kind, changed))


def _names(kind: str, changed: Iterable[str]) -> set[str]:
    names = set(changed)
    return names | _WITH_LIST if kind == "record.moved" or "list" in names else names
