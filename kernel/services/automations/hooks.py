"""Incoming webhooks: others call the address of an automation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import msgspec

from kernel.automations import Hook
from kernel.clock import Clock
from kernel.errors import InvalidInputError, NotFoundError
from kernel.schema import Project, Schema
from kernel.services.automations.beginnings import Beginning, Beginnings
from kernel.services.automations.conditions import all_meeting
from kernel.services.automations.evaluation import Evaluator
from kernel.services.automations.model import Automation
from kernel.services.automations.rights import acting_for
from kernel.services.automations.rows import AutomationRows
from kernel.services.automations.run_rows import RunRows
from kernel.services.automations.templating import payload_value
from kernel.services.entries import ProjectParts
from kernel.storage.database import Transaction

LARGEST = 256 * 1024
MOST_RECORDS = 100
_SECRET = re.compile(r"[\w-]{20,100}", re.ASCII)


class HookReceipt(msgspec.Struct):
    """What became of a call: how many runs it has begun."""

    runs: int


class HookService:
    """Takes calls. Whoever knows the address may call it."""

    def __init__(
        self,
        parts: ProjectParts,
        rows: AutomationRows,
        runs: RunRows,
        evaluator: Evaluator,
        wake: Callable[[], None],
    ) -> None:
        self._parts = parts
        self._rows = rows
        self._runs = runs
        self._evaluator = evaluator
        self._wake = wake
        self._beginnings = Beginnings(runs)

    async def receive(self, secret: str, body: bytes, form: bool, key: str | None) -> HookReceipt:
        """Begin the automation of an address. The same `key` begins it once.

        Raises NotFoundError for an unknown address, InvalidInputError for a body that cannot be read.
        """
        automation = await self._rows.by_hook(secret) if _SECRET.fullmatch(secret) else None
        schema = await self._parts.schema.current()
        project = None if automation is None else schema.projects.get(automation.project_id)
        if automation is None or project is None or project.deleted:
            raise NotFoundError("Nothing listens here.")
        payload = _read(body, form)
        if not automation.listens:
            return HookReceipt(0)
        async with self._parts.database.transaction() as tx:
            schema = await self._parts.schema.in_transaction(tx)
            project = schema.projects[project.id]
            receipt = await self._begin(tx, schema, project, automation, payload, key)
        self._wake()
        return receipt

    async def _begin(
        self,
        tx: Transaction,
        schema: Schema,
        project: Project,
        automation: Automation,
        payload: Any,
        key: str | None,
    ) -> HookReceipt:
        moment = f"hook:{key[:200]}" if key else f"hook:{self._parts.ids.new()}"
        now = self._parts.clock.now()
        records = await self._records(tx, schema, project, automation, payload)
        found = [
            Beginning(id_, "webhook.received", moment if id_ is None else f"{moment}:{id_}", payload=payload)
            for id_ in records
        ]
        runs = await self._beginnings.runs_of(tx, schema, project, automation, found, now)
        await self._runs.add(tx, runs)
        return HookReceipt(sum(not (run.skipped or run.failed) for run in runs))

    async def _records(
        self, tx: Transaction, schema: Schema, project: Project, automation: Automation, payload: Any
    ) -> list[int | None]:
        """The records that the body names; none in particular where the trigger asks for none."""
        listener = self._evaluator.listener(schema, project, automation)
        timing = None if listener is None else listener.timing
        if not isinstance(timing, Hook) or timing.field is None:
            return [None]
        value = payload_value(payload, f"payload.{timing.member or timing.field}")
        if not isinstance(value, str | int | float | bool):
            return []
        actor = await acting_for(tx, automation.owner_id, None)
        wanted = {"field": timing.field, "op": "eq", "value": value}
        clock: Clock = self._parts.clock
        statement = all_meeting(schema, actor, project, wanted, tx, clock.now(), MOST_RECORDS)
        return [row[0] for row in await tx.fetch(*statement)]


def _read(body: bytes, form: bool) -> Any:
    """The body as JSON values; a form as an object of texts."""
    if len(body) > LARGEST:
        raise InvalidInputError(f"A call may have {LARGEST // 1024} KiB.")
    try:
        if form:
            return {name: values[-1] for name, values in parse_qs(body.decode()).items()}
        payload = msgspec.json.decode(body) if body.strip() else {}
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InvalidInputError("The body is not valid JSON.") from error
    if b"\\u0000" in body or "\0" in str(payload):
        raise InvalidInputError("The body holds the character NUL.")
    return payload
