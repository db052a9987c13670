from __future__ import annotations

import asyncio

from kernel.ids import NODES
from kernel.storage.database import Database
from kernel.storage.state import take_node


async def test_every_process_gets_its_own_node(database: Database) -> None:
    nodes = await asyncio.gather(*(take_node(database) for _ in range(20)))
    assert sorted(nodes) == list(range(1, 21))


async def test_node_numbers_begin_again(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(f"UPDATE smalt_state SET value = {NODES - 1} WHERE name = 'node'")
    assert [await take_node(database), await take_node(database)] == [0, 1]
