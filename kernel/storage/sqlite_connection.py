"""Opening SQLite connections, and the work that runs on them in their threads."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from kernel.dialects.sqlite import SqliteDialect
from kernel.errors import ContentionError
from kernel.storage.database import Row, Statement
from kernel.storage.options import StorageOptions
from kernel.storage.sqlite_errors import is_busy, understood

_OPEN_SECONDS = 30.0
"""How long opening may wait for another process, which may be recovering the log of a crash."""

_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA mmap_size = 33554432",
    "PRAGMA cache_size = -12288",
    "PRAGMA trusted_schema = ON",
)


def open_writer(path: Path, dialect: SqliteDialect, options: StorageOptions) -> sqlite3.Connection:
    """The connection for transactions; it makes the file and its write-ahead log."""
    connection = _open(path, dialect)
    _keep_log(connection)
    connection.execute(f"PRAGMA synchronous = {options.synchronous}")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.execute("PRAGMA wal_autocheckpoint = 8000")  # 32 MB: bulk writes wait for the disk less often
    connection.execute("PRAGMA busy_timeout = 20")
    return connection


def _keep_log(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on. While others open or close the file SQLite refuses at once."""
    deadline = time.monotonic() + _OPEN_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def open_reader(path: Path, dialect: SqliteDialect, options: StorageOptions) -> sqlite3.Connection:
    """A connection that cannot write."""
    connection = _open(path, dialect)
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA busy_timeout = {int(options.busy_seconds * 1000)}")
    return connection


def _open(path: Path, dialect: SqliteDialect) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_OPEN_SECONDS, isolation_level=None, cached_statements=512)
    dialect.register(connection)
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    return connection


def reading(
    statements: Sequence[Statement], snapshot: bool
) -> Callable[[sqlite3.Connection], list[list[Row]]]:
    """Work that runs read statements, all in one snapshot or each in its own."""

    def work(connection: sqlite3.Connection) -> list[list[Row]]:
        with understood(connection):
            if snapshot:
                return _in_snapshot(connection, statements)
            return [connection.execute(sql, parameters).fetchall() for sql, parameters in statements]

    return work


def _in_snapshot(connection: sqlite3.Connection, statements: Sequence[Statement]) -> list[list[Row]]:
    connection.execute("BEGIN")
    try:
        return [connection.execute(sql, parameters).fetchall() for sql, parameters in statements]
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")


def fetching(statements: Sequence[Statement]) -> Callable[[sqlite3.Connection], list[list[Row]]]:
    """Work that runs statements inside the open transaction; the rows of each."""

    def work(connection: sqlite3.Connection) -> list[list[Row]]:
        with inside(connection):
            return [connection.execute(sql, parameters).fetchall() for sql, parameters in statements]

    return work


def executing(sql: str, parameters: Sequence[Any]) -> Callable[[sqlite3.Connection], int]:
    """Work that runs one statement; the number of rows it touched.

    The connection's own counts are taken since a cursor tells none for a statement with WITH: one
    tells whether anything has changed, the other how many rows without those that triggers touch.
    """

    def work(connection: sqlite3.Connection) -> int:
        with inside(connection):
            before = connection.total_changes
            connection.execute(sql, parameters).fetchall()
            if connection.total_changes == before:
                return 0
            [(count,)] = connection.execute("SELECT changes()").fetchall()
            return int(count)

    return work


_PLAIN_INSERT = re.compile(r"(INSERT INTO [^()]+\([^()]+\) VALUES )\([?0-9, ]+\)")
_VALUES_AT_ONCE = 32_000
"""In one statement; what SQLite takes when it was built with the least."""

_ROWS_AT_ONCE = (500, 40)
"""Few sizes, so that the statements are parsed once and kept."""


def executing_many(sql: str, rows: Sequence[Sequence[Any]]) -> Callable[[sqlite3.Connection], None]:
    """Work that runs one statement for each row of parameters.

    Plain insertions go many rows at a time: Python gives up its lock around every statement, and
    getting it back, in a busy process, costs more than the insertion.
    """
    plain = _PLAIN_INSERT.fullmatch(sql)

    def work(connection: sqlite3.Connection) -> None:
        with inside(connection):
            rest = _insert_many(connection, plain[1], rows) if plain and rows else rows
            connection.executemany(sql, rest)

    return work


def in_turn(
    pieces: Sequence[Callable[[sqlite3.Connection], None]],
) -> Callable[[sqlite3.Connection], None]:
    """Several pieces of work as one."""

    def work(connection: sqlite3.Connection) -> None:
        for piece in pieces:
            piece(connection)

    return work


def _insert_many(
    connection: sqlite3.Connection, insertion: str, rows: Sequence[Sequence[Any]]
) -> Sequence[Sequence[Any]]:
    """Insert as many whole groups of rows as there are; the rest remains."""
    width = len(rows[0])
    done = 0
    for size in _ROWS_AT_ONCE:
        size = max(1, min(size, _VALUES_AT_ONCE // width))
        if len(rows) - done < size:
            continue
        sql = insertion + ", ".join([f"({', '.join('?' * width)})"] * size)
        while len(rows) - done >= size:
            connection.execute(sql, list(chain.from_iterable(rows[done : done + size])))
            done += size
    return rows[done:]


def naming(
    sql: str, parameters: Sequence[Any], *, in_transaction: bool = False
) -> Callable[[sqlite3.Connection], list[dict[str, Any]]]:
    """Work that runs one statement and gives its rows by column name."""
    guard = inside if in_transaction else understood

    def work(connection: sqlite3.Connection) -> list[dict[str, Any]]:
        with guard(connection):
            cursor = connection.execute(sql, parameters)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return work


def roll_back(connection: sqlite3.Connection) -> None:
    """Undo the open transaction, if SQLite has not done so already."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


@contextmanager
def inside(connection: sqlite3.Connection) -> Iterator[None]:
    """Refuse to go on when a grave error has undone the transaction: what follows would stand alone."""
    if not connection.in_transaction:
        raise ContentionError("The transaction was undone after an error.")
    with understood(connection):
        yield
