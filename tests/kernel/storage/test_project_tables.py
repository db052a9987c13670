"""Project tables change as fields come and go, wholly or not at all."""

# ruff: noqa: PT012 - what is expected to raise is a whole transaction

from __future__ import annotations

import asyncio
import signal
from typing import Any

import pytest

from kernel.errors import DuplicateError
from kernel.fields import Column, ColumnSpec
from kernel.schema import FieldColumn, Project
from kernel.storage.connect import open_database
from kernel.storage.database import Database, Statement, Transaction
from kernel.storage.project_tables import (
    add_columns,
    add_index,
    create_project_table,
    drop_columns,
    drop_index,
    drop_project_table,
    field_of_index,
)
from tests.kernel.storage.conftest import Launch

BUILT_IN = {
    "id", "list_id", "title", "description", "position", "start_at", "due_at", "completed_at",
    "list_entered_at", "created_at", "created_by", "updated_at", "updated_by", "version",
    "deleted_at", "deleted_by",
}  # fmt: skip
AMOUNT = FieldColumn(ColumnSpec(Column.DECIMAL, "amount", scale=2), "f_7_amount")
CODE = FieldColumn(ColumnSpec(Column.TEXT), "f_8")
CUSTOMER = FieldColumn(ColumnSpec(Column.RECORD, target="5"), "f_9")
MANY = FieldColumn(ColumnSpec(Column.CHOICE, many=True), "f_10")

KILLED = """
import asyncio, sys
from tests.kernel.storage.test_project_tables import CODE, AMOUNT, CUSTOMER, project
from kernel.storage.connect import open_database
from kernel.storage.project_tables import add_columns, add_index, drop_columns

async def main():
    database = open_database(sys.argv[1])
    await database.start()
    for number in range(100_000):
        async with database.transaction(schema_change=True) as tx:
            await add_columns(tx, tx.dialect, project(), [AMOUNT, CODE, CUSTOMER])
            await add_index(tx, tx.dialect, project(), CODE, unique=True)
        print("added", flush=True)
        async with database.transaction(schema_change=True) as tx:
            await drop_columns(tx, project(), [AMOUNT, CODE, CUSTOMER])
        print("dropped", flush=True)

asyncio.run(main())
"""


def project() -> Project:
    return Project(
        id=5, name="Deals", description=None, default_fields=frozenset(), time_zone="UTC", currency="EUR",
        lists=(), tags=(), fields=(),
    )  # fmt: skip


@pytest.fixture
async def table(database: Database) -> str:
    async with database.transaction(schema_change=True) as tx:
        await create_project_table(tx, database.dialect, project())
    return "p_5"


async def columns(database: Database) -> set[str]:
    sql = {
        "sqlite": "SELECT name FROM pragma_table_info('p_5')",
        "postgres": "SELECT column_name FROM information_schema.columns WHERE table_name = 'p_5'",
    }[database.dialect.name]
    return {name for (name,) in (await database.read(Statement(sql)))[0]}


async def indices(database: Database) -> set[str]:
    sql = {
        "sqlite": "SELECT name FROM pragma_index_list('p_5')",
        "postgres": "SELECT indexname FROM pg_indexes WHERE tablename = 'p_5'",
    }[database.dialect.name]
    return {name for (name,) in (await database.read(Statement(sql)))[0]} - {"p_5_pkey"}


async def plan(database: Database, sql: str) -> str:
    if database.dialect.name == "sqlite":
        rows = (await database.read(Statement(f"EXPLAIN QUERY PLAN {sql}")))[0]
        return "\n".join(row[3] for row in rows)
    async with database.transaction() as tx:
        await tx.execute("SET LOCAL enable_seqscan = off")
        await tx.execute("SET LOCAL enable_bitmapscan = off")
        return "\n".join(row[0] for row in await tx.fetch(f"EXPLAIN {sql}"))


async def add(tx: Transaction, number: int, **values: Any) -> None:
    row = {"id": number, "title": "'A'", "version": 1} | values
    await tx.execute(f"INSERT INTO p_5 ({', '.join(row)}) VALUES ({', '.join(str(v) for v in row.values())})")


async def test_a_table_has_the_built_in_columns_and_indices(database: Database, table: str) -> None:
    assert await columns(database) == BUILT_IN
    names = ("list", "age", "title", "created", "updated", "trash")
    assert await indices(database) == {f"p_5_{name}" for name in names}


async def test_columns_come_and_go(database: Database, table: str) -> None:
    async with database.transaction(schema_change=True) as tx:
        await add_columns(tx, database.dialect, project(), [AMOUNT, CODE, CUSTOMER, MANY])
        await add(tx, 1, f_8="'x'", f_7_amount=1200, f_9=3)
    assert await columns(database) == BUILT_IN | {"f_7_amount", "f_8", "f_9"}
    assert "p_5_f_9" in await indices(database)
    async with database.transaction(schema_change=True) as tx:
        await add_index(tx, database.dialect, project(), AMOUNT)
        await add_index(tx, database.dialect, project(), AMOUNT)
        await drop_columns(tx, project(), [AMOUNT, CODE, CUSTOMER, MANY])
    assert await columns(database) == BUILT_IN
    assert await database.read(Statement("SELECT id, title FROM p_5")) == [[(1, "A")]]


async def test_unique_means_regardless_of_case_and_trash(database: Database, table: str) -> None:
    async with database.transaction(schema_change=True) as tx:
        await add_columns(tx, database.dialect, project(), [CODE])
        await add_index(tx, database.dialect, project(), CODE, unique=True)
        await add(tx, 1, f_8="'Straße Ä'")
        await add(tx, 2)
        await add(tx, 3)
        await add(tx, 4, f_8="'STRASSE Ä'", deleted_at="'2026-01-01T00:00:00.000Z'")
        await add(tx, 5, f_8="'strasse ä'")
        with pytest.raises(DuplicateError) as caught:
            async with tx.savepoint():
                await add(tx, 6, f_8="'STRASSE ä'")
        assert caught.value.constraint == "p_5_f_8_unique"
        assert field_of_index(caught.value.constraint) == 8
        await drop_index(tx, project(), CODE, unique=True)
        await add(tx, 6, f_8="'STRASSE ä'")
    with pytest.raises(DuplicateError) as caught:
        async with database.transaction(schema_change=True) as tx:
            await add_index(tx, database.dialect, project(), CODE, unique=True)
    assert caught.value.constraint == "p_5_f_8_unique"


@pytest.mark.parametrize(
    ("constraint", "field"),
    [("p_1_f_22", 22), ("p_1_f_22_amount_unique", 22), ("p_1_title", None), ("smalt_field_key", None)],
)
def test_the_field_of_an_index(constraint: str, field: int | None) -> None:
    assert field_of_index(constraint) == field


async def test_indices_serve_filters_and_sorts(database: Database, table: str) -> None:
    async with database.transaction(schema_change=True) as tx:
        await add_columns(tx, database.dialect, project(), [CODE, CUSTOMER])
        await add_index(tx, database.dialect, project(), CODE)
    fold = database.dialect.fold
    for sql, index in {
        f"SELECT t.id FROM p_5 AS t WHERE {fold('t.f_8')} = 'x'": "p_5_f_8",
        f"SELECT t.id FROM p_5 AS t ORDER BY {fold('t.title')}, t.id LIMIT 100": "p_5_title",
        "SELECT t.id FROM p_5 AS t WHERE t.f_9 = 5": "p_5_f_9",
        "SELECT t.id FROM p_5 AS t ORDER BY t.created_at DESC, t.id DESC LIMIT 100": "p_5_created",
        "SELECT t.id FROM p_5 AS t WHERE t.list_id = 4 ORDER BY t.position, t.id LIMIT 9": "p_5_list",
    }.items():
        explained = await plan(database, sql)
        assert index in explained, explained
        assert "SORT" not in explained.upper().replace("ORDER", ""), explained


async def test_a_change_that_fails_leaves_the_table_as_it_was(database: Database, table: str) -> None:
    with pytest.raises(LookupError):
        async with database.transaction(schema_change=True) as tx:
            await add_columns(tx, database.dialect, project(), [AMOUNT, CODE, CUSTOMER])
            raise LookupError
    assert await columns(database) == BUILT_IN
    assert "p_5_f_9" not in await indices(database)


async def test_readers_know_a_new_column_at_once(database: Database, table: str) -> None:
    await asyncio.gather(*(database.read(Statement("SELECT * FROM p_5")) for _ in range(8)))
    async with database.transaction(schema_change=True) as tx:
        await add_columns(tx, database.dialect, project(), [CODE])
    answers = await asyncio.gather(*(database.read(Statement("SELECT f_8, id FROM p_5")) for _ in range(8)))
    assert answers == [[[]]] * 8
    answers = await asyncio.gather(*(database.read(Statement("SELECT * FROM p_5")) for _ in range(8)))
    assert answers == [[[]]] * 8


async def test_a_dropped_table_is_gone(database: Database, table: str) -> None:
    async with database.transaction(schema_change=True) as tx:
        await drop_project_table(tx, project())
        await drop_project_table(tx, project())
    assert await columns(database) == set()


async def test_killed_while_changing_a_table_is_whole(database_url: str, launch: Launch) -> None:
    database = open_database(database_url)
    await database.start()
    async with database.transaction(schema_change=True) as tx:
        await create_project_table(tx, tx.dialect, project())
    for delay in (0.0, 0.004, 0.009, 0.02):
        process = launch(KILLED, database_url)
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == "added\n"
        await asyncio.sleep(delay)
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(process.communicate)
        async with database.transaction(schema_change=True) as tx:
            added = await columns(database) - BUILT_IN
            assert added in (set(), {"f_7_amount", "f_8", "f_9"})
            assert ("p_5_f_8_unique" in await indices(database)) == bool(added)
            if added:
                await drop_columns(tx, project(), [AMOUNT, CODE, CUSTOMER])
    await database.stop()
