from __future__ import annotations

import asyncio

import pytest

from kernel.errors import ContentionError
from kernel.storage.database import Database, Statement, Transaction
from kernel.storage.retry import in_transaction

INCREASE = "UPDATE smalt_state SET value = value + 1 WHERE name = '{}'"


async def test_gives_what_the_work_gives(database: Database) -> None:
    async def work(tx: Transaction) -> int:
        return await tx.execute(INCREASE.format("node"))

    assert await in_transaction(database, work) == 1
    assert await in_transaction(database, work, schema_change=True) == 1


async def test_starts_again_after_a_contention(database: Database) -> None:
    attempts = 0

    async def work(tx: Transaction) -> int:
        nonlocal attempts
        attempts += 1
        await tx.execute(INCREASE.format("node"))
        if attempts < 3:
            raise ContentionError
        return attempts

    assert await in_transaction(database, work) == 3
    assert await database.read(Statement("SELECT value FROM smalt_state WHERE name = 'node'")) == [[(1,)]]


async def test_gives_up(database: Database) -> None:
    attempts = 0

    async def work(tx: Transaction) -> None:
        nonlocal attempts
        attempts += 1
        raise ContentionError

    with pytest.raises(ContentionError):
        await in_transaction(database, work, attempts=2)
    assert attempts == 2


async def test_crossing_writers_all_succeed(database: Database) -> None:
    async def cross(first: str, second: str) -> None:
        async def work(tx: Transaction) -> None:
            await tx.execute(INCREASE.format(first))
            await asyncio.sleep(0)
            await tx.execute(INCREASE.format(second))

        await in_transaction(database, work, attempts=10)

    await asyncio.gather(*(cross(*pair) for pair in [("node", "access"), ("access", "node")] * 2))
    rows = await database.read(
        Statement("SELECT value FROM smalt_state WHERE name IN ('node', 'access') ORDER BY 1")
    )
    assert rows == [[(4,), (5,)]]
