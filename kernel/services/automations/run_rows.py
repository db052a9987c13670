"""Reads and writes the rows of runs: what waits, who is at it, what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from kernel.clock import Clock, to_milliseconds
from kernel.ids import IdGenerator
from kernel.services.automations.model import NewRun, Run, Step
from kernel.storage.database import Database, Row, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows

_NEW: Final = (
    "id", "automation_id", "project_id", "record_id", "event", "event_id", "moment", "status", "held",
    "reason", "payload", "depth", "due_at", "created_at", "finished_at",
)  # fmt: skip
_RUN: Final = "id, automation_id, project_id, record_id, event, depth, version, steps, payload, started_at"
_steps = msgspec.json.Decoder(list[Step]).decode


class RunRows:
    """`smalt_run`. Times are milliseconds since 1970."""

    def __init__(self, database: Database, rows: KernelRows, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._rows = rows
        self._ids = ids
        self._clock = clock

    def now(self) -> int:
        return to_milliseconds(self._clock.now())

    async def add(self, tx: Transaction, runs: Sequence[NewRun]) -> None:
        """Queue runs; one whose moment has begun its automation before is left out."""
        if not runs:
            return
        now = self.now()
        ids = self._ids.many(len(runs))
        marks = ", ".join(self._rows.mark(n) for n in range(1, len(_NEW) + 1))
        sql = (
            f"INSERT INTO smalt_run ({', '.join(_NEW)}) VALUES ({marks}) "
            "ON CONFLICT (automation_id, moment) DO NOTHING"
        )
        await tx.execute_many(sql, [_new_row(id_, run, now) for id_, run in zip(ids, runs, strict=True)])

    async def waiting(self) -> list[tuple[int, int]]:
        """The automations that have runs to be done now, with their projects, by walking the index."""
        due = f"status = 'queued' AND NOT held AND due_at <= {self._rows.mark(1)}"
        sql = (
            f"WITH RECURSIVE found(id) AS (SELECT min(automation_id) FROM smalt_run WHERE {due} UNION ALL "
            f"SELECT (SELECT min(automation_id) FROM smalt_run WHERE {due} AND automation_id > found.id) "
            "FROM found WHERE found.id IS NOT NULL) "
            "SELECT a.id, a.project_id FROM found JOIN smalt_automation a ON a.id = found.id ORDER BY a.id"
        )
        (rows,) = await self._database.read(Statement(sql, [self.now()]))
        return [(row[0], row[1]) for row in rows]

    async def next_due(self) -> int | None:
        """When the first of those that wait for a moment to come is due."""
        waits = f"status = 'queued' AND NOT held AND due_at > {self._rows.mark(1)}"
        sql = f"SELECT min(due_at) FROM smalt_run WHERE {waits}"
        found: int | None = (await self._database.read(Statement(sql, [self.now()])))[0][0][0]
        return found

    async def take(self, tx: Transaction, automation_id: int, owner: str, until: int, most: int) -> list[Run]:
        """Begin or go on with runs of an automation, in the order they became due."""
        mark = self._rows.mark
        due = f"status = 'queued' AND NOT held AND automation_id = {mark(1)} AND due_at <= {mark(2)}"
        claim = tx.dialect.statements.claim
        chosen = f"SELECT id FROM smalt_run WHERE {due} ORDER BY due_at, id LIMIT {most}{claim}"
        sql = (
            f"UPDATE smalt_run SET status = 'running', lease_owner = {mark(3)}, lease_until = {mark(4)}, "
            f"started_at = coalesce(started_at, {mark(2)}) WHERE id IN ({chosen}) RETURNING {_RUN}"
        )
        rows = await tx.fetch(sql, [automation_id, self.now(), owner, until])
        return sorted((run_of(row) for row in rows), key=lambda run: run.id)

    async def owned(self, tx: Transaction, ids: Sequence[int], owner: str) -> set[int]:
        """Which of these runs are still this owner's; they are locked then, in the order of their ids."""
        marks = ", ".join(self._rows.mark(n) for n in range(2, len(ids) + 2))
        where = f"id IN ({marks}) AND lease_owner = {self._rows.mark(1)} AND status = 'running'"
        sql = f"SELECT id FROM smalt_run WHERE {where} ORDER BY id{tx.dialect.statements.lock}"
        return {row[0] for row in await tx.fetch(sql, [owner, *ids])}

    async def save(self, tx: Transaction, run: Run, **changes: Any) -> None:
        """Write the steps of a run and what else has changed."""
        steps = None if run.steps is None else msgspec.json.encode(run.steps).decode()
        await self._rows.update(tx, "smalt_run", run.id, {"steps": steps, **changes})

    async def beat(self, tx: Transaction, owner: str, until: int) -> None:
        """Prolong all leases of an owner."""
        mark = self._rows.mark
        held = _in_order(tx, f"status = 'running' AND lease_owner = {mark(1)}")
        await tx.execute(f"UPDATE smalt_run SET lease_until = {mark(2)} WHERE {held}", [owner, until])

    async def leased(self) -> list[tuple[str, int]]:
        """Who holds runs, and until when at the least."""
        sql = "SELECT lease_owner, min(lease_until) FROM smalt_run WHERE status = 'running' GROUP BY 1"
        return [(row[0], row[1]) for row in (await self._database.read(Statement(sql)))[0]]

    async def free(self, tx: Transaction, owner: str, before: int | None = None) -> int:
        """Give the runs of an owner back, those whose lease ended `before` a moment or all; how many."""
        mark = self._rows.mark
        ended = "" if before is None else f" AND lease_until < {mark(2)}"
        held = _in_order(tx, f"status = 'running' AND lease_owner = {mark(1)}{ended}")
        sql = f"UPDATE smalt_run SET status = 'queued', lease_owner = NULL, lease_until = 0 WHERE {held}"
        return await tx.execute(sql, [owner] if before is None else [owner, before])

    async def free_one(self, tx: Transaction, run_id: int, owner: str) -> None:
        """Give one run back."""
        mark = self._rows.mark
        sql = (
            "UPDATE smalt_run SET status = 'queued', lease_owner = NULL, lease_until = 0 "
            f"WHERE status = 'running' AND id = {mark(1)} AND lease_owner = {mark(2)}"
        )
        await tx.execute(sql, [run_id, owner])

    async def revive(self, tx: Transaction, run_id: int) -> bool:
        """Queue a failed run again, with the actions that were not done; whether it had failed."""
        where = f"id = {self._rows.mark(1)} AND status = 'failed'"
        rows = await tx.fetch(
            f"SELECT {_RUN} FROM smalt_run WHERE {where}{tx.dialect.statements.lock}", [run_id]
        )
        if not rows:
            return False
        run = run_of(rows[0])
        for step in run.steps or ():
            if step.status in ("failed", "skipped"):
                step.status, step.attempts, step.error = "waiting", 0, None
        await self.save(
            tx, run, status="queued", reason=None, due_at=self.now(), finished_at=None, held=False
        )
        return True

    async def depths(self, tx: Transaction, ids: Iterable[int]) -> dict[int, int]:
        """How long the chains are that led to runs."""
        wanted = sorted(set(ids))
        found: dict[int, int] = {}
        for begin in range(0, len(wanted), 500):
            part = wanted[begin : begin + 500]
            marks = ", ".join(self._rows.mark(n) for n in range(1, len(part) + 1))
            rows = await tx.fetch(f"SELECT id, depth FROM smalt_run WHERE id IN ({marks})", part)
            found |= {row[0]: row[1] for row in rows}
        return found

    async def recent(
        self, tx: Transaction, automation_id: int, records: Sequence[int], since: int
    ) -> dict[int, int]:
        """How often an automation has begun for each of these records since a moment."""
        mark = self._rows.mark
        found: dict[int, int] = {}
        for begin in range(0, len(records), 500):
            part = records[begin : begin + 500]
            marks = ", ".join(mark(n) for n in range(3, len(part) + 3))
            sql = (
                f"SELECT record_id, count(*) FROM smalt_run WHERE record_id IN ({marks}) "
                f"AND automation_id = {mark(1)} AND created_at > {mark(2)} AND status <> 'skipped' GROUP BY 1"
            )
            found |= {row[0]: row[1] for row in await tx.fetch(sql, [automation_id, since, *part])}
        return found

    async def hold(self, tx: Transaction, automation_id: int, held: bool) -> None:
        """Keep what waits until the automation is on again, or let it go on."""
        mark = self._rows.mark
        sql = f"UPDATE smalt_run SET held = {mark(2)} WHERE automation_id = {mark(1)} AND status = 'queued'"
        await tx.execute(sql, [automation_id, held])

    async def drop(self, tx: Transaction, automation_id: int, reason: str) -> None:
        """End what waits, with a reason."""
        mark = self._rows.mark
        sql = (
            f"UPDATE smalt_run SET status = 'skipped', held = {mark(4)}, reason = {mark(2)}, "
            f"finished_at = {mark(3)} WHERE automation_id = {mark(1)} AND status = 'queued'"
        )
        await tx.execute(sql, [automation_id, reason, self.now(), False])


def _in_order(tx: Transaction, where: str) -> str:
    """Rows that meet a condition, locked by id: so nobody who wants several waits in a circle."""
    return f"id IN (SELECT id FROM smalt_run WHERE {where} ORDER BY id{tx.dialect.statements.lock})"


def run_of(row: Row) -> Run:
    """A run from its row."""
    members = dict(zip(_RUN.split(", "), row, strict=True))
    for name, decode in (("steps", _steps), ("payload", msgspec.json.decode)):
        members[name] = None if members[name] is None else decode(members[name])
    return Run(**members)


def _new_row(id_: int, run: NewRun, now: int) -> Sequence[Any]:
    status = "skipped" if run.skipped else "failed" if run.failed else "queued"
    payload = None if run.payload is None else msgspec.json.encode(run.payload).decode()
    automation = run.automation
    return (
        id_, automation.id, automation.project_id, run.record_id, run.event, run.event_id, run.moment,
        status, status == "queued" and not automation.enabled, run.skipped or run.failed, payload, run.depth,
        now, now, None if status == "queued" else now,
    )  # fmt: skip
