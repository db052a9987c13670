"""What the rest of the kernel sees of an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol

from piccolo.query.base import Query

from kernel.dialects.base import Dialect

Row = tuple[Any, ...]


class Statement(NamedTuple):
    """SQL with numbered placeholders (`?1` or `$1`) and their encoded values."""

    sql: str
    parameters: Sequence[Any] = ()


class Batch(NamedTuple):
    """A statement for many rows of parameters."""

    sql: str
    rows: Sequence[Sequence[Any]]


SCHEMA_LOCK = 5284311
"""Key of PostgreSQL's advisory lock: writers share it, whoever changes the schema has it alone."""


class Transaction(Protocol):
    """A write transaction. On SQLite it holds the one writer (BEGIN IMMEDIATE).

    It belongs to one task. A statement that fails spoils the whole transaction, unless it ran
    inside a savepoint that was left by its exception.
    """

    dialect: Dialect

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]: ...

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement; the number of rows it touched."""
        ...

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for many parameter rows, in one go."""
        ...

    async def execute_batches(self, *batches: Batch) -> None:
        """Run several statements in order, each for some rows, in one hop where the engine can."""
        ...

    async def fetch_all(self, *statements: Statement) -> list[list[Row]]:
        """Run several statements in order, in one hop where the engine can; the rows of each."""
        ...

    async def run(self, query: Query[Any, Any]) -> Any:
        """Run a Piccolo query on a kernel table inside this transaction; what Piccolo answers:
        a list of dicts for `select`, one dict or None after `.first()`, an int for `count`."""
        ...

    def on_commit(self, told: Callable[[], None]) -> None:
        """Call `told` soon after the commit, once; not when the process dies in between."""
        ...

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """Undo only what happens inside when it is left by an exception."""
        ...


class Reading(Protocol):
    """What reads: a database, or a transaction that has begun."""

    dialect: Dialect

    async def read(self, *statements: Statement) -> list[list[Row]]: ...


class WithinTransaction:
    """Reads by a transaction's own connection. Whoever asked the pool for another one meanwhile
    might wait for ever, when all others wait for this one."""

    def __init__(self, tx: Transaction) -> None:
        self.dialect = tx.dialect
        self.read = tx.fetch_all


class Database(Protocol):
    """An engine with its persistent connections."""

    dialect: Dialect

    async def start(self) -> None:
        """Open connections, register functions, run the kernel's migrations."""
        ...

    async def stop(self) -> None: ...

    async def read(self, *statements: Statement, snapshot: bool = True) -> list[list[Row]]:
        """Run read statements in order in one hop and one snapshot; the rows of each.

        Without `snapshot` each sees its own moment, which saves PostgreSQL two round trips.
        That is enough for a query followed by a version that only grows: if the version then
        is the one known before, it was that one during the query too.
        """
        ...

    async def select(self, query: Query[Any, Any]) -> Any:
        """Run a Piccolo read query on a kernel table; see `Transaction.run`."""
        ...

    def transaction(self, *, schema_change: bool = False) -> AbstractAsyncContextManager[Transaction]:
        """Commit at the end, roll back on any exception (also cancellation).

        `schema_change` is for whoever adds or alters tables, fields, lists or tags: no other
        write transaction of any process runs beside it. Transactions do not nest.
        """
        ...

    async def optimize(self) -> None:
        """Bring the statistics that the planner uses up to date, after much was written."""
        ...
