"""From what an automation has begun with to its runs: conditions asked, endless chains stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kernel.errors import SmaltError
from kernel.schema import Project, Schema
from kernel.services.automations.conditions import meeting
from kernel.services.automations.model import Automation, NewRun
from kernel.services.automations.rights import acting_for
from kernel.services.automations.run_rows import RunRows
from kernel.storage.database import Transaction

DEEPEST: Final = 8
"""Automations that may set each other off in a row."""

MINUTE: Final = 60_000
MOST_CAUSED: Final = 20
MOST: Final = 200
"""Runs of one automation for one record in a minute: when automations begin it, and at all."""

_CHAIN = f"Stopped: automations have set each other off {DEEPEST} times in a row, without end."
_RATE = (
    "Stopped: it began more than {} times within a minute for this record. Automations may feed each other."
)
_NO_RECORD = "There is no record that could meet the condition."
_UNMET = "The condition is not met."
_GONE = "The record is gone, or whoever owns the automation may not see it."


@dataclass(frozen=True)
class Beginning:
    """Something that begins an automation. `caused`: by another run. `at`: when it was due."""

    record_id: int | None
    event: str
    moment: str
    event_id: int | None = None
    depth: int = 0
    caused: bool = False
    payload: Any = None
    at: int | None = None


class Beginnings:
    """Makes runs, inside a caller's transaction."""

    def __init__(self, runs: RunRows) -> None:
        self._runs = runs

    async def runs_of(
        self,
        tx: Transaction,
        schema: Schema,
        project: Project,
        automation: Automation,
        found: Sequence[Beginning],
        now: datetime,
    ) -> list[NewRun]:
        """A run for each beginning: to be done, or skipped or failed with the reason."""
        records = sorted({b.record_id for b in found if b.record_id is not None})
        try:
            actor = await acting_for(tx, automation.owner_id, None)
            condition = automation.definition.condition
            met = await meeting(tx, schema, actor, project, condition, records, now) if records else {}
        except SmaltError as error:
            reason = f"The condition could not be asked: {_detail(error)}"
            return [_run(automation, beginning, failed=reason) for beginning in found]
        recent = Counter(await self._runs.recent(tx, automation.id, records, self._runs.now() - MINUTE))
        return [_run(automation, b, skipped=_hindrance(b, met, recent, condition is not None)) for b in found]

    async def add(self, tx: Transaction, runs: Sequence[NewRun]) -> None:
        await self._runs.add(tx, runs)


def _hindrance(
    beginning: Beginning, met: dict[int, bool], recent: Counter[int], conditional: bool
) -> str | None:
    """Why there is nothing to do, None when there is."""
    if beginning.depth > DEEPEST:
        return _CHAIN
    if beginning.record_id is None:
        return _NO_RECORD if conditional else None
    if beginning.record_id not in met:
        return _GONE
    if not met[beginning.record_id]:
        return _UNMET
    most = MOST_CAUSED if beginning.caused else MOST
    recent[beginning.record_id] += 1
    return _RATE.format(most) if recent[beginning.record_id] > most else None


def _run(
    automation: Automation, beginning: Beginning, skipped: str | None = None, failed: str | None = None
) -> NewRun:
    return NewRun(
        automation, beginning.record_id, beginning.event, beginning.moment, beginning.event_id,
        beginning.depth, beginning.payload, skipped, failed,
    )  # fmt: skip


def _detail(error: SmaltError) -> str:
    return error.faults[0].detail if error.faults else error.detail
