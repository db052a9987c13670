"""Threads that each keep one SQLite connection open and take jobs from a shared queue."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from kernel.errors import StoppedError, UnavailableError
from kernel.storage.patience import settle

T = TypeVar("T")
Opener = Callable[[], sqlite3.Connection]
Work = Callable[[sqlite3.Connection], T]

_TICK = 0.1
"""Seconds between two looks at jobs that may have run too long."""


class Job:
    """One piece of work on its way through a thread. `seconds` limits it, None does not."""

    __slots__ = ("deadline", "future", "late", "loop", "seconds", "stopped", "work")

    def __init__(self, work: Work[Any], seconds: float | None, loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.seconds = seconds
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.deadline: float | None = None
        self.late = False
        self.stopped = False

    def deliver(self, result: Any, error: BaseException | None) -> None:
        """Hand the outcome to the event loop; nobody is there to care when that is closed."""
        try:
            self.loop.call_soon_threadsafe(self._settle, result, error)
        except RuntimeError:
            self.stopped = True

    def _settle(self, result: Any, error: BaseException | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)


class Worker:
    """One thread with one connection."""

    def __init__(self, open_connection: Opener, queue: SimpleQueue[Job | None]) -> None:
        self._open = open_connection
        self._queue = queue
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._connection: sqlite3.Connection | None = None

    def start(self, name: str, opened: Job) -> threading.Thread:
        """Start the thread; `opened` settles when its connection is open, or could not be."""
        thread = threading.Thread(target=self._run, args=(opened,), name=name, daemon=True)
        thread.start()
        return thread

    def interrupt_if_due(self, now: float) -> bool:
        """Break off the statement of a job that is late or unwanted; whether a job runs at all."""
        with self._lock:
            job = self._job
            if job is None or self._connection is None:
                return False
            job.late = job.late or (job.deadline is not None and now >= job.deadline)
            if job.late or job.stopped:
                self._connection.interrupt()
            return True

    def _run(self, opened: Job) -> None:
        try:
            connection = self._connection = self._open()
        except BaseException as error:
            opened.deliver(None, error)
            return
        opened.deliver(None, None)
        try:
            while self._do_next(connection):
                pass
        finally:
            with self._lock:
                self._connection = None
            connection.close()

    def _do_next(self, connection: sqlite3.Connection) -> bool:
        """Take a job and do it; nothing of it is kept while waiting for the next."""
        job = self._queue.get()
        if job is not None:
            self._do(job, connection)
        return job is not None

    def _do(self, job: Job, connection: sqlite3.Connection) -> None:
        if job.stopped:
            return job.deliver(None, asyncio.CancelledError())
        if job.seconds is not None:
            job.deadline = time.monotonic() + job.seconds
        with self._lock:
            self._job = job
        result, error = None, None
        try:
            result = job.work(connection)
        except BaseException as fault:
            error = fault
        with self._lock:
            self._job = None
        job.deliver(result, late_error(job) if error is not None and job.late else error)


def late_error(job: Job) -> StoppedError:
    """What a job that took too long is answered with."""
    return StoppedError(f"This took longer than {job.seconds:g} s and was stopped. Ask for less at once.")


class Workers:
    """A number of threads behind one queue, with a watch over how long their jobs take."""

    def __init__(self, open_connection: Opener, count: int, name: str) -> None:
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._workers = [Worker(open_connection, self._queue) for _ in range(count)]
        self._name = name
        self._threads: list[threading.Thread] = []
        self._open = False
        self._watch: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Open all connections. Raises what opening raised."""
        loop = asyncio.get_running_loop()
        for worker in self._workers:
            opened = Job(lambda connection: None, None, loop)
            self._threads.append(worker.start(self._name, opened))
            await opened.future
        self._open = True

    async def stop(self) -> None:
        """Let the jobs in the queue end, close the connections."""
        self._open = False
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        self._threads.clear()
        while not self._queue.empty():  # a thread that could not open its connection took no word
            self._queue.get_nowait()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def run(self, work: Work[T], seconds: float | None) -> T:
        """Do work on any connection. Whoever stops waiting also stops the work."""
        job = self._submit(work, seconds)
        try:
            result: T = await job.future
        except asyncio.CancelledError:
            self._abandon(job)
            raise
        return result

    async def run_through(self, work: Work[T], seconds: float | None = None, stoppable: bool = True) -> T:
        """Do work and wait for its end also when cancelled, so that nothing goes on unseen.

        A cancellation breaks off work that is `stoppable`.
        """
        job = self._submit(work, seconds)
        result: T = await settle(job.future, (lambda: self._abandon(job)) if stoppable else None)
        return result

    def _submit(self, work: Work[Any], seconds: float | None) -> Job:
        if not self._open:
            raise UnavailableError("The database is closed.")
        loop = asyncio.get_running_loop()
        job = Job(work, seconds, loop)
        self._queue.put(job)
        if self._watch is None:
            self._watch = loop.call_later(_TICK, self._tick, loop)
        return job

    def _abandon(self, job: Job) -> None:
        job.stopped = True
        self._interrupt()

    def _interrupt(self) -> bool:
        now = time.monotonic()
        running = [worker.interrupt_if_due(now) for worker in self._workers]
        return any(running)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look again as long as something runs or waits."""
        busy = self._interrupt() or not self._queue.empty()
        self._watch = loop.call_later(_TICK, self._tick, loop) if busy and self._threads else None
