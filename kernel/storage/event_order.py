"""The order of the outbox: every event gets a place, and none appears before one already read.

SQLite's one writer numbers events as it inserts them, so they are in order when they commit. On
PostgreSQL transactions commit in another order than they insert: an event arrives with a negative
`seq`, by arrival, and gets its place once it is committed. Places are given under a lock and in
the order of arrival, so of two changes of one record the later one has the later place. A long
transaction, such as an import, holds nobody else's events back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Final, Protocol

import asyncpg

from kernel.errors import UnavailableError
from kernel.storage.database import Database, Statement

CHANNEL: Final = "smalt_events"
ORDER_LOCK: Final = 5284312
"""Key of PostgreSQL's advisory lock: one process at a time gives places."""

AT_ONCE: Final = 20_000
"""Events that get their places in one transaction."""

_SESSION: Final = {"application_name": "smalt events", "timezone": "UTC", "jit": "off"}
_NEWEST: Final = "SELECT coalesce(max(seq), 0) FROM smalt_outbox"
_LOOK: Final = (
    "SELECT greatest(coalesce((SELECT max(seq) FROM smalt_outbox), 0), 0), "
    "EXISTS (SELECT 1 FROM smalt_outbox WHERE seq < 0)"
)
_PLACE: Final = f"""
WITH base AS (
  SELECT greatest(0, (SELECT max(seq) FROM smalt_outbox), (SELECT max(position) FROM smalt_consumer)) AS value
), fresh AS (
  SELECT f.id, row_number() OVER (ORDER BY f.seq DESC) AS place
  FROM (SELECT id, seq FROM smalt_outbox WHERE seq < 0 ORDER BY seq DESC LIMIT {AT_ONCE}) f
), placed AS (
  UPDATE smalt_outbox o SET seq = base.value + fresh.place FROM fresh, base WHERE o.id = fresh.id
  RETURNING o.seq
)
SELECT max(seq), pg_notify('{CHANNEL}', '') FROM placed HAVING count(*) > 0"""


class EventOrder(Protocol):
    """Keeps the events of one database in order. `pause` is how long it may go unasked, in seconds."""

    pause: float

    async def start(self, news: Callable[[], None]) -> None:
        """Begin to call `news` when another process has committed events; it may be called for nothing."""
        ...

    async def settle(self) -> int:
        """Give all that is committed its place; the `seq` of the newest event, 0 for none."""
        ...

    async def stop(self) -> None: ...


class SqliteEventOrder:
    """The writer numbers. What other processes write is found by asking: a look at the last row."""

    pause = 0.25

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, news: Callable[[], None]) -> None:
        """Nothing to begin."""

    async def settle(self) -> int:
        [[row]] = await self._database.read(Statement(_NEWEST))
        return int(row[0])

    async def stop(self) -> None:
        """Nothing to end."""


class PostgresEventOrder:
    """One connection of its own, to give places on and to hear from the other processes."""

    pause = 1.0

    def __init__(self, url: str) -> None:
        self._url = url
        self._news: Callable[[], None] = lambda: None
        self._connection: asyncpg.Connection[Any] | None = None

    async def start(self, news: Callable[[], None]) -> None:
        self._news = news
        await self._connect()

    async def settle(self) -> int:
        connection = self._connection
        try:
            if connection is None or connection.is_closed():
                connection = await self._connect()
            [(newest, waiting)] = await connection.fetch(_LOOK)
            while waiting:
                placed = await self._place(connection)
                newest, waiting = max(newest, placed), placed > 0
        except BaseException:
            await self.stop()  # a connection in doubt is not used again
            raise
        return int(newest)

    async def stop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await connection.close(timeout=2.0)

    async def _connect(self) -> asyncpg.Connection[Any]:
        try:
            connection = await asyncpg.connect(self._url, server_settings=_SESSION)
            await connection.add_listener(CHANNEL, lambda *_: self._news())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise UnavailableError(f"No connection to PostgreSQL for events: {error}.") from error
        self._connection = connection
        return connection

    async def _place(self, connection: asyncpg.Connection[Any]) -> int:
        """The last place given, 0 when nothing waited."""
        async with connection.transaction():
            await connection.execute(f"SELECT pg_advisory_xact_lock({ORDER_LOCK})")
            row = await connection.fetchrow(_PLACE)
        return 0 if row is None else int(row[0])


def event_order(url: str, database: Database) -> EventOrder:
    """The order of events for the engine of a database that was opened by this URL."""
    return PostgresEventOrder(url) if database.dialect.name == "postgres" else SqliteEventOrder(database)
