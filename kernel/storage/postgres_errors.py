"""What PostgreSQL's errors mean to people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from kernel.errors import (
    BusyError,
    ConflictError,
    ContentionError,
    DuplicateError,
    InvalidInputError,
    SmaltError,
    StoppedError,
    UnavailableError,
)

_UNDONE = "The transaction was undone after an error."


class LostConnectionError(UnavailableError):
    """The database does not answer."""


@contextmanager
def understood() -> Iterator[None]:
    """Turn PostgreSQL's errors into Smalt's; what is a fault of the program stays as it is."""
    try:
        yield
    except asyncpg.PostgresError as error:
        _raise(_answer(error), error)
    except asyncpg.InterfaceError as error:
        _raise(_refusal(error), error)
    except asyncpg.OutdatedSchemaCacheError as error:
        raise ContentionError from error
    except TimeoutError as error:
        raise UnavailableError("The database does not answer in time.") from error
    except (OSError, asyncpg.InternalClientError) as error:
        # the latter when the server has said good-bye and the driver has not yet taken it in
        raise LostConnectionError from error


def undone() -> ContentionError:
    """For a transaction whose failed statement was overlooked: PostgreSQL commits nothing of it."""
    return ContentionError(_UNDONE)


def _raise(meaning: SmaltError | None, error: Exception) -> None:
    if meaning is None:
        raise error
    raise meaning from error


def _refusal(error: asyncpg.InterfaceError) -> SmaltError | None:
    """What the driver says of a connection; its other complaints are faults of the program.

    A connection that was lost meanwhile counts as given back to the pool.
    """
    text = str(error)
    return LostConnectionError() if "clos" in text or "released back" in text else None


def _argument(cause: BaseException) -> SmaltError | None:
    """A parameter that the driver could not write; one of the wrong type is a fault of the program."""
    if isinstance(cause, UnicodeEncodeError):
        return InvalidInputError("A text holds characters that are not valid Unicode.")
    if isinstance(cause, OverflowError):
        return InvalidInputError("A number is too large to be stored.")
    return None


def _answer(error: asyncpg.PostgresError) -> SmaltError | None:
    if isinstance(error, asyncpg.DataError) and error.__cause__ is not None:
        return _argument(error.__cause__)
    if isinstance(error, asyncpg.UniqueViolationError):
        return DuplicateError(error.constraint_name or "")
    if isinstance(error, asyncpg.ForeignKeyViolationError):
        return ConflictError("Something else refers to this, or it refers to something that is gone.")
    if isinstance(error, asyncpg.NumericValueOutOfRangeError):
        return InvalidInputError("These numbers are too large to add up exactly.")
    if isinstance(error, asyncpg.QueryCanceledError):
        return StoppedError()
    if isinstance(error, asyncpg.InFailedSQLTransactionError):
        return undone()
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        return ContentionError()
    return _by_class(str(error.sqlstate or ""))


def _by_class(state: str) -> SmaltError | None:
    """By the classes of PostgreSQL's error codes."""
    if state in ("40001", "40P01"):
        return ContentionError()
    if state == "55P03":
        return BusyError()
    if state[:2] == "22":
        return InvalidInputError("A value does not fit.")
    if state[:2] == "54":
        return InvalidInputError("This asks for too much at once. Use fewer or simpler parts.")
    if state[:2] in ("08", "53", "57", "58") or state == "25P03":
        return LostConnectionError()
    return None
