"""The counters that all processes share, in the table smalt_state."""

from __future__ import annotations

from kernel.ids import NODES
from kernel.storage.database import Database

_NEXT = "UPDATE smalt_state SET value = value + 1 WHERE name = 'node' RETURNING value"


async def take_node(database: Database) -> int:
    """A node number that no process started lately has, for this process's `IdGenerator`."""
    async with database.transaction() as tx:
        [(value,)] = await tx.fetch(_NEXT)
    return int(value) % NODES
