"""Forgetting events that are old enough and that every consumer has taken, and old deliveries of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.clock import Clock, to_milliseconds
from kernel.services.rounds import Rounds
from kernel.storage.database import Database, Transaction
from kernel.storage.kernel_rows import KernelRows

FIRST_SECONDS: Final = 90.0
EVERY_SECONDS: Final = 3600.0
AT_ONCE: Final = 5000


class EventRetention(Rounds):
    """Looks every hour for events older than `days`. The history keeps what they told."""

    def __init__(self, database: Database, rows: KernelRows, clock: Clock, days: float) -> None:
        super().__init__("event-retention", FIRST_SECONDS, EVERY_SECONDS)
        self._database = database
        self._clock = clock
        self._days = days
        # The newest event stays: the places of the next ones follow from it.
        self._sql = (
            "DELETE FROM smalt_outbox WHERE seq IN (SELECT seq FROM smalt_outbox "
            f"WHERE seq > 0 AND seq <= {rows.mark(1)} AND at < {rows.mark(2)} ORDER BY seq LIMIT {AT_ONCE})"
        )
        self._deliveries = f"DELETE FROM smalt_delivery WHERE finished_at < {rows.mark(1)}"

    async def round(self) -> None:
        await self.prune()

    async def prune(self) -> int:
        """Forget all that is due, some thousands at a time; how many there were."""
        before = to_milliseconds(self._clock.now() - timedelta(days=self._days))
        async with self._database.transaction() as tx:
            await tx.execute(self._deliveries, [before])
        total = 0
        while True:
            async with self._database.transaction() as tx:
                gone = await tx.execute(self._sql, [await _free(tx), before])
            total += gone
            if gone < AT_ONCE:
                return total


async def _free(tx: Transaction) -> int:
    """The last event that nobody needs any more."""
    [(newest, taken)] = await tx.fetch(
        "SELECT coalesce((SELECT max(seq) FROM smalt_outbox), 0), (SELECT min(position) FROM smalt_consumer)"
    )
    return int(newest - 1 if taken is None else min(newest - 1, taken))
