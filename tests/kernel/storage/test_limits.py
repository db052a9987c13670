"""Cancellation, time limits and waiting: nothing hangs, nothing is left open."""

# ruff: noqa: PT012 - what is expected to raise is a whole transaction

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator

import pytest

from kernel.errors import UnavailableError
from kernel.storage.connect import open_database
from kernel.storage.database import Database, Statement
from kernel.storage.options import StorageOptions

ENDLESS = Statement(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n WHERE i < 0"
)
ONE = Statement("SELECT 1")
PATIENCE = 60.0
"""Seconds after which something hangs; shorter than what ENDLESS takes."""

INCREASE = "UPDATE smalt_state SET value = value + 1 WHERE name = 'node'"
VALUE = Statement("SELECT value FROM smalt_state WHERE name = 'node'")


@pytest.fixture
async def hasty(database_url: str) -> AsyncIterator[Database]:
    """A database with short time limits and one reader."""
    options = StorageOptions(readers=1, read_seconds=0.6, write_seconds=0.6, busy_seconds=1.0, pool_maximum=4)
    opened = open_database(database_url, options)
    await opened.start()
    yield opened
    await opened.stop()


async def test_an_endless_read_is_stopped(hasty: Database) -> None:
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(UnavailableError, match="stopped"):
            await hasty.read(ONE, ENDLESS)
    assert await hasty.read(ONE) == [[(1,)]]


async def test_an_endless_write_is_stopped_and_undone(hasty: Database) -> None:
    with pytest.raises(UnavailableError):
        async with hasty.transaction() as tx:
            await tx.execute(INCREASE)
            await tx.fetch(ENDLESS.sql)
    assert await hasty.read(VALUE) == [[(0,)]]
    async with hasty.transaction() as tx:
        assert await tx.execute(INCREASE) == 1


async def test_what_follows_a_stopped_statement_is_not_written(hasty: Database) -> None:
    """An interrupted write makes SQLite undo the transaction by itself."""
    endless_write = (
        "INSERT INTO smalt_state (name, value) WITH RECURSIVE n(i) AS "
        "(SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'x', i FROM n WHERE i < 0"
    )
    with pytest.raises(UnavailableError):
        async with hasty.transaction() as tx:
            with pytest.raises(UnavailableError):
                await tx.execute(endless_write)
            await tx.execute(INCREASE)
    assert await hasty.read(VALUE) == [[(0,)]]


async def test_a_cancelled_read_frees_its_connection(database_url: str) -> None:
    options = StorageOptions(readers=1, pool_minimum=1, pool_maximum=1, read_seconds=60)
    database = open_database(database_url, options)
    await database.start()
    task = asyncio.create_task(database.read(ENDLESS))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(PATIENCE):
        assert await database.read(ONE) == [[(1,)]]
    await database.stop()


async def test_a_cancelled_statement_undoes_its_transaction(database: Database) -> None:
    async def write() -> None:
        async with database.transaction() as tx:
            await tx.execute(INCREASE)
            await tx.fetch(ENDLESS.sql)

    task = asyncio.create_task(write())
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(PATIENCE), database.transaction() as tx:
        assert await tx.fetch(VALUE.sql) == [(0,)]


async def test_cancelling_a_waiter_does_not_lose_the_turn(database: Database) -> None:
    async def write() -> None:
        async with database.transaction(schema_change=True) as tx:
            await tx.execute(INCREASE)

    async with database.transaction(schema_change=True):
        waiting = [asyncio.create_task(write()) for _ in range(3)]
        await asyncio.sleep(0.05)
        waiting[1].cancel()
        await asyncio.sleep(0.05)
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), asyncio.CancelledError, type(None)]
    assert await database.read(VALUE) == [[(2,)]]


async def test_cancelled_anywhere_a_transaction_happens_whole_or_not_at_all(database: Database) -> None:
    """Two rows are written in each transaction; they must stay equal, and the next one must run."""
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO smalt_state (name, value) VALUES ('test', 0)")

    async def write() -> None:
        async with database.transaction() as tx:
            await tx.execute(INCREASE)
            await tx.execute("UPDATE smalt_state SET value = value + 1 WHERE name = 'test'")

    randomness = random.Random(7)
    done = 0
    for _ in range(150):
        task = asyncio.create_task(write())
        await asyncio.sleep(randomness.uniform(0, 0.001))
        task.cancel()
        try:
            await task
            done += 1
        except asyncio.CancelledError:
            pass
    async with asyncio.timeout(PATIENCE):
        await write()
    rows = await database.read(VALUE, Statement("SELECT value FROM smalt_state WHERE name = 'test'"))
    assert rows[0] == rows[1]
    assert rows[0][0][0] >= done + 1


async def test_whoever_waits_too_long_is_told(hasty: Database) -> None:
    async with hasty.transaction(schema_change=True):
        began = time.monotonic()

        async def wait() -> None:
            async with hasty.transaction():
                pass

        with pytest.raises(UnavailableError):
            await asyncio.create_task(wait())
        assert time.monotonic() - began > 0.3
    async with hasty.transaction() as tx:
        assert await tx.execute(INCREASE) == 1


async def test_stopping_does_not_wait_for_a_runaway_read(hasty: Database) -> None:
    task = asyncio.create_task(hasty.read(ENDLESS))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(PATIENCE):
        await hasty.stop()
    with pytest.raises(UnavailableError):
        await task
