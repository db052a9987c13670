"""How far background jobs are, for whoever started them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

import msgspec

from kernel.clock import Clock, to_milliseconds
from kernel.services.events.messages import Message
from kernel.services.job_rows import ACTIVE
from kernel.storage.database import Database, Statement
from kernel.storage.kernel_rows import KernelRows

_COLUMNS = "id, kind, project_id, actor_id, status, rows_done, rows_total, error, finished_at"
_LATELY_MS = 10_000


class Progress(msgspec.Struct, frozen=True):
    """Rows that are done, and of how many if that is known."""

    rows: int
    total: int | None


class JobProgress(msgspec.Struct, frozen=True):
    """A job as it goes on, and once more when it has ended."""

    id: Annotated[str, msgspec.Meta(description="That of the import, export, ….")]
    project_id: str | None
    status: str
    progress: Progress
    error: str | None


Aside = Callable[[int], tuple[int, int | None] | None]
"""How far a job is, by its id, where that is kept outside the database. It may block."""


class ProgressReader:
    """Reads what goes on, and what has ended since the last time, in one query for all jobs."""

    def __init__(self, database: Database, rows: KernelRows, clock: Clock) -> None:
        self._database = database
        self._rows = rows
        self._clock = clock
        self._known: dict[int, JobProgress] = {}
        self._aside: dict[str, Aside] = {}

    def ask(self, kind: str, aside: Aside) -> None:
        """Where to ask for jobs of a kind that go on within one transaction, which tells nothing."""
        self._aside[kind] = aside

    async def moved(self) -> list[tuple[int, Message]]:
        """`<kind>.progress` for whom each is: the user who started the job."""
        sql = (
            f"SELECT {_COLUMNS} FROM smalt_job WHERE actor_id IS NOT NULL "
            f"AND (status IN {ACTIVE} OR (status IN ('done', 'failed', 'cancelled') "
            f"AND finished_at > {self._rows.mark(1)})) ORDER BY id LIMIT 1000"
        )
        lately = to_milliseconds(self._clock.now()) - _LATELY_MS
        (rows,) = await self._database.read(Statement(sql, [lately]))
        known, self._known, found = self._known, {}, []
        for id_, kind, project_id, actor_id, status, done, total, error, finished_at in rows:
            project = None if project_id is None else str(project_id)
            how_far = Progress(done, total)
            if finished_at is None and kind in self._aside:
                how_far = await self._asked(kind, id_) or how_far
            now = JobProgress(str(id_), project, status, how_far, error)
            self._known[id_] = now
            if known.get(id_) != now or finished_at is None:
                told = Message(f"{kind}.progress", msgspec.json.encode(now), project_id=project_id)
                found.append((actor_id, told))
        return found

    async def _asked(self, kind: str, job_id: int) -> Progress | None:
        told = await asyncio.to_thread(self._aside[kind], job_id)
        return None if told is None else Progress(*told)
