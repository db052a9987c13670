"""Background jobs: saved with their work, cancelled, taken over, never done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from kernel.clock import OffsetClock, to_milliseconds
from kernel.errors import InvalidInputError, UnavailableError
from kernel.ids import IdGenerator
from kernel.services.job_rows import Job, JobRows, JobStatus, LeaseLostError
from kernel.services.jobs import CONCURRENT, JobRunner, RunningJob
from kernel.storage.database import Database, Statement

COUNT = (
    "INSERT INTO smalt_state (name, value) VALUES ('counted', 1) "
    "ON CONFLICT (name) DO UPDATE SET value = smalt_state.value + 1"
)


class Counter:
    """Counts to `goal` in the database, one transaction each; `gate` is awaited before each step."""

    def __init__(self, database: Database, goal: int, gate: Callable[[], Awaitable[None]]) -> None:
        self.database, self.goal, self.gate = database, goal, gate

    async def run(self, running: RunningJob) -> None:
        for number in range(int(running.state or 0), self.goal):
            await self.gate()
            async with self.database.transaction() as tx:
                await tx.execute(COUNT)
                await running.save(tx, str(number + 1), number + 1, self.goal)
            running.state = str(number + 1)


async def no_wait() -> None:
    return None


@pytest.fixture
def clock() -> OffsetClock:
    return OffsetClock()


@pytest.fixture
def rows(database: Database, clock: OffsetClock) -> JobRows:
    return JobRows(database, clock)


async def queue(database: Database, clock: OffsetClock, kind: str = "count") -> int:
    job_id = IdGenerator(1, clock).new()
    at = to_milliseconds(clock.now())
    async with database.transaction() as tx:
        await JobRows(database, clock).add(
            tx, Job(job_id, kind, None, None, "queued", "0", 0, None, None, at)
        )
    return job_id


async def counted(database: Database) -> int:
    (found,) = await database.read(Statement("SELECT value FROM smalt_state WHERE name = 'counted'"))
    return int(found[0][0]) if found else 0


async def reached(database: Database, number: int) -> None:
    for _ in range(1500):
        if await counted(database) >= number:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(await counted(database))


async def until(rows: JobRows, job_id: int, *statuses: JobStatus) -> Job:
    for _ in range(1500):
        job = await rows.get(job_id)
        assert job is not None
        if job.status in statuses:
            return job
        await asyncio.sleep(0.02)
    raise AssertionError(job)


async def test_a_job_is_done_and_tells_how_far_it_is(
    database: Database, clock: OffsetClock, rows: JobRows
) -> None:
    runner = JobRunner(database, clock, {"count": Counter(database, 5, no_wait)}, poll=0.05)
    await runner.start()
    job = await until(rows, await queue(database, clock), "done")
    assert (job.state, job.rows_done, job.rows_total, await counted(database)) == ("5", 5, 5, 5)
    assert job.started_at is not None
    assert job.finished_at is not None
    await runner.stop()


async def test_what_a_handler_raises_ends_the_job(
    database: Database, clock: OffsetClock, rows: JobRows
) -> None:
    class Failing:
        def __init__(self, error: Exception) -> None:
            self.error = error

        async def run(self, running: RunningJob) -> None:
            raise self.error

    handlers = {"bad": Failing(InvalidInputError("Line 3 is broken.")), "worse": Failing(KeyError("x"))}
    runner = JobRunner(database, clock, handlers, poll=0.05)
    await runner.start()
    job = await until(rows, await queue(database, clock, "bad"), "failed")
    assert job.error == "Line 3 is broken."
    job = await until(rows, await queue(database, clock, "worse"), "failed")
    assert "log" in str(job.error)
    await runner.stop()


async def test_a_busy_database_is_tried_again(database: Database, clock: OffsetClock, rows: JobRows) -> None:
    attempts: list[str] = []

    class Busy(Counter):
        async def run(self, running: RunningJob) -> None:
            attempts.append(running.state)
            if len(attempts) == 1:
                raise UnavailableError
            await super().run(running)

    runner = JobRunner(database, clock, {"count": Busy(database, 2, no_wait)}, poll=0.05)
    await runner.start()
    await until(rows, await queue(database, clock), "done")
    assert attempts == ["0", "0"]
    await runner.stop()


async def test_a_running_job_is_cancelled_between_two_steps(
    database: Database, clock: OffsetClock, rows: JobRows
) -> None:
    step = asyncio.Semaphore(2)

    async def gate() -> None:
        await step.acquire()

    runner = JobRunner(database, clock, {"count": Counter(database, 100, gate)}, poll=0.05)
    await runner.start()
    job_id = await queue(database, clock)
    await reached(database, 2)
    async with database.transaction() as tx:
        assert await rows.change(tx, job_id, ("running",), status="cancelling")
    step.release()
    job = await until(rows, job_id, "cancelled")
    assert (job.state, await counted(database)) == ("2", 2)
    await runner.stop()


async def test_a_stopped_runner_leaves_its_jobs_to_the_next(
    database: Database, clock: OffsetClock, rows: JobRows
) -> None:
    step = asyncio.Semaphore(3)

    async def gate() -> None:
        await step.acquire()

    first = JobRunner(database, clock, {"count": Counter(database, 6, gate)}, poll=0.05)
    await first.start()
    job_id = await queue(database, clock)
    await reached(database, 3)
    await first.stop()
    second = JobRunner(database, clock, {"count": Counter(database, 6, no_wait)}, poll=0.05)
    await second.start()
    await until(rows, job_id, "done")
    assert await counted(database) == 6
    await second.stop()


async def test_whoever_lost_the_lease_writes_nothing(
    database: Database, clock: OffsetClock, rows: JobRows
) -> None:
    job_id = await queue(database, clock)
    until_then = to_milliseconds(clock.now()) + 1000
    job = await rows.take(job_id, "a:1:1:x", until_then, (None, 0))
    assert job is not None
    assert await rows.take(job_id, "b:1:1:x", until_then, (None, 0)) is None
    assert await rows.take(job_id, "b:1:1:x", until_then + 1, ("a:1:1:x", until_then)) is not None
    loser = RunningJob(job, rows, "a:1:1:x", clock, "0")

    async def step() -> None:
        async with database.transaction() as tx:
            await tx.execute(COUNT)
            await loser.save(tx, "1", 1, None)

    with pytest.raises(LeaseLostError):
        await step()
    assert await counted(database) == 0


async def test_an_expired_lease_is_taken_over_and_a_living_one_is_not(
    database: Database, clock: OffsetClock, rows: JobRows
) -> None:
    job_id = await queue(database, clock)
    await rows.take(job_id, "elsewhere:1:1:x", to_milliseconds(clock.now()) + 60_000, (None, 0))
    runner = JobRunner(database, clock, {"count": Counter(database, 2, no_wait)}, poll=0.05)
    await runner.start()
    await asyncio.sleep(0.3)
    assert await counted(database) == 0
    clock.offset += timedelta(minutes=2)
    await until(rows, job_id, "done")
    assert await counted(database) == 2
    await runner.stop()


async def test_only_a_few_jobs_run_at_once(database: Database, clock: OffsetClock, rows: JobRows) -> None:
    active, most = 0, 0
    as_many_as_may = asyncio.Event()

    async def gate() -> None:
        nonlocal active, most
        active += 1
        most = max(most, active)
        if active == CONCURRENT:
            as_many_as_may.set()
        async with asyncio.timeout(30):
            await as_many_as_may.wait()
        await asyncio.sleep(0.05)  # time enough for another one to begin as well
        active -= 1

    runner = JobRunner(database, clock, {"count": Counter(database, 1, gate)}, poll=0.05)
    ids = []
    for _ in range(5):
        ids.append(await queue(database, clock))
        await asyncio.sleep(0.002)
    await runner.start()
    for job_id in ids:
        await until(rows, job_id, "done")
    assert most == CONCURRENT
    await runner.stop()
