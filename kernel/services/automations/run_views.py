"""Runs as people see them, and what people may do about them."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from kernel.access.actor import Actor
from kernel.dialects.base import Parameters
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import number_of
from kernel.services.automations.model import RunStatus, StepStatus
from kernel.services.automations.rights import automatable_project
from kernel.services.automations.run_rows import RunRows
from kernel.services.entries import ProjectParts
from kernel.services.record_parts import moment
from kernel.storage.database import Row, Statement
from kernel.values import ID, TEXT

_COLUMNS: Final = (
    "id, status, held, record_id, event, event_id, reason, steps, version, depth, due_at, "
    "created_at, started_at, finished_at"
)


class ActionRun(msgspec.Struct):
    """One action of a run. `result` is what it tells of its effect."""

    type: str
    status: StepStatus
    attempts: int
    error: str | None
    result: Any = None


class RunView(msgspec.Struct):
    """One time that an automation began. `reason` says why it was skipped or has failed.

    `depth` counts the automations that set each other off until this one began. `due_at` is when it
    goes on, while it waits; `held`: it waits until the automation is switched on.
    """

    id: str
    automation_id: str
    status: RunStatus
    record_id: str | None
    event: str
    event_id: str | None
    reason: str | None
    actions: list[ActionRun]
    version: int | None
    depth: int
    held: bool
    due_at: str | None
    created_at: str | None
    started_at: str | None
    finished_at: str | None


class _Step(msgspec.Struct):
    type: str
    status: StepStatus
    attempts: int = 0
    error: str | None = None
    result: Any = None


_steps = msgspec.json.Decoder(list[_Step]).decode


class RunService:
    """Lists runs and lets failed ones run again."""

    def __init__(self, parts: ProjectParts, runs: RunRows) -> None:
        self._parts = parts
        self._runs = runs

    async def page(
        self,
        actor: Actor,
        project_id: int,
        automation_id: int,
        limit: int,
        before: int | None,
        status: RunStatus | None = None,
        record: str | None = None,
    ) -> list[RunView]:
        """Newest first; up to `limit + 1` older than the run `before`."""
        await self._check(actor, project_id, automation_id)
        parameters = Parameters(self._parts.database.dialect)
        conditions = [f"automation_id = {parameters.add(automation_id, ID)}"]
        if before is not None:
            conditions.append(f"id < {parameters.add(before, ID)}")
        if status is not None:
            conditions.append(f"status = {parameters.add(status, TEXT)}")
        if record is not None:
            conditions.append(f"record_id = {parameters.add(number_of(record) or 0, ID)}")
        where = " AND ".join(conditions)
        sql = f"SELECT {_COLUMNS} FROM smalt_run WHERE {where} ORDER BY id DESC LIMIT {limit + 1}"
        (rows,) = await self._parts.database.read(Statement(sql, parameters.values))
        return [_view(automation_id, row) for row in rows]

    async def get(self, actor: Actor, project_id: int, automation_id: int, run_id: int) -> RunView:
        """One run, or NotFoundError."""
        found = await self.page(actor, project_id, automation_id, 0, run_id + 1)
        if not found or found[0].id != str(run_id):
            raise NotFoundError("There is no such run.")
        return found[0]

    async def again(self, actor: Actor, project_id: int, automation_id: int, run_id: int) -> RunView:
        """Let a failed run go on with the action that failed. ConflictError for any other run."""
        before = await self.get(actor, project_id, automation_id, run_id)
        if before.status != "failed":
            raise ConflictError(f"Only failed runs can run again; this one is {before.status}.")
        async with self._parts.database.transaction() as tx:
            if not await self._runs.revive(tx, run_id):
                raise ConflictError("This run goes on already.")
        return await self.get(actor, project_id, automation_id, run_id)

    async def _check(self, actor: Actor, project_id: int, automation_id: int) -> None:
        automatable_project(await self._parts.schema.current(), actor, project_id)
        mark = self._parts.rows.mark
        sql = f"SELECT 1 FROM smalt_automation WHERE id = {mark(1)} AND project_id = {mark(2)}"
        (rows,) = await self._parts.database.read(Statement(sql, [automation_id, project_id]))
        if not rows:
            raise NotFoundError("There is no such automation.")


def _view(automation_id: int, row: Row) -> RunView:
    members = dict(zip(_COLUMNS.split(", "), row, strict=True))
    steps = [] if members["steps"] is None else _steps(members["steps"])
    waits = members["status"] == "queued"
    return RunView(
        id=str(members["id"]),
        automation_id=str(automation_id),
        status=members["status"],
        record_id=_text(members["record_id"]),
        event=members["event"],
        event_id=_text(members["event_id"]),
        reason=members["reason"],
        actions=[ActionRun(s.type, s.status, s.attempts, s.error, s.result) for s in steps],
        version=members["version"],
        depth=members["depth"],
        held=bool(members["held"]),
        due_at=moment(members["due_at"]) if waits else None,
        created_at=moment(members["created_at"]),
        started_at=moment(members["started_at"]),
        finished_at=moment(members["finished_at"]),
    )


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
