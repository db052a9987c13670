"""Running code of others in a thread that is given up after a time."""

from __future__ import annotations

import asyncio
import ctypes
import sys
import threading
from collections.abc import Callable
from contextvars import copy_context
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

_minded = threading.local()


class Abandoned(BaseException):
    """The caller has stopped waiting: raised inside the thread to end it, so no Exception."""


class TookTooLongError(Exception):
    """A call did not return in time. Keeps where it was then."""

    def __init__(self, frame: FrameType | None) -> None:
        self._frame = frame
        super().__init__("The call did not return in time.")

    def local(self, name: str, type_: type[T]) -> T | None:
        """The innermost local variable of that name and type."""
        frame = self._frame
        while frame is not None:
            value = frame.f_locals.get(name)
            if isinstance(value, type_):
                return value
            frame = frame.f_back
        return None


class Outcome(NamedTuple):
    """What became of a call: a value, or the error that it raised."""

    value: Any = None
    error: BaseException | None = None

    def get(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value


class Job(NamedTuple):
    """A call, and what to do with its outcome in the thread that ran it."""

    call: Callable[[], Any]
    tell: Callable[[Outcome], object]


def in_minded_thread() -> bool:
    """Whether somebody already waits for this thread with a time limit."""
    return getattr(_minded, "active", False)


class MindedThread:
    """A thread that runs one call after the other.

    A daemon, since a call that hangs must not keep the process from ending. `active` is what
    `in_minded_thread` says in it.
    """

    def __init__(self, active: bool = True) -> None:
        self._active = active
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="smalt-plugin", daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[], Any], tell: Callable[[Outcome], object]) -> None:
        self._jobs.put(Job(call, tell))

    def abandon(self) -> TookTooLongError:
        """Note where the thread is and end it at its next step of Python code."""
        identity = self._thread.ident or 0
        late = TookTooLongError(sys._current_frames().get(identity))
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(identity), ctypes.py_object(Abandoned))
        self._jobs.put(None)
        return late

    def _work(self) -> None:
        _minded.active = self._active
        try:
            while (job := self._jobs.get()) is not None:
                job.tell(_outcome(job.call))
                del job
        except Abandoned:
            return


def _outcome(call: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(call())
    except Abandoned:
        raise
    except BaseException as error:
        return Outcome(error=error)


class TimeLimit:
    """Runs calls in threads that it keeps; the ones that do not come back are replaced.

    With `nested`, what the calls call is held to its own limits too.
    """

    def __init__(self, nested: bool = False) -> None:
        self._nested = nested
        self._idle: list[MindedThread] = []

    def run(self, function: Callable[..., T], *arguments: Any, limit: float) -> T:
        """The result of a call, waited for where we are; raises TookTooLongError."""
        thread = self._take()
        answers: SimpleQueue[Outcome] = SimpleQueue()
        thread.submit(_bound(function, arguments), answers.put)
        try:
            outcome = answers.get(timeout=limit)
        except Empty:
            raise thread.abandon() from None
        self._idle.append(thread)
        return outcome.get()  # type: ignore[no-any-return]

    async def run_beside(self, function: Callable[..., T], *arguments: Any, limit: float) -> T:
        """The same beside the event loop."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Outcome] = loop.create_future()

        def settle(outcome: Outcome) -> None:
            if not answer.done():
                answer.set_result(outcome)

        def tell(outcome: Outcome) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, outcome)

        thread = self._take()
        thread.submit(_bound(function, arguments), tell)
        try:
            async with asyncio.timeout(limit):
                outcome = await answer
        except TimeoutError:
            raise thread.abandon() from None
        except asyncio.CancelledError:
            thread.abandon()
            raise
        self._idle.append(thread)
        return outcome.get()  # type: ignore[no-any-return]

    def _take(self) -> MindedThread:
        try:
            return self._idle.pop()
        except IndexError:
            return MindedThread(active=not self._nested)


def _bound(function: Callable[..., T], arguments: tuple[Any, ...]) -> Callable[[], T]:
    """The call with the context variables of its caller."""
    context = copy_context()
    return lambda: context.run(function, *arguments)
