"""What the rest of the kernel sees of an engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol

from piccolo.query.base import Query

from kernel.dialects.base import Dialect

Row = tuple[Any, ...]


class Statement(NamedTuple):
    """SQL with numbered placeholders (`?1` or `$1`) and their encoded values."""

    sql: str
    parameters: Sequence[Any] = ()


class Transaction(Protocol):
    """A write transaction. On SQLite it holds the one writer (BEGIN IMMEDIATE)."""

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]: ...

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement; the number of rows it touched."""
        ...

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for many parameter rows, in one go."""
        ...

    async def run(self, query: Query[Any, Any]) -> list[dict[str, Any]]:
        """Run a Piccolo query on a kernel table inside this transaction."""
        ...


class Database(Protocol):
    """An engine with its persistent connections."""

    dialect: Dialect

    async def start(self) -> None:
        """Open connections, register functions, run the kernel's migrations."""
        ...

    async def stop(self) -> None: ...

    async def read(self, *statements: Statement) -> list[list[Row]]:
        """Run read statements in one snapshot and one hop; the rows of each."""
        ...

    async def select(self, query: Query[Any, Any]) -> list[dict[str, Any]]:
        """Run a Piccolo read query on a kernel table."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Commit at the end, roll back on any exception (also cancellation)."""
        ...
