"""SQLite as the engine: one writer, a few readers, each connection open for good in its own thread."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from piccolo.query.base import Query

from kernel.dialects.base import Dialect
from kernel.dialects.sqlite import SqliteDialect
from kernel.errors import UnavailableError
from kernel.storage.database import Batch, Row, Statement
from kernel.storage.migrate import migrate
from kernel.storage.options import StorageOptions
from kernel.storage.piccolo_engine import run_query
from kernel.storage.sqlite_connection import (
    executing,
    executing_many,
    fetching,
    in_turn,
    naming,
    open_reader,
    open_writer,
    reading,
    roll_back,
)
from kernel.storage.sqlite_errors import is_busy
from kernel.storage.sqlite_workers import Workers

_BATCH = 1000
"""Rows of `execute_many` in one hop."""


class SqliteTransaction:
    """A write transaction on the one writer; see `kernel.storage.database.Transaction`."""

    engine_type = "sqlite"

    def __init__(self, writer: Workers, dialect: Dialect, seconds: float | None) -> None:
        self.dialect = dialect
        self._writer = writer
        self._seconds = seconds
        self._savepoints = 0
        self.committed: set[Callable[[], None]] = set()

    def on_commit(self, told: Callable[[], None]) -> None:
        self.committed.add(told)

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return (await self.fetch_all(Statement(sql, parameters)))[0]

    async def fetch_all(self, *statements: Statement) -> list[list[Row]]:
        return await self._writer.run_through(fetching(statements), self._seconds)

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        return await self._writer.run_through(executing(sql, parameters), self._seconds)

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        iterator = iter(rows)
        while batch := list(islice(iterator, _BATCH)):
            await self._writer.run_through(executing_many(sql, batch), self._seconds)

    async def execute_batches(self, *batches: Batch) -> None:
        work = [executing_many(sql, rows) for sql, rows in batches if rows]
        await self._writer.run_through(in_turn(work), self._seconds)

    async def run(self, query: Query[Any, Any]) -> Any:
        return await run_query(self, query)

    async def fetch_named(self, sql: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
        return await self._writer.run_through(naming(sql, parameters, in_transaction=True), self._seconds)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        self._savepoints += 1
        name = f"smalt_{self._savepoints}"
        await self.execute(f"SAVEPOINT {name}")
        try:
            yield
        except Exception:
            await self.fetch_all(Statement(f"ROLLBACK TO {name}"), Statement(f"RELEASE {name}"))
            raise
        await self.execute(f"RELEASE {name}")


class SqliteDatabase:
    """A database file, which other processes may have open too."""

    engine_type = "sqlite"

    def __init__(self, path: Path, dialect: SqliteDialect, options: StorageOptions | None = None) -> None:
        self.path = path
        self.dialect: Dialect = dialect
        self.options = options or StorageOptions()
        self._writer = Workers(partial(open_writer, path, dialect, self.options), 1, "smalt-writer")
        readers = max(1, self.options.readers)
        self._readers = Workers(partial(open_reader, path, dialect, self.options), readers, "smalt-reader")
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    async def start(self) -> None:
        """Open the connections and bring the kernel's tables up to date.

        Raises UnavailableError when the file cannot be opened.
        """
        try:
            await self._writer.start()
            await self._readers.start()
            await migrate(self)
        except sqlite3.Error as error:
            await self.stop()
            raise UnavailableError(f"The database {self.path} cannot be opened: {error}.") from error
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close the connections; the last one out empties the write-ahead log."""
        await self._readers.stop()
        await self._writer.stop()

    async def read(self, *statements: Statement, snapshot: bool = True) -> list[list[Row]]:
        together = snapshot and len(statements) > 1
        return await self._readers.run(reading(statements, together), self.options.read_seconds)

    async def select(self, query: Query[Any, Any]) -> Any:
        return await run_query(self, query)

    async def fetch_named(self, sql: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
        return await self._readers.run(naming(sql, parameters), self.options.read_seconds)

    @asynccontextmanager
    async def transaction(self, *, schema_change: bool = False) -> AsyncIterator[SqliteTransaction]:
        deadline = time.monotonic() + self.options.busy_seconds
        await self._take_turn(self.options.busy_seconds)
        try:
            await self._begin(deadline)
            seconds = None if schema_change else self.options.write_seconds
            tx = SqliteTransaction(self._writer, self.dialect, seconds)
            yield tx
            await self._writer.run_through(executing("COMMIT", ()), stoppable=False)
        except BaseException:
            await self._writer.run_through(roll_back, stoppable=False)
            raise
        finally:
            self._holder = None
            self._turn.release()
        for told in tx.committed:
            told()

    async def optimize(self) -> None:
        """Let SQLite look at the tables that have changed much, a sample of each.

        Not before 3.42: with statistics older versions filter joins in a way (Bloom filters) that
        was seen to lose rows where the inner table is searched by an index on an expression.
        """
        if sqlite3.sqlite_version_info < (3, 42):
            return
        async with self.transaction(schema_change=True) as tx:
            await tx.execute("PRAGMA analysis_limit = 1000")
            await tx.execute("PRAGMA optimize")

    async def _take_turn(self, seconds: float) -> None:
        """Wait, in the order of arrival, until no other task of this process writes."""
        task = asyncio.current_task()
        if task is not None and task is self._holder:
            raise RuntimeError("Transactions do not nest; use a savepoint of the one that is open.")
        try:
            async with asyncio.timeout(seconds):
                await self._turn.acquire()
        except TimeoutError:
            raise _busy(seconds) from None
        self._holder = task

    async def _begin(self, deadline: float) -> None:
        """Take the file's write lock, which another process may hold."""
        for pause in _pauses():
            try:
                return await self._writer.run_through(_begin_immediate)
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise
                if time.monotonic() + pause > deadline:
                    raise _busy(self.options.busy_seconds) from error
            await asyncio.sleep(pause)


def _begin_immediate(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")


def _pauses() -> Iterator[float]:
    """Growing pauses up to 50 ms, uneven so that processes do not keep in step."""
    pause = 0.001
    while True:
        yield pause * random.uniform(0.5, 1.5)
        pause = min(pause * 2, 0.05)


def _busy(seconds: float) -> UnavailableError:
    return UnavailableError(f"Others have been writing for {seconds:g} seconds. Try again.")
