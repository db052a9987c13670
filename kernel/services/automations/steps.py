"""Goes through the actions of a run, inside a transaction, up to the next that sends something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import structlog

from kernel.clock import to_milliseconds
from kernel.effects import Effect, GoOn, Wait
from kernel.errors import BusyError, NotFoundError, SmaltError, UnavailableError
from kernel.services.automations.attachments import Attachments, attached
from kernel.services.automations.model import Run, Step
from kernel.services.automations.performing import Performing
from kernel.services.automations.planning import Planner
from kernel.services.automations.run_rows import RunRows
from kernel.services.automations.stage import Stage
from kernel.storage.database import Transaction

DELAYS: Final = (5, 30, 120, 600, 3600, 6 * 3600)
"""Seconds until the next attempt at what may pass; as many attempts, and one more."""

MOST_STEPS: Final = 200
UNEXPECTED: Final = "This failed unexpectedly; the server's log says more."
_log = structlog.get_logger("smalt.automations")


@dataclass(frozen=True)
class Outgoing:
    """An effect outside that is to be brought about now, for one step; others come with its note."""

    step: Step
    effect: Effect
    key: str
    others: tuple[Effect, ...]
    secret: str
    attachments: Attachments


@dataclass(frozen=True)
class Sends:
    """The next action sends something; `moved` is whether others were done before it just now."""

    moved: bool


class Steps:
    """Does the actions of runs and writes down what came of them."""

    def __init__(self, runs: RunRows, planner: Planner, performing: Performing) -> None:
        self._runs = runs
        self._planner = planner
        self._performing = performing

    async def do(self, stage: Stage, run: Run, sending: bool = True) -> Outgoing | Sends | None:
        """All actions up to the next that sends, and with `sending` the note that this begins.

        None when the run has ended or rests.
        """
        assert run.steps is not None  # whoever makes the stage fills them
        moved = False
        for place in range(MOST_STEPS):
            if place >= len(run.steps):
                await self.end(stage.tx, run, "done", None)
                return None
            if run.steps[place].status == "done":
                continue
            outcome = await self._do_one(stage, run, place, sending)
            if isinstance(outcome, Outgoing):
                return outcome
            if outcome is None:
                return Sends(moved)
            if not outcome:
                return None
            moved = True
        await self.end(stage.tx, run, "failed", f"It has more than {MOST_STEPS} actions.")
        return None

    async def _do_one(self, stage: Stage, run: Run, place: int, sending: bool) -> Outgoing | bool | None:
        """One action, undone as a whole when it fails.

        Gives what is to be sent (None where it is not to be sent now), or whether the run goes on.
        """
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
                if not sending:
                    step.attempts -= 1
                    return None
                luggage = await attached(stage, outside)
                _note_repetition(step, again)
                step.status = "sending"
                await self._runs.save(stage.tx, run, version=run.version)
                return Outgoing(step, outside, key, others, stage.automation.secret, luggage)
        except BusyError:
            raise
        except SmaltError as error:
            fault = error
        except Exception as error:
            _log.exception("an action of an automation failed", run=run.id, action=step.type)
            fault = SmaltError(f"{UNEXPECTED} ({type(error).__name__})")
        stage.loads.forget()
        run.steps = before
        await self.failed(stage, run, step, fault)
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
        _done(step, results)
        if until is not None:
            await self._rest(stage.tx, run, to_milliseconds(until))
            return False
        return True

    async def sent(self, stage: Stage, run: Run, outgoing: Outgoing, result: Any) -> bool:
        """Note that an effect outside has happened, and bring about those that come with the note.

        Whether the run goes on. What cannot be brought about ends it: nothing is sent a second time.
        """
        try:
            async with stage.tx.savepoint():
                others = [await self._performing.inside(stage, effect) for effect in outgoing.others]
        except UnavailableError:
            raise
        except SmaltError as error:
            await self.failed(stage, run, outgoing.step, error)
            return False
        _done(outgoing.step, [result, *others])
        await self._runs.save(stage.tx, run, version=run.version)
        return True

    async def failed(self, stage: Stage, run: Run, step: Step, error: SmaltError) -> None:
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
        await self.end(stage.tx, run, "failed", reason)

    async def _rest(self, tx: Transaction, run: Run, due_at: int) -> None:
        """Give the run back until a moment."""
        await self._runs.save(
            tx, run, status="queued", due_at=due_at, lease_owner=None, lease_until=0, version=run.version
        )

    async def end(self, tx: Transaction, run: Run, status: str, reason: str | None) -> None:
        """Write down that the run has ended, and why."""
        await self._runs.save(
            tx, run, status=status, reason=reason, lease_owner=None, lease_until=0,
            finished_at=self._runs.now(), version=run.version,
        )  # fmt: skip


def _note_repetition(step: Step, again: bool) -> None:
    """A process died between sending and noting: it may be sent twice, and the run says so."""
    if again:
        before = step.result if isinstance(step.result, dict) else {}
        step.result = {"repeated": before.get("repeated", 0) + 1}


def _done(step: Step, results: list[Any]) -> None:
    """The step is done, with the results of its effects and what was noted of its attempts."""
    found = [result for result in results if result is not None]
    told = found[0] if len(found) == 1 else found or None
    repeated = step.result.get("repeated") if isinstance(step.result, dict) else None
    if repeated and (told is None or isinstance(told, dict)):
        told = {**(told or {}), "repeated": repeated}
    step.status, step.error, step.result = "done", None, told
