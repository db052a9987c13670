"""What an automation would do to a record: done in a transaction that is always taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import msgspec

from kernel.access.actor import Actor
from kernel.clock import Clock
from kernel.effects import Call, Effect, GoOn, Wait
from kernel.errors import Fault, InvalidInputError, NotFoundError, SmaltError
from kernel.schema import Project, Schema
from kernel.services.automations.attachments import attached
from kernel.services.automations.conditions import meeting
from kernel.services.automations.model import Automation, Step
from kernel.services.automations.performing import Performing
from kernel.services.automations.planning import GONE, Planner
from kernel.services.automations.rights import automatable_project
from kernel.services.automations.rows import AutomationRows
from kernel.services.automations.stage import Stage
from kernel.storage.database import Database, Transaction
from kernel.storage.schema_cache import SchemaCache

MOST_STEPS = 200


class TrialInput(msgspec.Struct, forbid_unknown_fields=True):
    """For which record; `payload` stands for the body of an incoming webhook."""

    record: Annotated[str | None, msgspec.Meta(description="Id of a record.")] = None
    record_id: Annotated[str | None, msgspec.Meta(description="The same as `record`.")] = None
    payload: Any = None


class TrialEffect(msgspec.Struct):
    """One effect. `detail` is what exactly; `result` what it gave, for those inside Smalt."""

    kind: Annotated[str, msgspec.Meta(examples=["ChangeRecord"])]
    outside: bool
    detail: Any
    result: Any = None


class TrialAction(msgspec.Struct):
    """One action: whether it `would` be done, and how; or why it would fail."""

    type: str
    would: bool
    effects: list[TrialEffect]
    error: str | None = None


class Trial(msgspec.Struct):
    """What would happen. `condition` is whether the record meets it, null where there is none."""

    record_id: str | None
    condition: bool | None
    would_run: bool
    reason: str | None
    actions: list[TrialAction]


class _TakenBackError(Exception):
    """Ends the transaction of a trial."""


class TrialService:
    """Tries automations out, with the rights of whoever asks."""

    def __init__(
        self,
        database: Database,
        schema: SchemaCache,
        clock: Clock,
        rows: AutomationRows,
        planner: Planner,
        performing: Performing,
    ) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock
        self._rows = rows
        self._planner = planner
        self._performing = performing

    async def test(self, actor: Actor, project_id: int, automation_id: int, data: TrialInput) -> Trial:
        """Step by step what it would do to a record; nothing of it stays.

        NotFoundError for a record that the actor does not see.
        """
        acting = replace(actor, via="automation")
        found: list[Trial] = []
        await self._schema.current()
        try:
            async with self._database.transaction() as tx:
                schema = await self._schema.in_transaction(tx)
                project = automatable_project(schema, acting, project_id)
                automation = await self._rows.one(tx, project_id, automation_id)
                if automation is None:
                    raise NotFoundError("There is no such automation.")
                found.append(await self._tried(tx, schema, project, automation, acting, data))
                raise _TakenBackError
        except _TakenBackError:
            return found[0]

    async def _tried(
        self,
        tx: Transaction,
        schema: Schema,
        project: Project,
        automation: Automation,
        actor: Actor,
        data: TrialInput,
    ) -> Trial:
        record_id, now = _record_of(data), self._clock.now()
        condition = automation.definition.condition
        met = None
        if record_id is not None:
            known = await meeting(tx, schema, actor, project, None, [record_id], now)
            if record_id not in known:
                raise NotFoundError(GONE)
            if condition is not None:
                found = await meeting(tx, schema, actor, project, condition, [record_id], now)
                met = found[record_id]
        stage = Stage(tx, schema, project, automation, actor, record_id, now)
        steps = [Step(spec.type, spec.config) for spec in automation.definition.actions]
        actions = [] if met is False else await self._actions(stage, steps, data.payload)
        shown = None if record_id is None else str(record_id)
        reason = "The condition is not met." if met is False else None
        return Trial(shown, met, met is not False, reason, actions)

    async def _actions(self, stage: Stage, steps: list[Step], payload: Any) -> list[TrialAction]:
        """The actions one after the other, each on what those before have left."""
        found: list[TrialAction] = []
        while steps and len(found) < MOST_STEPS:
            step = steps.pop(0)
            tried = TrialAction(step.type, True, [])
            found.append(tried)
            try:
                async with stage.tx.savepoint():
                    effects = await self._planner.plan(stage, step, f"test_{len(found)}", payload)
                    steps[:0] = await self._effects(stage, effects, tried)
            except SmaltError as error:
                tried.would = False
                tried.error = error.faults[0].detail if error.faults else error.detail
                found += [TrialAction(other.type, False, []) for other in steps]
                break
        return found

    async def _effects(self, stage: Stage, effects: Sequence[Effect], tried: TrialAction) -> list[Step]:
        """Bring about what is inside, describe all; the actions to go on with."""
        nested: list[Step] = []
        for effect in effects:
            shown = TrialEffect(type(effect).__name__, effect.outside, _detail(effect))
            tried.effects.append(shown)
            if isinstance(effect, GoOn):
                nested += [Step(spec.type, spec.config) for spec in effect.actions]
            elif not effect.outside and not isinstance(effect, Wait):
                shown.result = await self._performing.inside(stage, effect)
            elif names := (await attached(stage, effect)).names:
                shown.result = {"attachments": names}
        return nested


def _record_of(data: TrialInput) -> int | None:
    named = data.record if data.record is not None else data.record_id
    if named is None:
        return None
    if not named.isdecimal() or not named.isascii() or len(named) > 18:
        raise InvalidInputError(faults=[Fault("/record", "Give the id of a record.")])
    return int(named)


def _detail(effect: Effect) -> Any:
    """What exactly, as JSON values."""
    if isinstance(effect, Call):
        return {"says": effect.says}
    told = msgspec.json.decode(msgspec.json.encode(effect))
    told.pop("type", None)
    told.pop("secret", None)
    return told
