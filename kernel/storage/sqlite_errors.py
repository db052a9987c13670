"""What SQLite's errors mean to people."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from kernel.errors import (
    BusyError,
    ConflictError,
    DuplicateError,
    InvalidInputError,
    SmaltError,
    StoppedError,
    UnavailableError,
)

_INDEX = re.compile(r"UNIQUE constraint failed: index '(.*)'")
_COLUMNS = re.compile(r"UNIQUE constraint failed: (.*)")
_TOO_COMPLEX = (
    "Expression tree is too large",
    "parser stack overflow",
    "too many SQL variables",
    "too many terms in compound SELECT",
    "at most 64 tables in a join",
    "too many columns",
    "too many arguments on function",
)


@contextmanager
def understood(connection: sqlite3.Connection) -> Iterator[None]:
    """Turn SQLite's errors into Smalt's; what is a fault of the program stays as it is."""
    try:
        yield
    except sqlite3.Error as error:
        meaning = _meaning(connection, error)
        if meaning is None:
            raise
        raise meaning from error
    except OverflowError as error:
        raise InvalidInputError("A number is too large to be stored.") from error
    except UnicodeEncodeError as error:
        raise InvalidInputError("A text holds characters that are not valid Unicode.") from error


def is_busy(error: BaseException) -> bool:
    """Whether another connection or process holds the lock."""
    return isinstance(error, sqlite3.OperationalError) and _code(error) in ("BUSY", "LOCKED")


def _code(error: sqlite3.Error) -> str:
    """`BUSY` of SQLITE_BUSY_SNAPSHOT; errors of the driver itself have none."""
    parts = getattr(error, "sqlite_errorname", "").split("_")
    return parts[1] if len(parts) > 1 else ""


def _meaning(connection: sqlite3.Connection, error: sqlite3.Error) -> SmaltError | None:
    text = str(error)
    if isinstance(error, sqlite3.IntegrityError):
        return _constraint(connection, error, text)
    if "integer overflow" in text:
        return InvalidInputError("These numbers are too large to add up exactly.")
    if any(limit in text for limit in _TOO_COMPLEX):
        return InvalidInputError("This asks for too much at once. Use fewer or simpler parts.")
    return _trouble(_code(error))


def _trouble(code: str) -> SmaltError | None:
    """Conditions of the file and the machine."""
    if code in ("BUSY", "LOCKED"):
        return BusyError("The database is busy. Try again.")
    if code == "INTERRUPT":
        return StoppedError("The query was stopped.")
    if code == "TOOBIG":
        return InvalidInputError("This is too large to be stored.")
    if code in ("FULL", "IOERR", "READONLY", "CANTOPEN", "CORRUPT", "NOTADB", "NOMEM"):
        return UnavailableError(f"The database cannot be used now (SQLite reports {code}).")
    return None


def _constraint(connection: sqlite3.Connection, error: sqlite3.Error, text: str) -> SmaltError | None:
    if named := _INDEX.match(text):
        return DuplicateError(named[1])
    if listed := _COLUMNS.match(text):
        return DuplicateError(_index_of(connection, listed[1].split(", ")))
    if text.startswith("FOREIGN KEY"):
        return ConflictError("Something else refers to this, or it refers to something that is gone.")
    return None


def _index_of(connection: sqlite3.Connection, columns: list[str]) -> str:
    """The name of the unique index over `table.column` names; PostgreSQL tells it by itself."""
    table = columns[0].split(".")[0]
    names = [column.split(".", 1)[1] for column in columns]
    indices = connection.execute('SELECT name FROM pragma_index_list(?1) WHERE "unique"', (table,)).fetchall()
    for (index,) in indices:
        rows = connection.execute("SELECT name FROM pragma_index_info(?1) ORDER BY seqno", (index,))
        if [name for (name,) in rows] == names and not index.startswith("sqlite_autoindex"):
            return str(index)
    return f"{table}_pkey"
