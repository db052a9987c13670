"""Which attempts at something may be made again: those of which nothing was committed.

A transaction that met another one (a deadlock, a plan that a change of the schema made useless) is
undone as a whole. Whoever began it may begin again from the start, unless an earlier transaction
of the same attempt is durable already. The attempt that runs is in a context variable.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from kernel.storage.around import DatabaseAround
from kernel.storage.database import Database, Transaction


@dataclass(slots=True)
class Attempt:
    """One attempt. `committed` once any of its transactions is durable."""

    committed: bool = False


class Attempts:
    """The attempts of one kernel."""

    def __init__(self) -> None:
        self._current: ContextVar[Attempt | None] = ContextVar("smalt_attempt", default=None)

    def around(self, database: Database) -> Database:
        """The same database, whose transactions are noted in the attempt that runs."""
        return WatchedDatabase(database, self)

    @contextmanager
    def running(self) -> Iterator[Attempt]:
        """The block is one attempt."""
        attempt = Attempt()
        token = self._current.set(attempt)
        try:
            yield attempt
        finally:
            self._current.reset(token)

    def current(self) -> Attempt | None:
        return self._current.get()


class WatchedDatabase(DatabaseAround):
    """A `Database` that notes in the attempt that runs when a transaction was committed."""

    def __init__(self, inner: Database, attempts: Attempts) -> None:
        super().__init__(inner)
        self._attempts = attempts

    @asynccontextmanager
    async def transaction(self, *, schema_change: bool = False) -> AsyncIterator[Transaction]:
        async with self.inner.transaction(schema_change=schema_change) as tx:
            yield tx
        attempt = self._attempts.current()
        if attempt is not None:
            attempt.committed = True
