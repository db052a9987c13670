"""The rows of background jobs: what is to be done, how far it is, and who is at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kernel.clock import Clock, to_milliseconds
from kernel.errors import ConflictError, SmaltError
from kernel.storage.database import Database, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows

JobStatus = Literal["preview", "queued", "running", "cancelling", "done", "failed", "cancelled"]
"""`preview` waits for a person; `cancelling` is a running job that was asked to stop."""

ENDED: Sequence[JobStatus] = ("done", "failed", "cancelled")

ACTIVE = "('queued', 'running', 'cancelling')"

_COLUMNS = (
    "id, kind, project_id, actor_id, status, state, rows_done, rows_total, error, "
    "created_at, started_at, finished_at"
)


class LeaseLostError(SmaltError):
    """Another process has taken this job over."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. `state` is JSON that only the job's handler understands."""

    id: int
    kind: str
    project_id: int | None
    actor_id: int | None
    status: JobStatus
    state: str
    rows_done: int
    rows_total: int | None
    error: str | None
    created_at: int
    started_at: int | None = None
    finished_at: int | None = None


class JobRows:
    """Reads and writes `smalt_job`. Times are milliseconds since 1970."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self._clock = clock
        self._rows = KernelRows(database.dialect)

    async def add(self, tx: Transaction, job: Job) -> None:
        """Store a new job."""
        row = {name: getattr(job, name) for name in _COLUMNS.split(", ")}
        await self._rows.insert(tx, "smalt_job", row | {"lease_until": 0})

    async def get(self, job_id: int) -> Job | None:
        mark = self._rows.mark
        sql = f"SELECT {_COLUMNS} FROM smalt_job WHERE id = {mark(1)}"
        rows = (await self.database.read(Statement(sql, [job_id])))[0]
        return _job(rows[0]) if rows else None

    async def find(self, kind: str, project_id: int, job_id: int) -> Job | None:
        """A job of a kind in a project."""
        job = await self.get(job_id)
        return job if job is not None and (job.kind, job.project_id) == (kind, project_id) else None

    async def of_project(
        self, kind: str, project_id: int, before: int | None, limit: int, actor_id: int | None = None
    ) -> list[Job]:
        """The newest jobs of a kind in a project, from `before` (an id) backwards; of one person only
        where that is given."""
        mark = self._rows.mark
        own = "" if actor_id is None else f"AND actor_id = {mark(4)} "
        sql = (
            f"SELECT {_COLUMNS} FROM smalt_job WHERE project_id = {mark(1)} AND kind = {mark(2)} "
            f"AND id < {mark(3)} {own}ORDER BY id DESC LIMIT {limit}"
        )
        parameters = [project_id, kind, 2**63 - 1 if before is None else before]
        parameters += [] if actor_id is None else [actor_id]
        return [_job(row) for row in (await self.database.read(Statement(sql, parameters)))[0]]

    async def change(
        self, tx: Transaction, job_id: int, expected: Sequence[JobStatus], **values: Any
    ) -> bool:
        """Change a job that has one of the expected states; whether it had."""
        changes = {**values, "updated_at": self._now()}
        setters = ", ".join(f"{name} = {self._rows.mark(n)}" for n, name in enumerate(changes, 2))
        states = ", ".join(f"'{status}'" for status in expected)
        sql = f"UPDATE smalt_job SET {setters} WHERE id = {self._rows.mark(1)} AND status IN ({states})"
        return await tx.execute(sql, [job_id, *changes.values()]) == 1

    async def take_back(self, tx: Transaction, job_id: int, state: str, actor_id: int | None) -> bool:
        """Queue a job that has ended once more, with the state that says so; whether it had ended."""
        return await self.change(
            tx, job_id, ENDED, status="queued", state=state, actor_id=actor_id, error=None, finished_at=None
        )

    async def add_batch(self, tx: Transaction, batch_id: int, job: Job, actor_id: int | None) -> None:
        """Store what the changes of a job go by in the history."""
        row = {
            "id": batch_id, "kind": job.kind, "project_id": job.project_id, "actor_id": actor_id,
            "job_id": job.id, "at": self._now(),
        }  # fmt: skip
        await self._rows.insert(tx, "smalt_batch", row)

    async def stop(self, job_id: int, at_once: Sequence[JobStatus]) -> bool:
        """Cancel a job that has one of the states `at_once`, which is told; ask one that runs to stop.

        Raises ConflictError for one that has ended otherwise.
        """
        async with self.database.transaction() as tx:
            if await self.change(tx, job_id, at_once, status="cancelled", finished_at=self._now()):
                return True
            if not await self.change(tx, job_id, ("running", "cancelling"), status="cancelling"):
                raise ConflictError("This has ended already; there is nothing to stop.")
        return False

    async def remove(self, tx: Transaction, job_id: int, expected: Sequence[JobStatus]) -> bool:
        """Forget a job that has one of the expected states; whether it had."""
        states = ", ".join(f"'{status}'" for status in expected)
        sql = f"DELETE FROM smalt_job WHERE id = {self._rows.mark(1)} AND status IN ({states})"
        return await tx.execute(sql, [job_id]) == 1

    async def waiting(self) -> list[tuple[int, str, str | None, int]]:
        """Unfinished jobs, free or held by somebody: id, kind, owner, until."""
        sql = (
            "SELECT id, kind, lease_owner, lease_until FROM smalt_job "
            f"WHERE status IN {ACTIVE} ORDER BY id LIMIT 100"
        )
        return [(r[0], r[1], r[2], r[3]) for r in (await self.database.read(Statement(sql)))[0]]

    async def take(self, job_id: int, owner: str, until: int, seen: tuple[str | None, int]) -> Job | None:
        """Begin or take over a job whose lease is still as it was `seen`; None when it is not."""
        mark = self._rows.mark
        sql = (
            "UPDATE smalt_job SET status = CASE status WHEN 'queued' THEN 'running' ELSE status END, "
            f"lease_owner = {mark(1)}, lease_until = {mark(2)}, started_at = coalesce(started_at, {mark(3)}) "
            f"WHERE id = {mark(4)} AND status IN {ACTIVE} AND lease_until = {mark(5)} "
            f"AND coalesce(lease_owner, '') = {mark(6)} RETURNING {_COLUMNS}"
        )
        async with self.database.transaction() as tx:
            rows = await tx.fetch(sql, [owner, until, self._now(), job_id, seen[1], seen[0] or ""])
        return _job(rows[0]) if rows else None

    async def hold(
        self, tx: Transaction, job_id: int, owner: str, until: int, values: Mapping[str, Any] | None = None
    ) -> bool:
        """Prolong the lease and save `values`; whether a stop was asked for.

        Raises LeaseLostError, so that the transaction rolls back, when the lease is another's.
        """
        changes = {"lease_until": until, "updated_at": self._now(), **(values or {})}
        sql = f"UPDATE smalt_job SET {self._setters(changes)} {self._owned()} RETURNING status"
        rows = await tx.fetch(sql, [job_id, owner, *changes.values()])
        if not rows:
            raise LeaseLostError
        return bool(rows[0][0] == "cancelling")

    async def finish(self, job_id: int, owner: str, status: JobStatus, error: str | None = None) -> None:
        """End a job, if the lease is still this owner's."""
        now = self._now()
        changes = {
            "status": status, "error": error, "lease_owner": None, "lease_until": 0,
            "updated_at": now, "finished_at": now,
        }  # fmt: skip
        async with self.database.transaction() as tx:
            sql = f"UPDATE smalt_job SET {self._setters(changes)} {self._owned()}"
            await tx.execute(sql, [job_id, owner, *changes.values()])

    def _setters(self, changes: Mapping[str, Any]) -> str:
        return ", ".join(f"{name} = {self._rows.mark(n)}" for n, name in enumerate(changes, 3))

    def _owned(self) -> str:
        return f"WHERE id = {self._rows.mark(1)} AND lease_owner = {self._rows.mark(2)}"

    async def release(self, owner: str) -> None:
        """Give all jobs of an owner back, so that another may go on at once."""
        mark = self._rows.mark(1)
        sql = f"UPDATE smalt_job SET lease_owner = NULL, lease_until = 0 WHERE lease_owner = {mark}"
        async with self.database.transaction() as tx:
            await tx.execute(sql, [owner])

    def _now(self) -> int:
        return to_milliseconds(self._clock.now())


def _job(row: Sequence[Any]) -> Job:
    return Job(*row)
