"""One way of writing tables for both engines.

SQLite's STRICT tables know INTEGER and TEXT only, and a table with a composite key is stored in
its order (WITHOUT ROWID). Everything else is written the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from kernel.storage.piccolo_engine import ENGINE


def table(name: str, columns: str, key: str | None = None) -> Callable[[str], str]:
    """CREATE TABLE of columns written as for PostgreSQL, with the columns of a composite `key`."""

    def statement(engine_type: str) -> str:
        body = columns if key is None else f"{columns}, PRIMARY KEY ({key})"
        if engine_type != "sqlite":
            return f"CREATE TABLE {name} ({body})"
        return f"CREATE TABLE {name} ({_strict(body)}) STRICT" + (", WITHOUT ROWID" if key else "")

    return statement


def new_column(table_name: str, column: str) -> Callable[[str], str]:
    """ALTER TABLE … ADD COLUMN of a column written as for PostgreSQL."""

    def statement(engine_type: str) -> str:
        written = column if engine_type != "sqlite" else _strict(column)
        return f"ALTER TABLE {table_name} ADD COLUMN {written}"

    return statement


def _strict(columns: str) -> str:
    """Columns in the types of SQLite's STRICT tables."""
    strict = columns.replace("BIGINT", "INTEGER").replace("BOOLEAN", "INTEGER")
    return strict.replace("DEFAULT FALSE", "DEFAULT 0").replace("DEFAULT TRUE", "DEFAULT 1")


def same(sql: str) -> Callable[[str], str]:
    """A statement that both engines understand."""
    return lambda engine_type: sql


def only(engine: str, sql: str) -> Callable[[str], str]:
    """A statement for one engine; nothing on the other."""
    return lambda engine_type: sql if engine_type == engine else ""


def runner(statements: Sequence[Callable[[str], str]]) -> Callable[[], Awaitable[None]]:
    """What `add_raw` of a Piccolo migration wants: a coroutine function that runs the statements."""

    async def run() -> None:
        for statement in statements:
            if sql := statement(ENGINE.engine_type):
                await ENGINE.run_ddl(sql)

    return run
