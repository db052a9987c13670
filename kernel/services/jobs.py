"""Background jobs that survive anything: worked on in the server, taken over when it dies.

A job's handler saves how far it is in the same transaction as the work itself, so a job that is
taken over goes on exactly where the last commit left it. Whoever works on a job holds a lease;
saving checks that the lease is still held, so two processes never both write.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from kernel.clock import Clock, to_milliseconds
from kernel.errors import SmaltError, UnavailableError
from kernel.services.job_rows import Job, JobRows, LeaseLostError
from kernel.services.process_owner import is_gone, owner_name
from kernel.services.trouble import tell
from kernel.storage.database import Database, Transaction

LEASE_SECONDS = 30
BEAT_SECONDS = 8
POLL_SECONDS = 2.0
CONCURRENT = 2
RETRIES = 5

_log = structlog.get_logger("smalt.jobs")


class JobCancelledError(SmaltError):
    """Somebody asked this job to stop."""


class JobHandler(Protocol):
    """Does the jobs of one kind."""

    async def run(self, running: RunningJob) -> None:
        """Work until done, from `running.state` on.

        What `running.save` raises must pass through. A SmaltError ends the job as failed with
        its message.
        """
        ...


@dataclass(slots=True)
class RunningJob:
    """A job in the hands of its handler."""

    job: Job
    rows: JobRows
    owner: str
    clock: Clock
    state: str
    """The state as last committed."""

    async def save(self, tx: Transaction, state: str, rows_done: int, rows_total: int | None) -> None:
        """Save how far the job is, in the transaction of the work. `state` counts once that commits.

        Raises JobCancelledError when somebody asked for a stop, LeaseLostError when another
        process has the job now; both undo the transaction.
        """
        values = {"state": state, "rows_done": rows_done, "rows_total": rows_total}
        if await self.rows.hold(tx, self.job.id, self.owner, lease_end(self.clock), values):
            raise JobCancelledError


class JobRunner:
    """Works on waiting jobs, a few at a time, in the background of this process."""

    def __init__(
        self, database: Database, clock: Clock, handlers: Mapping[str, JobHandler], poll: float = POLL_SECONDS
    ) -> None:
        self._database = database
        self._clock = clock
        self._handlers = handlers
        self._poll = poll
        self._rows = JobRows(database, clock)
        self._owner = owner_name()
        self._awake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._working: dict[int, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Begin to look for jobs."""
        self._loop = asyncio.create_task(self._look_forever(), name="smalt-jobs")

    async def stop(self) -> None:
        """Stop in the middle; what was saved stays, and any process may go on at once."""
        tasks = [t for t in (self._loop, *self._working.values()) if t is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(UnavailableError):
            await self._rows.release(self._owner)

    def wake(self) -> None:
        """Look for jobs now; called after one was queued."""
        self._awake.set()

    async def _look_forever(self) -> None:
        while True:
            self._awake.clear()
            try:
                await self._look()
            except Exception as error:
                tell(_log, "looking for jobs", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._awake.wait()

    async def _look(self) -> None:
        if len(self._working) >= CONCURRENT:
            return
        for job_id, kind, owner, until in await self._rows.waiting():
            free = job_id not in self._working and (
                until < to_milliseconds(self._clock.now()) or is_gone(owner)
            )
            if free and kind in self._handlers and len(self._working) < CONCURRENT:
                job = await self._rows.take(job_id, self._owner, lease_end(self._clock), (owner, until))
                if job is not None:
                    self._begin(job)

    def _begin(self, job: Job) -> None:
        task = asyncio.create_task(self._work(job), name=f"smalt-job-{job.id}")
        self._working[job.id] = task
        task.add_done_callback(lambda _: self._ended(job.id))

    def _ended(self, job_id: int) -> None:
        self._working.pop(job_id, None)
        self._awake.set()

    async def _work(self, job: Job) -> None:
        running = RunningJob(job, self._rows, self._owner, self._clock, job.state)
        beat = asyncio.create_task(self._beat(job.id))
        try:
            await self._finish(running)
        except LeaseLostError:
            _log.warning("job taken over by another process", job=job.id)
        except Exception:
            _log.exception("job could not be ended", job=job.id)
        finally:
            beat.cancel()

    async def _finish(self, running: RunningJob) -> None:
        """Run the handler and write how it ended."""
        job, finish = running.job, self._rows.finish
        try:
            if job.status == "cancelling":
                raise JobCancelledError
            await self._persist(running)
        except JobCancelledError:
            await finish(job.id, self._owner, "cancelled")
        except LeaseLostError:
            raise
        except SmaltError as error:
            await finish(job.id, self._owner, "failed", error.detail)
        except Exception:
            _log.exception("job failed", job=job.id, kind=job.kind)
            await finish(job.id, self._owner, "failed", "This failed unexpectedly; the log says more.")
        else:
            await finish(job.id, self._owner, "done")

    async def _persist(self, running: RunningJob) -> None:
        """Run the handler, again from the last saved state when the database was busy.

        It gives up after so many times in a row without any progress.
        """
        handler, failures = self._handlers[running.job.kind], 0
        while True:
            before = running.state
            try:
                return await handler.run(running)
            except UnavailableError:
                failures = failures + 1 if running.state == before else 1
                if failures == RETRIES:
                    raise
                await asyncio.sleep(failures)

    async def _beat(self, job_id: int) -> None:
        """Prolong the lease while long work saves nothing."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with contextlib.suppress(UnavailableError, LeaseLostError):
                async with self._database.transaction() as tx:
                    await self._rows.hold(tx, job_id, self._owner, lease_end(self._clock))


def lease_end(clock: Clock) -> int:
    return to_milliseconds(clock.now()) + LEASE_SECONDS * 1000
