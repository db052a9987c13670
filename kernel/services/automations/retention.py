"""Forgetting runs that ended long ago. What they did stays in the history."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.clock import Clock, to_milliseconds
from kernel.services.rounds import Rounds
from kernel.storage.database import Database
from kernel.storage.kernel_rows import KernelRows

FIRST_SECONDS: Final = 120.0
EVERY_SECONDS: Final = 3600.0
AT_ONCE: Final = 5000


class RunRetention(Rounds):
    """Looks every hour for runs that ended more than `days` ago."""

    def __init__(self, database: Database, rows: KernelRows, clock: Clock, days: float) -> None:
        super().__init__("run-retention", FIRST_SECONDS, EVERY_SECONDS)
        self._database = database
        self._clock = clock
        self._days = days
        self._sql = (
            "DELETE FROM smalt_run WHERE id IN (SELECT id FROM smalt_run "
            f"WHERE finished_at < {rows.mark(1)} AND status IN ('done', 'failed', 'skipped') "
            f"ORDER BY finished_at LIMIT {AT_ONCE})"
        )

    async def round(self) -> None:
        """Forget all that are due, some thousands at a time."""
        before = to_milliseconds(self._clock.now() - timedelta(days=self._days))
        gone = AT_ONCE
        while gone == AT_ONCE:
            async with self._database.transaction() as tx:
                gone = await tx.execute(self._sql, [before])
