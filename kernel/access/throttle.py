"""Holds off whoever keeps guessing: a count of failures per key within a window of time."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.access.secrets import digest
from kernel.clock import Clock, to_milliseconds
from kernel.dialects.base import Parameters
from kernel.errors import TooManyRequestsError
from kernel.storage.database import Database, Statement, Transaction
from kernel.values import ID, TEXT

Limits = Sequence[tuple[str, int]]
"""Keys with the most failures that each may have within the window."""


class Throttle:
    """Counts failures in the database, so that all processes know of them.

    A window starts with the first failure and ends `window` seconds later. Keys are stored as hashes.
    """

    def __init__(self, database: Database, clock: Clock, window: int = 300) -> None:
        self._database = database
        self._clock = clock
        self._window_ms = window * 1000

    async def attempt(self, limits: Limits) -> None:
        """Count a failure for each key, before a slow check, so that parallel guesses count too.

        Raises TooManyRequestsError, and counts nothing, when one of them is used up.
        """
        await self._check(limits)
        async with self._database.transaction() as tx:
            await self._forget(tx)
            for key, most in sorted(limits):  # in one order, so that no two wait for one another
                began_at, failures = await self._count(tx, key)
                if failures > most:
                    raise self._refusal(began_at)

    async def undo(self, keys: Sequence[str]) -> None:
        """Take back one failure for each key: the attempt, counted beforehand, has succeeded."""
        async with self._database.transaction() as tx:
            for key in sorted(keys):
                use = Parameters(tx.dialect)
                where = f"key = {use.add(digest(key), TEXT)}"
                await tx.execute(
                    f"UPDATE smalt_attempt SET failures = failures - 1 WHERE {where}", use.values
                )

    async def _check(self, limits: Limits) -> None:
        """Whoever is held off already costs a read only."""
        use = Parameters(self._database.dialect)
        marks = ", ".join(use.add(digest(key), TEXT) for key, _ in limits)
        live = f"key IN ({marks}) AND began_at > {use.add(self._oldest(), ID)}"
        sql = f"SELECT key, began_at, failures FROM smalt_attempt WHERE {live}"
        (rows,) = await self._database.read(Statement(sql, use.values))
        most = {digest(key): limit for key, limit in limits}
        used_up = [began_at for key, began_at, failures in rows if failures >= most[key]]
        if used_up:
            raise self._refusal(max(used_up))

    async def _count(self, tx: Transaction, key: str) -> tuple[int, int]:
        use = Parameters(tx.dialect)
        values = f"{use.add(digest(key), TEXT)}, {use.add(self._now(), ID)}, 1"
        sql = (
            f"INSERT INTO smalt_attempt (key, began_at, failures) VALUES ({values}) "
            "ON CONFLICT (key) DO UPDATE SET failures = smalt_attempt.failures + 1 "
            "RETURNING began_at, failures"
        )
        [(began_at, failures)] = await tx.fetch(sql, use.values)
        return began_at, failures

    async def _forget(self, tx: Transaction) -> None:
        """Windows that have ended begin anew."""
        use = Parameters(tx.dialect)
        sql = f"DELETE FROM smalt_attempt WHERE began_at <= {use.add(self._oldest(), ID)}"
        await tx.execute(sql, use.values)

    def _refusal(self, began_at: int) -> TooManyRequestsError:
        seconds = max(1, (began_at + self._window_ms - self._now() + 999) // 1000)
        return TooManyRequestsError(f"Too many attempts. Try again in {seconds} seconds.", seconds)

    def _now(self) -> int:
        return to_milliseconds(self._clock.now())

    def _oldest(self) -> int:
        return self._now() - self._window_ms
