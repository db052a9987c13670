"""A whole database as it was at one moment, read beside everything that goes on."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Final, Protocol

import asyncpg

from kernel.storage.connect import sqlite_path
from kernel.storage.database import Row

BLOCK: Final = 1000
"""Rows that are read at a time."""


class Snapshot(Protocol):
    """One moment of a database."""

    def rows(self, sql: str) -> AsyncIterator[list[Row]]:
        """The rows of a statement, some at a time, so that memory does not grow with the table."""
        ...


@asynccontextmanager
async def open_snapshot(url: str) -> AsyncIterator[Snapshot]:
    """The database at a URL of `kernel.storage.connect`, on a connection of its own.

    Writers go on meanwhile; what they write is not seen.
    """
    if url.startswith("sqlite"):
        connection = await asyncio.to_thread(_open_sqlite, url)
        with closing(connection):
            yield SqliteSnapshot(connection)
    else:
        postgres = await asyncpg.connect(url, server_settings={"timezone": "UTC", "jit": "off"})
        try:
            async with postgres.transaction(isolation="repeatable_read", readonly=True):
                yield PostgresSnapshot(postgres)
        finally:
            await postgres.close()


def _open_sqlite(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(sqlite_path(url), isolation_level=None, check_same_thread=False, timeout=30)
    connection.execute("BEGIN")
    connection.execute("SELECT 1 FROM sqlite_master").fetchall()  # from here on it is this moment
    return connection


class SqliteSnapshot:
    """Reads in threads, one statement after the other."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str) -> AsyncIterator[list[Row]]:
        cursor = await asyncio.to_thread(self._connection.execute, sql)
        while block := await asyncio.to_thread(cursor.fetchmany, BLOCK):
            yield block


class PostgresSnapshot:
    """Reads through a cursor of the server."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self._connection = connection

    async def rows(self, sql: str) -> AsyncIterator[list[Row]]:
        cursor = await self._connection.cursor(sql)
        while block := await cursor.fetch(BLOCK):
            yield [tuple(record) for record in block]
