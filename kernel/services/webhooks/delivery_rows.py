"""The rows of deliveries: what is due, who is at it, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from kernel.clock import Clock, to_milliseconds
from kernel.ids import IdGenerator
from kernel.storage.database import Database, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows

LEASE_MS: Final = 60_000
"""How long a delivery is left to whoever has claimed it; longer than any may take."""

BACKOFF: Final = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 29_845)
"""Seconds until a failed delivery is tried again; a day in all."""

LONGEST_MS: Final = 86_400_000
"""How long a delivery may fail, also where the server was off meanwhile."""

_EVENT: Final = (
    "SELECT 0, id, at, project_id, record_id, kind, version, actor_id, via, changes, batch_id, NULL, "
    "via_id "
    "FROM smalt_history WHERE id = "
)


class Hook(NamedTuple):
    """What delivering needs of a webhook."""

    id: int
    owner_id: int
    project_id: int | None
    url: str
    secret: str


class Claimed(NamedTuple):
    """A delivery that is ours until `lease`. `failing_since` is when it failed first, if it did."""

    id: int
    event_id: int | None
    kind: str
    attempts: int
    created_at: int
    failing_since: int | None
    lease: int


class DeliveryRows:
    """Reads and writes `smalt_delivery`. Times are milliseconds since 1970."""

    def __init__(self, database: Database, rows: KernelRows, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._rows = rows
        self._ids = ids
        self._clock = clock
        self._mark = rows.mark

    async def due(self) -> list[Hook]:
        """Webhooks that have something to be delivered now."""
        sql = (
            "SELECT w.id, w.owner_id, w.project_id, w.url, w.secret FROM smalt_webhook w "
            "WHERE w.enabled AND EXISTS (SELECT 1 FROM smalt_delivery d WHERE d.webhook_id = w.id AND "
            f"d.status = 'queued' AND d.next_at <= {self._mark(1)} AND d.lease_until <= {self._mark(1)})"
        )
        (rows,) = await self._database.read(Statement(sql, [self._now()]))
        return [Hook(*row) for row in rows]

    async def claim(self, room: Mapping[int, int]) -> dict[int, list[Claimed]]:
        """Take the oldest due deliveries of webhooks, up to so many of each; by webhook."""
        mark, now = self._mark, self._now()
        found: dict[int, list[Claimed]] = {}
        async with self._database.transaction() as tx:
            for hook_id, count in room.items():
                sql = (
                    f"UPDATE smalt_delivery SET lease_until = {mark(1)} WHERE id IN (SELECT id "
                    f"FROM smalt_delivery WHERE webhook_id = {mark(2)} AND status = 'queued' "
                    f"AND next_at <= {mark(3)} AND lease_until <= {mark(3)} "
                    f"ORDER BY next_at, id LIMIT {count}{tx.dialect.statements.claim}) "
                    "RETURNING id, event_id, kind, attempts, created_at, failing_since"
                )
                lease = now + LEASE_MS
                rows = await tx.fetch(sql, [lease, hook_id, now])
                found[hook_id] = [Claimed._make((*row, lease)) for row in sorted(rows)]
        return found

    async def event(self, event_id: int) -> list[Any]:
        """The row of an event, from the history, which keeps it."""
        return list((await self._database.read(Statement(_EVENT + self._mark(1), [event_id])))[0])

    async def done(self, claimed: Claimed, code: int) -> None:
        """It arrived."""
        async with self._database.transaction() as tx:
            await self._end(tx, claimed, "done", code, None)

    async def failed(self, hook: Hook, claimed: Claimed, code: int | None, error: str, again: bool) -> None:
        """It did not: try again later, or give up, and switch off a webhook that failed for a day."""
        gone, now = code == 410, self._now()
        since = claimed.failing_since or now
        over = claimed.attempts >= len(BACKOFF) or now - since >= LONGEST_MS
        async with self._database.transaction() as tx:
            if again and not gone and not over:
                later = {"next_at": now + BACKOFF[claimed.attempts] * 1000, "failing_since": since}
                await self._set(tx, claimed, response_code=code, error=error, **later)
            else:
                await self._end(tx, claimed, "failed", code, error)
                if gone or again:
                    reason = "It answered that it is gone (410)." if gone else "It failed for a day."
                    await self._switch_off(tx, hook, f"{reason} The last time: {error}")

    async def drop(self, claimed: Claimed) -> None:
        """Its owner does not see any more what it is about."""
        async with self._database.transaction() as tx:
            await tx.execute(f"DELETE FROM smalt_delivery WHERE id = {self._mark(1)}", [claimed.id])

    async def release(self, claimed: list[Claimed]) -> None:
        """Give deliveries back that were not tried."""
        mine = f"WHERE id = {self._mark(1)} AND lease_until = {self._mark(2)}"
        sql = f"UPDATE smalt_delivery SET lease_until = 0 {mine}"
        async with self._database.transaction() as tx:
            await tx.execute_many(sql, [(one.id, one.lease) for one in claimed])

    async def _end(
        self, tx: Transaction, claimed: Claimed, status: str, code: int | None, error: str | None
    ) -> None:
        await self._set(tx, claimed, status=status, response_code=code, error=error, finished_at=self._now())

    async def _set(self, tx: Transaction, claimed: Claimed, **values: Any) -> None:
        """Write what became of it, unless another process has it by now."""
        values |= {"attempts": claimed.attempts + 1, "lease_until": 0}
        setters = ", ".join(f"{name} = {self._mark(n)}" for n, name in enumerate(values, 3))
        where = f"WHERE id = {self._mark(1)} AND lease_until = {self._mark(2)}"
        await tx.execute(
            f"UPDATE smalt_delivery SET {setters} {where}", [claimed.id, claimed.lease, *values.values()]
        )

    async def _switch_off(self, tx: Transaction, hook: Hook, reason: str) -> None:
        mark, now = self._mark, self._now()
        sql = f"UPDATE smalt_webhook SET enabled = {mark(2)}, reason = {mark(3)}, updated_at = {mark(4)}"
        if await tx.execute(f"{sql} WHERE id = {mark(1)} AND enabled", [hook.id, False, reason, now]):
            notice = {
                "id": self._ids.new(), "user_id": hook.owner_id, "created_at": now,
                "project_id": hook.project_id,
                "text": f"Your webhook to {hook.url} was switched off. {reason}",
            }  # fmt: skip
            await self._rows.insert(tx, "smalt_notice", notice)

    def _now(self) -> int:
        return to_milliseconds(self._clock.now())
