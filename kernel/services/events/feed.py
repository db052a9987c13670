"""The feed of events: everything that happened, in an order in which no reader misses anything.

A consumer takes events in the transaction in which it notes what it does about them, so it takes
each exactly once however many processes work for it and whenever they die:

    await feed.register("automations")
    while True:
        seen = feed.newest
        async with database.transaction() as tx:
            events = await feed.take(tx, "automations", 500)
            …                                       # write, in the same transaction
        if not events:
            await feed.wait(30, seen)
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec
import structlog

from kernel.clock import Clock, to_milliseconds
from kernel.storage.database import Database, Row, Statement, Transaction
from kernel.storage.event_order import EventOrder
from kernel.storage.kernel_rows import KernelRows

BREATH: Final = 0.02
"""Seconds between two looks at most: what is committed meanwhile comes with the next."""

_COLUMNS: Final = (
    "o.seq, o.id, o.at, o.project_id, o.record_id, o.kind, o.version, "
    "h.actor_id, h.via, h.changes, h.batch_id, o.cause, h.via_id"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM smalt_outbox o JOIN smalt_history h ON h.id = o.id"
_log = structlog.get_logger("smalt.events")


class Event(NamedTuple):
    """One change, as it stands in the history.

    `seq` is its place in the feed, `id` that of its history row, `at` in ms. `changes` is the JSON
    of the history: `{"<field id or built-in name>": [old, new]}` for changes of records. `cause` is
    the run of an automation that made it; `via_id` the automation or form through which it was made.
    """

    seq: int
    id: int
    at: int
    project_id: int
    record_id: int | None
    kind: str
    version: int | None
    actor_id: int | None
    via: str
    changes: Any
    batch_id: int | None
    cause: int | None
    via_id: int | None = None


class EventFeed:
    """Reads the feed, and tells when there is something new in it."""

    def __init__(self, database: Database, rows: KernelRows, clock: Clock, order: EventOrder) -> None:
        self._database = database
        self._rows = rows
        self._clock = clock
        self._order = order
        self._newest = 0
        self._looking = asyncio.Lock()
        self._stirred = asyncio.Event()
        self._news = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    @property
    def newest(self) -> int:
        """The `seq` of the newest event that this process knows of; 0 before the first."""
        return self._newest

    async def start(self) -> None:
        """Begin to watch for events."""
        await self._order.start(self.stir)
        await self.look()
        self._pump = asyncio.create_task(self._watch(), name="smalt-events")

    async def stop(self) -> None:
        """Stop watching; everybody who waits is let go."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        self._announce()
        await self._order.stop()

    async def look(self) -> int:
        """Look for new events now; `newest` then counts all that was committed before."""
        async with self._looking:
            newest = await self._order.settle()
        if newest > self._newest:
            self._newest = newest
            self._announce()
        return self._newest

    def stir(self) -> None:
        """Look for new events at once; called after a commit that has some."""
        self._stirred.set()

    async def wait(self, seconds: float, seen: int | None = None) -> None:
        """Return as soon as there is an event newer than `seen` (the newest known), or after the time."""
        if self._newest > (self._newest if seen is None else seen):
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()

    async def register(self, consumer: str, beginning: bool = False) -> None:
        """Make a consumer known, before its first `take`; nothing when it is.

        A new one begins with what comes from now on, or at the beginning of what is kept.
        """
        start = 0 if beginning else await self.look()
        marks = ", ".join(self._rows.mark(number) for number in (1, 2, 3))
        sql = (
            f"INSERT INTO smalt_consumer (name, position, updated_at) VALUES ({marks}) "
            "ON CONFLICT (name) DO NOTHING"
        )
        async with self._database.transaction() as tx:
            await tx.execute(sql, [consumer, start, self._now()])

    async def take(self, tx: Transaction, consumer: str, limit: int) -> list[Event]:
        """The next events of a consumer, in order; they count as taken when `tx` commits.

        Empty while another process takes for the same consumer, or when it is not registered.
        """
        mark = self._rows.mark
        held = f"SELECT position FROM smalt_consumer WHERE name = {mark(1)}{tx.dialect.statements.claim}"
        found = await tx.fetch(held, [consumer])
        if not found:
            return []
        events = events_of(await tx.fetch(*self._reading(found[0][0], limit)))
        if events:
            moved = f"UPDATE smalt_consumer SET position = {mark(2)}, updated_at = {mark(3)}"
            await tx.execute(f"{moved} WHERE name = {mark(1)}", [consumer, events[-1].seq, self._now()])
        return events

    async def peek(self, consumer: str, limit: int) -> list[Event]:
        """What `take` would give now, to prepare for it outside of a transaction."""
        where = f"SELECT position FROM smalt_consumer WHERE name = {self._rows.mark(1)}"
        (rows,) = await self._database.read(Statement(where, [consumer]))
        return await self.after(rows[0][0], limit) if rows else []

    async def pass_over(self, consumer: str, until: int) -> None:
        """Count the events up to one as taken."""
        mark = self._rows.mark
        moved = f"UPDATE smalt_consumer SET position = {mark(2)}, updated_at = {mark(3)}"
        async with self._database.transaction() as tx:
            where = f"WHERE name = {mark(1)} AND position < {mark(2)}"
            await tx.execute(f"{moved} {where}", [consumer, until, self._now()])

    async def after(self, seq: int, limit: int) -> list[Event]:
        """Events with a greater `seq`, in order, without taking them."""
        return events_of((await self._database.read(self._reading(seq, limit)))[0])

    async def between(self, after: int, until: int, without: Collection[int] = ()) -> list[Event]:
        """The events after one up to another, without those of some projects."""
        where = f"o.seq > {self._rows.mark(1)} AND o.seq <= {self._rows.mark(2)}"
        if without:
            marks = ", ".join(self._rows.mark(number) for number in range(3, 3 + len(without)))
            where += f" AND o.project_id NOT IN ({marks})"
        sql = f"{_SELECT} WHERE {where} ORDER BY o.seq"
        return events_of((await self._database.read(Statement(sql, [after, until, *without])))[0])

    async def counts(self, after: int, until: int) -> Mapping[int, int]:
        """How many events each project has after one up to another."""
        sql = (
            "SELECT project_id, count(*) FROM smalt_outbox "
            f"WHERE seq > {self._rows.mark(1)} AND seq <= {self._rows.mark(2)} GROUP BY project_id"
        )
        (rows,) = await self._database.read(Statement(sql, [after, until]))
        return {row[0]: row[1] for row in rows}

    def _reading(self, seq: int, limit: int) -> Statement:
        sql = f"{_SELECT} WHERE o.seq > {self._rows.mark(1)} ORDER BY o.seq LIMIT {limit}"
        return Statement(sql, [seq])

    async def _watch(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._order.pause):
                    await self._stirred.wait()
            self._stirred.clear()
            try:
                await self.look()
            except Exception as error:
                _log.warning("looking for events failed", error=str(error))
                await asyncio.sleep(self._order.pause)
            await asyncio.sleep(BREATH)

    def _announce(self) -> None:
        """Wake those who wait now; who comes later waits for the next."""
        self._news.set()
        self._news = asyncio.Event()

    def _now(self) -> int:
        return to_milliseconds(self._clock.now())


def events_of(rows: Iterable[Row]) -> list[Event]:
    """Events out of rows of their members, the changes as JSON text."""
    decode = msgspec.json.decode
    return [Event._make((*row[:9], decode(row[9]), *row[10:])) for row in rows]
