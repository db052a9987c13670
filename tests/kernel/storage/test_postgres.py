"""PostgreSQL alone: locks between transactions, lost connections."""

# ruff: noqa: PT012 - what is expected to raise is a whole transaction

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kernel.errors import ContentionError, UnavailableError
from kernel.storage.connect import open_database
from kernel.storage.database import Database, Statement, Transaction
from kernel.storage.options import StorageOptions

INCREASE = "UPDATE smalt_state SET value = value + 1 WHERE name = '{}'"
PID = Statement("SELECT pg_backend_pid()")


@pytest.fixture
def engine() -> str:
    return "postgres"


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Database]:
    """The same database as another process has it."""
    opened = open_database(database_url)
    await opened.start()
    yield opened
    await opened.stop()


async def test_writers_run_beside_each_other(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(INCREASE.format("node"))
        async with asyncio.timeout(30):
            await asyncio.create_task(increase(database, "access"))


async def increase(database: Database, name: str, schema_change: bool = False) -> None:
    async with database.transaction(schema_change=schema_change) as tx:
        await tx.execute(INCREASE.format(name))


async def test_a_schema_change_waits_for_writers_and_they_for_it(database: Database, other: Database) -> None:
    async with database.transaction():
        change = asyncio.create_task(increase(other, "schema", schema_change=True))
        await asyncio.sleep(0.1)
        assert not change.done()
    await change
    async with database.transaction(schema_change=True):
        write = asyncio.create_task(increase(other, "access"))
        await asyncio.sleep(0.1)
        assert not write.done()
        assert await other.read(Statement("SELECT 1")) == [[(1,)]]
    await write


async def test_a_deadlock_is_a_contention_for_one_of_the_two(database: Database) -> None:
    both_hold = asyncio.Barrier(2)

    async def cross(first: str, second: str) -> None:
        async with database.transaction() as tx:
            await tx.execute(INCREASE.format(first))
            await both_hold.wait()
            await tx.execute(INCREASE.format(second))

    results = await asyncio.gather(cross("node", "access"), cross("access", "node"), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["ContentionError", "NoneType"]


async def test_a_lost_connection_is_replaced(database: Database, other: Database) -> None:
    for _ in range(5):
        [[(pid,)]] = await database.read(PID)
        await other.read(Statement(f"SELECT pg_terminate_backend({pid})"))
        assert (await database.read(PID)) != [[(pid,)]]
    with pytest.raises(UnavailableError):
        async with database.transaction() as tx:
            [(pid,)] = await tx.fetch(PID.sql)
            await other.read(Statement(f"SELECT pg_terminate_backend({pid})"))
            await tx.execute(INCREASE.format("node"))
    assert await database.read(Statement("SELECT value FROM smalt_state WHERE name = 'node'")) == [[(0,)]]
    await increase(database, "node")


async def test_a_commit_on_a_lost_connection_is_no_success(database: Database, other: Database) -> None:
    with pytest.raises(UnavailableError):
        async with database.transaction() as tx:
            await tx.execute(INCREASE.format("node"))
            [(pid,)] = await tx.fetch(PID.sql)
            await other.read(Statement(f"SELECT pg_terminate_backend({pid})"))
    assert await other.read(Statement("SELECT value FROM smalt_state WHERE name = 'node'")) == [[(0,)]]


async def test_an_empty_pool_is_waited_for_and_then_told(database_url: str) -> None:
    database = open_database(database_url, StorageOptions(pool_minimum=1, pool_maximum=1, busy_seconds=0.8))
    await database.start()
    async with database.transaction():
        with pytest.raises(UnavailableError):
            await database.read(Statement("SELECT 1"))
    assert await database.read(Statement("SELECT 1")) == [[(1,)]]
    await database.stop()


async def test_several_reads_are_one_snapshot_that_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match="read-only"):
        await database.read(Statement("SELECT 1"), Statement(INCREASE.format("node")))


@pytest.mark.parametrize(
    "url", ["postgresql://nobody:x@127.0.0.1:1/none", "postgresql:///none?host=/nowhere"]
)
async def test_a_server_that_is_not_there(url: str) -> None:
    with pytest.raises(UnavailableError, match="cannot be opened"):
        await open_database(url).start()


async def test_a_database_that_is_not_there(database_url: str) -> None:
    with pytest.raises(UnavailableError, match="does not exist"):
        await open_database(database_url.replace("/lent", "/nonesuch", 1)).start()


async def test_a_statement_that_outlives_its_plan_is_a_contention(database: Database) -> None:
    async with database.transaction(schema_change=True) as tx:
        await tx.execute("CREATE TABLE test_plan (n BIGINT)")

    async def look(tx: Transaction) -> None:
        await tx.fetch("SELECT * FROM test_plan")

    async with database.transaction() as tx:
        await look(tx)
        [(pid,)] = await tx.fetch(PID.sql)
    async with database.transaction(schema_change=True) as tx:
        await tx.execute("ALTER TABLE test_plan ADD COLUMN m TEXT")
    with pytest.raises(ContentionError):
        while True:
            async with database.transaction() as tx:
                if await tx.fetch(PID.sql) == [(pid,)]:
                    await look(tx)
