"""When tokens and sessions were last used, known to the minute, without a write per request."""

from __future__ import annotations

from kernel.clock import Clock, to_milliseconds
from kernel.dialects.base import Parameters
from kernel.storage.database import Database
from kernel.values import ID

EVERY_MS = 60_000


class LastUse:
    """Notes uses in memory; the timekeeper has them written once a minute."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._noted: dict[tuple[str, int], int] = {}
        self._written_at = 0

    def note(self, table: str, credential_id: int, now: int) -> None:
        """A token or session was used at `now`, in milliseconds."""
        self._noted[table, credential_id] = now

    async def do_due(self) -> None:
        """Write what was noted, if a minute has passed."""
        now = to_milliseconds(self._clock.now())
        if self._noted and now - self._written_at >= EVERY_MS:
            self._written_at = now
            await self.write()

    async def write(self) -> None:
        """Write what was noted now."""
        noted, self._noted = self._noted, {}
        by_table: dict[str, list[tuple[int, int]]] = {}
        for (table, id_), at in noted.items():
            by_table.setdefault(table, []).append((at, id_))
        if not by_table:
            return
        use = Parameters(self._database.dialect)
        at_mark, id_mark = use.add(0, ID), use.add(0, ID)
        async with self._database.transaction() as tx:
            for table, rows in sorted(by_table.items()):
                sql = f"UPDATE {table} SET last_used_at = {at_mark} WHERE id = {id_mark}"
                await tx.execute_many(sql, sorted(rows, key=lambda row: row[1]))
