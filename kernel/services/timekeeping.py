"""What is to happen at a time: looked for every few seconds, done exactly once by whoever finds it first.

Each piece of work claims what is due in the transaction that does it, so any number of processes
may look at once, and what came due while no server ran is done when one starts.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final, Protocol

import structlog

EVERY_SECONDS: Final = 3.0

_log = structlog.get_logger("smalt.time")


class Timed(Protocol):
    """One kind of work that comes due."""

    async def do_due(self) -> None:
        """Do all that is due now."""
        ...


class Timekeeper:
    """Looks for work that is due, in the background of this process."""

    def __init__(self, every: float = EVERY_SECONDS) -> None:
        self._works: list[Timed] = []
        self._every = every
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, *works: Timed) -> None:
        """Look after these kinds of work too."""
        self._works.extend(works)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name="smalt-time")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def soon(self) -> None:
        """A hint that something may be due now."""
        self._awake.set()

    async def look(self) -> None:
        """Do what is due now. What fails is logged, and tried again with the next look."""
        for work in self._works:
            try:
                await work.do_due()
            except Exception:
                _log.exception("work that was due failed", work=type(work).__name__)

    async def _forever(self) -> None:
        while True:
            self._awake.clear()
            await self.look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._awake.wait()
