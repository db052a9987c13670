"""Carries runs out, action by action.

What happens inside Smalt happens in one transaction with the note that it did, for many runs of an
automation at once where they do the same. What happens outside is noted as begun, done, and noted
as done, for each run alone; when a process dies in between, whoever takes the run over does it
again under the same key, and the run tells of the repetition.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import replace
from time import monotonic
from typing import Any, Final

import structlog

from kernel.clock import Clock
from kernel.errors import ForbiddenError, SmaltError, UnavailableError
from kernel.services.automations.model import Run, Step
from kernel.services.automations.performing import Performing
from kernel.services.automations.rights import acting_for
from kernel.services.automations.rows import AutomationRows
from kernel.services.automations.run_rows import RunRows
from kernel.services.automations.stage import Stage
from kernel.services.automations.steps import UNEXPECTED, Outgoing, Sends, Steps
from kernel.storage.database import Database, Transaction
from kernel.storage.schema_cache import SchemaCache
from kernel.values import ID

NOTE_ATTEMPTS: Final = 10
TURNS: Final = 3
"""Transactions at the same time. More would not do more in one process, but keep each other's rows longer,
and take connections from whoever asks the server."""

TOGETHER_SECONDS: Final = 0.5
"""After which a transaction takes no further run; others may wait for its rows."""

_log = structlog.get_logger("smalt.automations")


class Executor:
    """Carries out runs that `owner` has taken."""

    def __init__(
        self,
        database: Database,
        schema: SchemaCache,
        clock: Clock,
        rows: AutomationRows,
        runs: RunRows,
        steps: Steps,
        performing: Performing,
    ) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock
        self._rows = rows
        self._runs = runs
        self._steps = steps
        self._performing = performing
        self._turns = asyncio.Semaphore(TURNS)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Transaction]:
        """A transaction, when it is this one's turn; whoever waits for an answer from outside has none."""
        async with self._turns, self._database.transaction() as tx:
            yield tx

    async def carry_out(self, run: Run, owner: str) -> None:
        """Go on with a run until it ends, rests, or turns out to be somebody else's."""
        outgoing = await self._advance(run, owner)
        while outgoing is not None:
            result = await self._send(outgoing)
            if not await self._note(run, owner, outgoing, result):
                return
            outgoing = await self._advance(run, owner)

    async def carry_out_together(self, runs: Sequence[Run], owner: str) -> list[Run]:
        """Do what runs of one automation do inside Smalt, many in a transaction; those that are left.

        What is left goes on one by one: it sends something next, or something was in the way.
        """
        left, waiting = list[Run](), list(runs)
        while len(waiting) > 1:
            try:
                waiting, found = await self._advance_together(waiting, owner)
            except UnavailableError as error:
                _log.info("runs go on one by one", automation=runs[0].automation_id, reason=str(error))
                break
            left += found
        return left + waiting

    async def _advance_together(self, waiting: Sequence[Run], owner: str) -> tuple[list[Run], list[Run]]:
        """In one transaction what runs do inside; those whose turn did not come, and those to go on alone."""
        await self._schema.current()
        left, until = list[Run](), 0.0
        async with self.turn() as tx:
            owned = await self._runs.owned(tx, [run.id for run in waiting], owner)
            ground = await self._ground(tx, waiting[0])
            if not isinstance(ground, Stage):
                return [], list(waiting)
            await self._hold_records(ground, waiting)
            for number, known in enumerate(waiting, 1):
                if known.id not in owned:
                    continue
                # a copy: what is undone together begins again from what was known
                run = replace(known, steps=deepcopy(known.steps))
                outcome = await self._steps.do(self._at(ground, run), run, sending=False)
                if isinstance(outcome, Sends):
                    if not outcome.moved and known.steps is None:
                        return [], left + list(waiting[number - 1 :])
                    await self._runs.save(tx, run, version=run.version)
                    left.append(run)
                until = until or monotonic() + TOGETHER_SECONDS
                if monotonic() > until:
                    break
        return list(waiting[number:]), left

    async def _hold_records(self, ground: Stage, runs: Sequence[Run]) -> None:
        """Lock the records of runs first and by id, so that nobody who wants several waits in a circle."""
        ids = sorted({run.record_id for run in runs if run.record_id is not None})
        if ids and ground.tx.dialect.statements.lock:
            marks = ", ".join(ground.tx.dialect.placeholder(n, ID) for n in range(1, len(ids) + 1))
            sql = f"SELECT id FROM {ground.project.table} WHERE id IN ({marks}) ORDER BY id"
            await ground.tx.fetch(sql + ground.tx.dialect.statements.lock, ids)

    async def _send(self, outgoing: Outgoing) -> Any:
        """What it gave, or the error that it ended with."""
        try:
            return await self._performing.outside(
                outgoing.effect, outgoing.key, outgoing.secret, outgoing.attachments
            )
        except SmaltError as error:
            return error
        except Exception as error:
            _log.exception("an effect of an automation failed", effect=type(outgoing.effect).__name__)
            return SmaltError(f"{UNEXPECTED} ({type(error).__name__})")

    async def _advance(self, run: Run, owner: str) -> Outgoing | None:
        """In one transaction all actions up to the next that sends; None when there is nothing to send."""
        await self._schema.current()
        async with self.turn() as tx:
            stage = await self._stage(tx, run, owner)
            outcome = None if stage is None else await self._steps.do(stage, run)
        return outcome if isinstance(outcome, Outgoing) else None

    async def _note(self, run: Run, owner: str, sent: Outgoing, result: Any) -> bool:
        """Write down what came of an effect outside, whatever hinders it; whether the run goes on."""
        for attempt in range(1, NOTE_ATTEMPTS):
            try:
                return await self._note_once(run, owner, sent, result)
            except UnavailableError:
                await asyncio.sleep(attempt * 0.2)
        return await self._note_once(run, owner, sent, result)

    async def _note_once(self, run: Run, owner: str, sent: Outgoing, result: Any) -> bool:
        async with self.turn() as tx:
            stage = await self._stage(tx, run, owner)
            if stage is None:
                return False
            if isinstance(result, SmaltError):
                await self._steps.failed(stage, run, sent.step, result)
                return False
            return await self._steps.sent(stage, run, sent, result)

    async def _stage(self, tx: Transaction, run: Run, owner: str) -> Stage | None:
        """Where the run acts; None where it is not this owner's any more, or has ended."""
        if not await self._runs.owned(tx, [run.id], owner):
            return None
        ground = await self._ground(tx, run)
        if isinstance(ground, Stage):
            return self._at(ground, run)
        await self._steps.end(tx, run, *ground)
        return None

    async def _ground(self, tx: Transaction, run: Run) -> Stage | tuple[str, str]:
        """What all runs of the automation share in a transaction; how they end, and why, where it is gone."""
        schema = await self._schema.in_transaction(tx)
        automation = next((a for a in await self._rows.all(tx) if a.id == run.automation_id), None)
        if automation is None:
            return "skipped", "The automation was deleted."
        try:
            actor = await acting_for(tx, automation.owner_id, None, automation.id)
        except ForbiddenError:
            return "failed", "Whoever owns the automation is not active any more."
        project = schema.projects[run.project_id]
        return Stage(tx, schema, project, automation, actor, None, self._clock.now())

    def _at(self, ground: Stage, run: Run) -> Stage:
        """Where one run acts, with the steps that it has."""
        if run.steps is None:
            automation = ground.automation
            run.steps = [Step(spec.type, spec.config) for spec in automation.definition.actions]
            run.version = automation.version
        return replace(ground, actor=replace(ground.actor, cause=run.id), record_id=run.record_id)
