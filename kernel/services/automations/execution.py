"""Carries a run out, action by action.

What happens inside Smalt happens in one transaction with the note that it did. What happens
outside is noted as begun, done, and noted as done; when a process dies in between, whoever takes
the run over does it again under the same key, and the run tells of the repetition.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import structlog

from kernel.clock import Clock, to_milliseconds
from kernel.effects import Effect, GoOn, Wait
from kernel.errors import ContentionError, ForbiddenError, NotFoundError, SmaltError, UnavailableError
from kernel.services.automations.attachments import attached
from kernel.services.automations.model import Run, Step
from kernel.services.automations.performing import Performing
from kernel.services.automations.planning import Planner
from kernel.services.automations.rights import acting_for
from kernel.services.automations.rows import AutomationRows
from kernel.services.automations.run_rows import RunRows
from kernel.services.automations.stage import Stage
from kernel.services.files.model import FileInfo
from kernel.storage.database import Database, Transaction
from kernel.storage.schema_cache import SchemaCache

DELAYS: Final = (5, 30, 120, 600, 3600, 6 * 3600)
"""Seconds until the next attempt at what may pass; as many attempts, and one more."""

MOST_STEPS: Final = 200
NOTE_ATTEMPTS: Final = 10
_UNEXPECTED: Final = "This failed unexpectedly; the server's log says more."
_log = structlog.get_logger("smalt.automations")


@dataclass(frozen=True)
class Outgoing:
    """An effect outside that is to be brought about now, for one step; others come with its note."""

    step: Step
    effect: Effect
    key: str
    others: tuple[Effect, ...]
    secret: str
    files: tuple[FileInfo, ...]


class Executor:
    """Carries out runs that `owner` has taken."""

    def __init__(
        self,
        database: Database,
        schema: SchemaCache,
        clock: Clock,
        rows: AutomationRows,
        runs: RunRows,
        planner: Planner,
        performing: Performing,
    ) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock
        self._rows = rows
        self._runs = runs
        self._planner = planner
        self._performing = performing

    async def carry_out(self, run: Run, owner: str) -> None:
        """Go on with a run until it ends, rests, or turns out to be somebody else's."""
        outgoing = await self._advance(run, owner)
        while outgoing is not None:
            result = await self._send(outgoing)
            if not await self._note(run, owner, outgoing, result):
                return
            outgoing = await self._advance(run, owner)

    async def _send(self, outgoing: Outgoing) -> Any:
        """What it gave, or the error that it ended with."""
        try:
            return await self._performing.outside(
                outgoing.effect, outgoing.key, outgoing.secret, outgoing.files
            )
        except SmaltError as error:
            return error
        except Exception as error:
            _log.exception("an effect of an automation failed", effect=type(outgoing.effect).__name__)
            return SmaltError(f"{_UNEXPECTED} ({type(error).__name__})")

    async def _advance(self, run: Run, owner: str) -> Outgoing | None:
        """In one transaction all actions up to the next that sends; None when there is nothing to send."""
        await self._schema.current()
        async with self._database.transaction() as tx:
            stage = await self._stage(tx, run, owner)
            return None if stage is None else await self._do_steps(stage, run)

    async def _note(self, run: Run, owner: str, sent: Outgoing, result: Any) -> bool:
        """Write down what came of an effect outside, whatever hinders it; whether the run goes on."""
        for attempt in range(1, NOTE_ATTEMPTS):
            try:
                return await self._note_once(run, owner, sent, result)
            except UnavailableError:
                await asyncio.sleep(attempt * 0.2)
        return await self._note_once(run, owner, sent, result)

    async def _note_once(self, run: Run, owner: str, sent: Outgoing, result: Any) -> bool:
        step = sent.step
        async with self._database.transaction() as tx:
            stage = await self._stage(tx, run, owner)
            if stage is None:
                return False
            if isinstance(result, SmaltError):
                await self._failed(stage, run, step, result)
                return False
            others = [await self._performing.inside(stage, effect) for effect in sent.others]
            step.status, step.error = "done", None
            step.result = _told(step.result, [result, *others])
            await self._runs.save(tx, run, version=run.version)
            return True

    async def _stage(self, tx: Transaction, run: Run, owner: str) -> Stage | None:
        """Where the run acts; None where it is not this owner's any more, or has ended."""
        if not await self._runs.owned(tx, run.id, owner):
            return None
        schema = await self._schema.in_transaction(tx)
        automation = next((a for a in await self._rows.all(tx) if a.id == run.automation_id), None)
        if automation is None:
            await self._end(tx, run, "skipped", "The automation was deleted.")
            return None
        if run.steps is None:
            run.steps = [Step(spec.type, spec.config) for spec in automation.definition.actions]
            run.version = automation.version
        try:
            actor = await acting_for(tx, automation.owner_id, run.id, automation.id)
        except ForbiddenError:
            await self._end(tx, run, "failed", "Whoever owns the automation is not active any more.")
            return None
        project = schema.projects[run.project_id]
        return Stage(tx, schema, project, automation, actor, run.record_id, self._clock.now())

    async def _do_steps(self, stage: Stage, run: Run) -> Outgoing | None:
        assert run.steps is not None  # filled by _stage
        for place in range(MOST_STEPS):
            if place >= len(run.steps):
                await self._end(stage.tx, run, "done", None)
                return None
            if run.steps[place].status == "done":
                continue
            outcome = await self._do_step(stage, run, place)
            if isinstance(outcome, Outgoing):
                return outcome
            if not outcome:
                return None
        await self._end(stage.tx, run, "failed", f"It has more than {MOST_STEPS} actions.")
        return None

    async def _do_step(self, stage: Stage, run: Run, place: int) -> Outgoing | bool:
        """One action, undone as a whole when it fails; what is to be sent, or whether the run goes on."""
        assert run.steps is not None
        before, step = list(run.steps), run.steps[place]
        again, step.attempts = step.status == "sending", step.attempts + 1
        try:
            async with stage.tx.savepoint():
                key = f"run_{run.id}_{place}"
                effects = await self._planner.plan(stage, step, key, run.payload)
                outside = next((effect for effect in effects if effect.outside), None)
                others = tuple(effect for effect in effects if not effect.outside)
                if outside is None:
                    return await self._inside(stage, run, place, others)
                files = await attached(stage, outside)
                _note_repetition(step, again)
                step.status = "sending"
                await self._runs.save(stage.tx, run, version=run.version)
                return Outgoing(step, outside, key, others, stage.automation.secret, files)
        except ContentionError:
            raise
        except SmaltError as error:
            run.steps = before
            await self._failed(stage, run, step, error)
        except Exception as error:
            _log.exception("an action of an automation failed", run=run.id, action=step.type)
            run.steps = before
            await self._failed(stage, run, step, SmaltError(f"{_UNEXPECTED} ({type(error).__name__})"))
        return False

    async def _inside(self, stage: Stage, run: Run, place: int, effects: tuple[Effect, ...]) -> bool:
        """Effects inside Smalt, and the note that they happened; whether the run goes on at once."""
        assert run.steps is not None
        step, results, until = run.steps[place], list[Any](), None
        for effect in effects:
            if isinstance(effect, GoOn):
                nested = [Step(spec.type, spec.config) for spec in effect.actions]
                run.steps[place + 1 : place + 1] = nested
                results.append({"actions": len(nested)})
            elif isinstance(effect, Wait):
                until = effect.until
                results.append({"until": until.isoformat()})
            else:
                results.append(await self._performing.inside(stage, effect))
        step.status, step.error, step.result = "done", None, _told(step.result, results)
        if until is not None:
            await self._rest(stage.tx, run, to_milliseconds(until))
            return False
        return True

    async def _failed(self, stage: Stage, run: Run, step: Step, error: SmaltError) -> None:
        """An attempt that failed: another one later for what may pass, else the end of the run."""
        assert run.steps is not None
        step.error = error.faults[0].detail if error.faults else error.detail
        if isinstance(error, UnavailableError) and step.attempts <= len(DELAYS):
            step.status = "retrying"
            delay = DELAYS[step.attempts - 1] * 1000
            await self._rest(stage.tx, run, to_milliseconds(stage.now) + delay)
            return
        gone = isinstance(error, NotFoundError) and step.attempts == 1 and step is run.steps[0]
        step.status = "failed"
        for other in run.steps:
            if other.status == "waiting":
                other.status = "skipped"
        number = run.steps.index(step) + 1
        reason = step.error if gone else f"Action {number} ({step.type}): {step.error}"
        await self._end(stage.tx, run, "failed", reason)

    async def _rest(self, tx: Transaction, run: Run, due_at: int) -> None:
        """Give the run back until a moment."""
        await self._runs.save(
            tx, run, status="queued", due_at=due_at, lease_owner=None, lease_until=0, version=run.version
        )

    async def _end(self, tx: Transaction, run: Run, status: str, reason: str | None) -> None:
        await self._runs.save(
            tx, run, status=status, reason=reason, lease_owner=None, lease_until=0,
            finished_at=self._runs.now(), version=run.version,
        )  # fmt: skip


def _note_repetition(step: Step, again: bool) -> None:
    """A process died between sending and noting: it may be sent twice, and the run says so."""
    if again:
        before = step.result if isinstance(step.result, dict) else {}
        step.result = {"repeated": before.get("repeated", 0) + 1}


def _told(before: Any, results: list[Any]) -> Any:
    """The results of an action's effects, with what was noted of its attempts."""
    found = [result for result in results if result is not None]
    told = found[0] if len(found) == 1 else found or None
    repeated = before.get("repeated") if isinstance(before, dict) else None
    if repeated and (told is None or isinstance(told, dict)):
        return {**(told or {}), "repeated": repeated}
    return told
