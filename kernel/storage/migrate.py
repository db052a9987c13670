"""Brings a database up to date when a process starts.

Piccolo's migrations describe the changes; they are run here, because Piccolo's own command
prints, takes its engine from a global setting, and commits each migration apart from the note
that it ran. Here everything is one transaction that keeps all other writers out, so of several
processes that start together one migrates, and a crash leaves the database as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from kernel.errors import UnavailableError
from kernel.storage.database import Database, Statement, Transaction
from kernel.storage.migrations import MIGRATIONS
from kernel.storage.piccolo_engine import Runner, bound
from kernel.storage.tables.schema import State

_JOURNAL: Final = "smalt_migration"
_DONE: Final = f"SELECT name FROM {_JOURNAL}"
_FUNCTIONS: Final = "SELECT value FROM smalt_state WHERE name = 'functions'"


async def migrate(database: Database) -> None:
    """Run what is missing; nothing but a look when the database is up to date.

    Raises UnavailableError for a database that a newer Smalt has migrated.
    """
    setup = _setup_statements(database)
    if await _up_to_date(database, setup):
        return
    async with database.transaction(schema_change=True) as tx:
        await _create_journal(tx)
        done = {name for (name,) in await tx.fetch(_DONE)}
        for migration in MIGRATIONS:
            if migration.ID not in done:
                await _apply(tx, migration)
        await _set_up_functions(tx, setup)


async def _up_to_date(database: Database, setup: Sequence[str]) -> bool:
    made = database.dialect.statements.has_table.format(table=_JOURNAL)
    if not (await database.read(Statement(made)))[0]:
        return False
    names, functions = await database.read(Statement(_DONE), Statement(_FUNCTIONS))
    done = {name for (name,) in names}
    known = {migration.ID for migration in MIGRATIONS}
    if newer := sorted(done - known):
        raise UnavailableError(f"The database was made by a newer version of Smalt ({newer[-1]}).")
    return done == known and functions == [(_fingerprint(setup),)]


async def _create_journal(tx: Transaction) -> None:
    strict = tx.dialect.statements.strict
    await tx.execute(f"CREATE TABLE IF NOT EXISTS {_JOURNAL} (name TEXT PRIMARY KEY){strict}")


async def _apply(tx: Transaction, migration: Any) -> None:
    """Run one Piccolo migration on this transaction and note that it ran."""
    manager = await migration.forwards()
    assert isinstance(tx, Runner)
    with bound(tx, State):
        for work in manager.raw:
            await work()
    await tx.execute(f"INSERT INTO {_JOURNAL} (name) VALUES ('{migration.ID}')")


async def _set_up_functions(tx: Transaction, setup: Sequence[str]) -> None:
    """Create the SQL functions of the engine when they differ from those in the database."""
    value = _fingerprint(setup)
    if await tx.fetch(_FUNCTIONS) == [(value,)]:
        return
    for statement in setup:
        await tx.execute(statement)
    await tx.execute("DELETE FROM smalt_state WHERE name = 'functions'")
    await tx.execute(f"INSERT INTO smalt_state (name, value) VALUES ('functions', {value})")


def _setup_statements(database: Database) -> Sequence[str]:
    statements = getattr(database.dialect, "setup_statements", None)
    return tuple(statements()) if statements is not None else ()


def _fingerprint(setup: Sequence[str]) -> int:
    digest = hashlib.sha256("\n".join(setup).encode()).digest()
    return int.from_bytes(digest[:7], "big")
