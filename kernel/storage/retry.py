"""Doing a transaction again when another one was in its way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from kernel.errors import ContentionError
from kernel.storage.database import Database, Transaction

T = TypeVar("T")


async def in_transaction(
    database: Database,
    work: Callable[[Transaction], Awaitable[T]],
    *,
    schema_change: bool = False,
    attempts: int = 4,
) -> T:
    """Do `work` in a transaction; from the start again after a deadlock or serialization failure.

    `work` must have no effect but through the transaction.
    Raises ContentionError when all attempts met one.
    """
    for attempt in range(1, attempts):
        try:
            async with database.transaction(schema_change=schema_change) as tx:
                return await work(tx)
        except ContentionError:
            await asyncio.sleep(random.uniform(0.01, 0.05) * attempt)
    async with database.transaction(schema_change=schema_change) as tx:
        return await work(tx)
