"""Lets Piccolo's queries run on Smalt's own connections.

All kernel tables share one engine object without any connection of its own. For the time of one
call it is bound, through a context variable, to whatever runs that call: a transaction, or the
readers. So there is no global database, and several can live in one process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, runtime_checkable

from piccolo.columns import Boolean
from piccolo.engine.base import BaseAtomic, BaseBatch, Engine
from piccolo.query.base import Query
from piccolo.querystring import QueryString
from piccolo.table import Table


@runtime_checkable
class Runner(Protocol):
    """Runs a compiled query; the rows by column name."""

    engine_type: str

    async def fetch_named(self, sql: str, parameters: Sequence[Any]) -> list[dict[str, Any]]: ...


_runner: ContextVar[Runner | None] = ContextVar("smalt_piccolo_runner", default=None)
_booleans: ContextVar[frozenset[str]] = ContextVar("smalt_piccolo_booleans", default=frozenset())


class BoundEngine(Engine[Any]):
    """The Piccolo engine of the kernel tables."""

    def __init__(self) -> None:
        self.query_id = 0
        self.log_queries = False
        self.log_responses = False

    @property
    def engine_type(self) -> str:  # type: ignore[override]
        """Whose SQL to write; while a query is merely being put together it does not matter."""
        runner = _runner.get()
        return "postgres" if runner is None else runner.engine_type

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> list[dict[str, Any]]:
        runner = _bound_runner()
        sql, parameters = querystring.compile_string(engine_type=runner.engine_type)
        rows = await runner.fetch_named(sql, parameters)
        if runner.engine_type == "sqlite":
            _restore_booleans(rows)
        return rows

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[dict[str, Any]]:
        return await _bound_runner().fetch_named(ddl, ())

    async def get_version(self) -> float:
        return self.get_version_sync()

    def get_version_sync(self) -> float:
        """Piccolo asks this of SQLite alone, where all that Smalt supports can do RETURNING."""
        return 3.37

    async def prep_database(self) -> None:
        """Nothing to prepare: the connections are opened elsewhere."""

    async def batch(
        self, query: Query[Any, Any], batch_size: int = 100, node: str | None = None
    ) -> BaseBatch:
        raise RuntimeError("Piccolo's batches need a connection of their own; page through the rows instead.")

    def transaction(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("Use the transaction() of the database.")

    def atomic(self) -> BaseAtomic:
        raise RuntimeError("Use the transaction() of the database.")


ENGINE = BoundEngine()


async def run_query(runner: Runner, query: Query[Any, Any]) -> Any:
    """Run a Piccolo query through `runner` and give what Piccolo makes of the rows."""
    with bound(runner, _table_of(query)):
        return await query.run()


@contextmanager
def bound(runner: Runner, table: type[Table]) -> Iterator[None]:
    """Bind the engine of the kernel tables to `runner` for queries on `table`."""
    booleans = frozenset(c._meta.db_column_name for c in table._meta.columns if isinstance(c, Boolean))
    runner_token = _runner.set(runner)
    booleans_token = _booleans.set(booleans)
    try:
        yield
    finally:
        _booleans.reset(booleans_token)
        _runner.reset(runner_token)


def _bound_runner() -> Runner:
    runner = _runner.get()
    if runner is None:
        raise RuntimeError("Hand the query to the database's select() or to the run() of a transaction.")
    return runner


def _table_of(query: Any) -> type[Table]:
    """The table of a query, or of the query inside one such as `.first()`."""
    while not hasattr(query, "table"):
        query = query.query
    table: type[Table] = query.table
    return table


def _restore_booleans(rows: list[dict[str, Any]]) -> None:
    """SQLite's STRICT tables know no boolean; give 0 and 1 their meaning back."""
    for name in _booleans.get():
        for row in rows:
            value = row.get(name)
            if value is not None:
                row[name] = bool(value)
