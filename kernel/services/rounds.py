"""Work that a process does again and again in the background, whatever becomes of one round."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog

_log = structlog.get_logger("smalt.rounds")


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended: what they wait with may swallow a cancellation."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=0.5)


class Rounds:
    """Begins a round `first` seconds after the start and `every` so many seconds after each round."""

    def __init__(self, name: str, first: float, every: float) -> None:
        self._name = name
        self._first = first
        self._every = every
        self._task: asyncio.Task[None] | None = None

    async def round(self) -> None:
        """One round. What it raises is logged."""
        raise NotImplementedError

    async def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name=f"smalt-{self._name}")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _forever(self) -> None:
        await asyncio.sleep(self._first)
        while True:
            try:
                await self.round()
            except Exception:
                _log.exception("background work failed", work=self._name)
            await asyncio.sleep(self._every)
