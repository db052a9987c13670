"""Running code of others in a thread that is given up after a time."""

from __future__ import annotations

import asyncio
import ctypes
import sys
import threading
from collections.abc import Callable
from contextvars import copy_context
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


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


async def run_in_thread(function: Callable[..., T], *arguments: Any, limit: float) -> T:
    """The result of `function(*arguments)`, run in a thread; raises TookTooLongError.

    A thread of its own for each call, since one that hangs can not be given back to a pool;
    a daemon, since it must not keep the process from ending.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()
    context = copy_context()

    def settle(method: Callable[[Any], None], value: object) -> None:
        if not outcome.done():
            method(value)

    def tell(method: Callable[[Any], None], value: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, method, value)

    def work() -> None:
        try:
            result = context.run(function, *arguments)
        except Abandoned:
            return
        except BaseException as error:
            # A future refuses StopIteration; an ending process is nobody else's business.
            tell(outcome.set_exception, error if isinstance(error, Exception) else RuntimeError(repr(error)))
        else:
            tell(outcome.set_result, result)

    thread = threading.Thread(target=work, name="smalt-plugin", daemon=True)
    thread.start()
    try:
        async with asyncio.timeout(limit):
            return await outcome
    except TimeoutError:
        raise abandon(thread) from None


def abandon(thread: threading.Thread) -> TookTooLongError:
    """Note where a thread is and end it at its next step of Python code."""
    identity = thread.ident or 0
    late = TookTooLongError(sys._current_frames().get(identity))
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(identity), ctypes.py_object(Abandoned))
    return late
