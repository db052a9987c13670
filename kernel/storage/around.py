"""A database around another one, for what has to happen with every transaction."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from kernel.storage.database import Database, Transaction


class DatabaseAround:
    """A `Database` that leaves everything to the one inside. Whoever derives from it does something
    about transactions."""

    def __init__(self, inner: Database) -> None:
        self.inner = inner
        self.dialect = inner.dialect
        self.read = inner.read  # the hot path takes no detour
        self.select = inner.select
        self.start = inner.start
        self.stop = inner.stop
        self.optimize = inner.optimize

    def transaction(self, *, schema_change: bool = False) -> AbstractAsyncContextManager[Transaction]:
        return self.inner.transaction(schema_change=schema_change)
