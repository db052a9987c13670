"""Works on runs in the background of this process.

Each automation with work has a hand of its own for a while, which takes a few of its runs at a
time; so one whose receiver does not answer, or that has thousands of runs, keeps nobody waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import Final

import structlog

from kernel.clock import Clock
from kernel.errors import UnavailableError
from kernel.services.automations.execution import Executor
from kernel.services.automations.model import Run
from kernel.services.automations.run_rows import RunRows
from kernel.services.jobs import BEAT_SECONDS, lease_end
from kernel.services.process_owner import is_gone, owner_name
from kernel.services.rounds import end
from kernel.services.trouble import tell
from kernel.storage.database import Database

HANDS: Final = 128
HANDS_OF_PROJECT: Final = 64
"""Most of them may wait for receivers that do not answer; each has a socket or two."""

TAKEN: Final = 20
AT_ONCE: Final = 2
"""Runs that a hand takes at a time, and for which it sends at the same time."""

POLL_SECONDS: Final = 1.0
_log = structlog.get_logger("smalt.automations")


class Workers:
    """Takes what waits and carries it out."""

    def __init__(self, database: Database, clock: Clock, runs: RunRows, executor: Executor) -> None:
        self._database = database
        self._clock = clock
        self._runs = runs
        self._executor = executor
        self._owner = owner_name()
        self._awake = asyncio.Event()
        self._hands: dict[int, asyncio.Task[None]] = {}
        self._projects: Counter[int] = Counter()
        self._loops: list[asyncio.Task[None]] = []
        self._last = 0

    async def start(self) -> None:
        self._loops = [
            asyncio.create_task(self._look_forever(), name="smalt-runs"),
            asyncio.create_task(self._beat_forever(), name="smalt-run-leases"),
        ]

    async def stop(self) -> None:
        """Stop in the middle: what was noted stays, and any process may go on at once."""
        await end([*self._loops, *self._hands.values()])
        with contextlib.suppress(UnavailableError):
            async with self._database.transaction() as tx:
                await self._runs.free(tx, self._owner)

    def wake(self) -> None:
        """There may be something to do."""
        self._awake.set()

    async def _look_forever(self) -> None:
        while True:
            self._awake.clear()
            try:
                await self._look()
            except Exception as error:
                tell(_log, "looking for runs", error)
            pause = await self._pause()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._awake.wait()

    async def _pause(self) -> float:
        """Until the next look: shorter when something falls due before."""
        with contextlib.suppress(UnavailableError):
            due_at = await self._runs.next_due()
            if due_at is not None and due_at > self._runs.now():
                return min(POLL_SECONDS, max(0.02, (due_at - self._runs.now()) / 1000))
        return POLL_SECONDS

    async def _look(self) -> None:
        """Give each automation that waits a hand, beginning after the one that had the last."""
        waiting = [(p, a) for a, p in await self._runs.waiting() if a not in self._hands]
        later = [one for one in waiting if one[1] > self._last]
        for project_id, automation_id in [*later, *(one for one in waiting if one[1] <= self._last)]:
            if len(self._hands) >= HANDS:
                return
            if self._projects[project_id] < HANDS_OF_PROJECT:
                self._last = automation_id
                self._begin(project_id, automation_id)

    def _begin(self, project_id: int, automation_id: int) -> None:
        task = asyncio.create_task(self._work(automation_id), name=f"smalt-automation-{automation_id}")
        self._hands[automation_id] = task
        self._projects[project_id] += 1
        task.add_done_callback(lambda _: self._ended(project_id, automation_id))

    def _ended(self, project_id: int, automation_id: int) -> None:
        self._hands.pop(automation_id, None)
        self._projects[project_id] -= 1
        self._awake.set()

    async def _work(self, automation_id: int) -> None:
        """Take a few runs of an automation and carry them out."""
        try:
            async with self._executor.turn() as tx:
                until = lease_end(self._clock)
                taken = await self._runs.take(tx, automation_id, self._owner, until, TAKEN)
        except Exception as error:
            tell(_log, "taking runs", error, automation=automation_id)
            await asyncio.sleep(POLL_SECONDS)
            return
        waiting = list(reversed(await self._together(taken)))
        await asyncio.gather(*(self._carry_out_all(waiting) for _ in range(AT_ONCE)))

    async def _together(self, taken: list[Run]) -> list[Run]:
        """Do at once what may be; the runs that go on one by one."""
        try:
            return await self._executor.carry_out_together(taken, self._owner)
        except Exception as error:
            tell(_log, "carrying out runs together", error, automation=taken[0].automation_id)
            return taken

    async def _carry_out_all(self, waiting: list[Run]) -> None:
        while waiting:
            run = waiting.pop()
            try:
                await self._executor.carry_out(run, self._owner)
            except Exception as error:
                tell(_log, "carrying out a run", error, run=run.id)
                await self._give_back(run)

    async def _give_back(self, run: Run) -> None:
        """Let a run that could not be noted begin anew from what was noted, a little later."""
        await asyncio.sleep(0.5)
        with contextlib.suppress(UnavailableError):
            async with self._database.transaction() as tx:
                await self._runs.free_one(tx, run.id, self._owner)

    async def _beat_forever(self) -> None:
        """Prolong the leases, and free the runs of processes that are gone."""
        for beats in range(10**12):
            try:
                if beats % int(BEAT_SECONDS) == 0 and self._hands:
                    async with self._database.transaction() as tx:
                        await self._runs.beat(tx, self._owner, lease_end(self._clock))
                await self._free_lost()
            except Exception as error:
                tell(_log, "prolonging leases of runs", error)
            await asyncio.sleep(1)

    async def _free_lost(self) -> None:
        now = self._runs.now()
        for owner, until in await self._runs.leased():
            gone = is_gone(owner)
            if owner != self._owner and (gone or until < now):
                async with self._database.transaction() as tx:
                    await self._runs.free(tx, owner, None if gone else now)
                self.wake()
