"""PostgreSQL as the engine: a pool of asyncpg connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import islice
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from piccolo.query.base import Query

from kernel.dialects.base import Dialect
from kernel.dialects.postgres import PostgresDialect
from kernel.errors import ContentionError, UnavailableError
from kernel.storage.database import SCHEMA_LOCK, Batch, Row, Statement
from kernel.storage.migrate import migrate
from kernel.storage.options import StorageOptions
from kernel.storage.patience import finish
from kernel.storage.piccolo_engine import run_query
from kernel.storage.postgres_errors import LostConnectionError, understood, undone

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

_SCHEMA_SECONDS = 3600.0
"""Time limit of one statement that changes the schema: an index over many rows takes its time."""

_GRACE = 5.0
"""Seconds after the server's own time limit until it is taken to be gone."""

_IDLE_SECONDS = 120.0
"""After which a transaction of a process that hangs is undone, so that others may go on."""

_BATCH = 10_000
"""Rows of `execute_many` under one time limit."""


class PostgresTransaction:
    """A write transaction on one connection; see `kernel.storage.database.Transaction`."""

    engine_type = "postgres"

    def __init__(self, connection: Connection, dialect: Dialect, seconds: float) -> None:
        self.dialect = dialect
        self._connection = connection
        self._timeout = seconds + _GRACE
        self._savepoints = 0
        self.committed: set[Callable[[], None]] = set()

    def on_commit(self, told: Callable[[], None]) -> None:
        self.committed.add(told)

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with understood():
            records = await self._connection.fetch(sql, *parameters, timeout=self._timeout)
        return [tuple(record) for record in records]

    async def fetch_all(self, *statements: Statement) -> list[list[Row]]:
        return [await self.fetch(sql, parameters) for sql, parameters in statements]

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        with understood():
            status = await self._connection.execute(sql, *parameters, timeout=self._timeout)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        iterator = iter(rows)
        while batch := list(islice(iterator, _BATCH)):
            with understood():
                await self._connection.executemany(sql, batch, timeout=self._timeout)

    async def execute_batches(self, *batches: Batch) -> None:
        for sql, rows in batches:
            await self.execute_many(sql, rows)

    async def run(self, query: Query[Any, Any]) -> Any:
        return await run_query(self, query)

    async def fetch_named(self, sql: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
        with understood():
            records = await self._connection.fetch(sql, *parameters, timeout=self._timeout)
        return [dict(record) for record in records]

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        self._savepoints += 1
        name = f"smalt_{self._savepoints}"
        await self.execute(f"SAVEPOINT {name}")
        try:
            yield
        except Exception:
            await self.execute(f"ROLLBACK TO {name}; RELEASE {name}")
            raise
        await self.execute(f"RELEASE {name}")


class PostgresDatabase:
    """A PostgreSQL database, shared with the other processes of the installation."""

    engine_type = "postgres"

    def __init__(self, url: str, dialect: PostgresDialect, options: StorageOptions | None = None) -> None:
        self.url = url
        self.dialect: Dialect = dialect
        self.options = options or StorageOptions()
        self._prepare = dialect.prepare
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._holders: set[asyncio.Task[Any] | None] = set()

    async def start(self) -> None:
        """Open the pool and bring the kernel's tables up to date.

        Raises UnavailableError when the server cannot be reached or refuses us.
        """
        try:
            self._pool = await asyncpg.create_pool(
                self.url,
                min_size=self.options.pool_minimum,
                max_size=self.options.pool_maximum,
                statement_cache_size=256,
                max_cacheable_statement_size=0,
                server_settings=self._server_settings(),
                init=self._prepare,
                reset=_keep,
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise UnavailableError(f"The PostgreSQL database cannot be opened: {error}.") from error
        try:
            await migrate(self)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close the pool, waiting a little for what is under way."""
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                await asyncio.wait_for(pool.close(), _GRACE)
            except TimeoutError:
                pool.terminate()

    async def read(self, *statements: Statement, snapshot: bool = True) -> list[list[Row]]:
        try:
            return await self._read(statements, snapshot)
        except (LostConnectionError, ContentionError):
            # the server was restarted, or a statement outlived its plan: it costs nothing to ask again
            return await self._read(statements, snapshot)

    async def _read(self, statements: Sequence[Statement], snapshot: bool) -> list[list[Row]]:
        with understood():
            async with self._borrowed() as connection:
                if snapshot and len(statements) > 1:
                    return await self._in_snapshot(connection, statements)
                return [await self._fetch(connection, statement) for statement in statements]

    async def select(self, query: Query[Any, Any]) -> Any:
        return await run_query(self, query)

    async def fetch_named(self, sql: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
        with understood():
            async with self._borrowed() as connection:
                records = await connection.fetch(sql, *parameters, timeout=self._timeout)
                return [dict(record) for record in records]

    @asynccontextmanager
    async def transaction(self, *, schema_change: bool = False) -> AsyncIterator[PostgresTransaction]:
        task = asyncio.current_task()
        if task in self._holders:
            raise RuntimeError("Transactions do not nest; use a savepoint of the one that is open.")
        seconds = _SCHEMA_SECONDS if schema_change else self.options.write_seconds
        async with self._borrowed() as connection:
            self._holders.add(task)
            try:
                with understood():
                    await connection.execute(_begin(schema_change, seconds))
                tx = PostgresTransaction(connection, self.dialect, seconds)
                yield tx
                with understood():
                    await _commit(connection)
            except BaseException:
                await finish(_roll_back(connection))
                raise
            finally:
                self._holders.discard(task)
        for told in tx.committed:
            told()

    async def optimize(self) -> None:
        """Collect statistics now; autovacuum would only do it later."""
        async with self.transaction(schema_change=False) as tx:
            await tx.execute("ANALYZE")

    @property
    def _timeout(self) -> float:
        return self.options.read_seconds + _GRACE

    def _server_settings(self) -> dict[str, str]:
        return {
            "application_name": "smalt",
            "timezone": "UTC",
            "jit": "off",
            "statement_timeout": _milliseconds(self.options.read_seconds),
            "lock_timeout": _milliseconds(self.options.busy_seconds),
            "idle_in_transaction_session_timeout": _milliseconds(_IDLE_SECONDS),
        }

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[Connection]:
        """A connection of the pool; asyncpg gives it back even when this task is cancelled."""
        pool = self._pool
        if pool is None:
            raise UnavailableError("The database is closed.")
        with understood():
            connection = await pool.acquire(timeout=self.options.busy_seconds)
        try:
            yield connection
        finally:
            with understood():
                await pool.release(connection)

    async def _fetch(self, connection: Connection, statement: Statement) -> list[Row]:
        sql, parameters = statement
        return [tuple(record) for record in await connection.fetch(sql, *parameters, timeout=self._timeout)]

    async def _in_snapshot(self, connection: Connection, statements: Sequence[Statement]) -> list[list[Row]]:
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            answers = [await self._fetch(connection, statement) for statement in statements]
        except BaseException:
            await finish(_roll_back(connection))
            raise
        await connection.execute("COMMIT")
        return answers


async def _keep(connection: Any) -> None:
    """Leave a returned connection as it is: nothing here changes its session, and asking the
    server to reset it would double the time of a small read."""


async def _commit(connection: Connection) -> None:
    if await finish(connection.execute("COMMIT")) != "COMMIT":
        raise undone()


async def _roll_back(connection: Connection) -> None:
    """Undo; a connection on which even that fails is thrown away."""
    try:
        await connection.execute("ROLLBACK", timeout=_GRACE)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        with suppress(asyncpg.InterfaceError):  # the pool may have noticed first
            connection.terminate()


def _begin(schema_change: bool, seconds: float) -> str:
    """Begin and hold the schema still, in one round trip."""
    lock = "pg_advisory_xact_lock" if schema_change else "pg_advisory_xact_lock_shared"
    limit = _milliseconds(seconds)
    return f"BEGIN; SET LOCAL statement_timeout = {limit}; SELECT {lock}({SCHEMA_LOCK})"


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))
