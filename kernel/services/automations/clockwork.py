"""Looks at the clock for automations that begin at moments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import structlog

from kernel.automations import Due, Matching, Schedule
from kernel.clock import Clock, from_milliseconds, to_milliseconds
from kernel.errors import SmaltError
from kernel.schema import Project, Schema
from kernel.services.automations.beginnings import Beginning, Beginnings
from kernel.services.automations.conditions import all_meeting
from kernel.services.automations.evaluation import Evaluator, Listener
from kernel.services.automations.matching import Watch
from kernel.services.automations.model import NewRun
from kernel.services.automations.moments import MOST, Window, due_so_far
from kernel.services.automations.rights import acting_for
from kernel.services.automations.rows import AutomationRows
from kernel.services.automations.run_rows import RunRows
from kernel.services.automations.watching import next_time
from kernel.storage.database import Database, Transaction
from kernel.storage.schema_cache import SchemaCache

SHORTEST: Final = 1000
"""Milliseconds between two looks for one automation, whoever looks."""

LONGEST: Final = 60_000
"""Milliseconds after which a look that found nothing is noted all the same."""

_log = structlog.get_logger("smalt.automations")


class DueAutomations:
    """Begins automations at their moments. Of several processes, one at a time looks at each."""

    def __init__(
        self,
        database: Database,
        schema: SchemaCache,
        clock: Clock,
        rows: AutomationRows,
        runs: RunRows,
        evaluator: Evaluator,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock
        self._rows = rows
        self._runs = runs
        self._evaluator = evaluator
        self._wake = wake
        self._beginnings = Beginnings(runs)

    async def do_due(self) -> None:
        """Begin what has come due."""
        schema = await self._schema.current()
        for listener, project in await self._waiting(schema):
            async with self._database.transaction() as tx:
                runs = await self._runs_of(tx, project, listener)
                await self._runs.add(tx, runs)
            if runs:
                self._wake()

    async def _waiting(self, schema: Schema) -> list[tuple[Listener, Project]]:
        """The automations that wait for moments."""
        found = []
        for automation in await self._rows.current():
            project = schema.projects.get(automation.project_id)
            if project is None or project.deleted or not automation.listens:
                continue
            listener = self._evaluator.listener(schema, project, automation)
            if listener is not None and isinstance(listener.timing, Due | Schedule | Matching):
                found.append((listener, project))
        return found

    async def _runs_of(self, tx: Transaction, project: Project, listener: Listener) -> Sequence[NewRun]:
        timing, now = listener.timing, to_milliseconds(self._clock.now())
        held = await self._rows.claim(tx, listener.automation.id)
        if held is None:
            return []
        checked_at, next_at = held
        schema = await self._schema.in_transaction(tx)
        project = schema.projects.get(project.id, project)
        try:
            if isinstance(timing, Schedule):
                begun = await self._scheduled(tx, schema, project, listener, next_at, now)
            elif isinstance(timing, Due) and now - checked_at >= SHORTEST:
                begun, until = await due_so_far(tx, project, timing, Window(checked_at, now))
                if begun or now - checked_at >= LONGEST:
                    await self._rows.set(tx, listener.automation.id, checked_at=until)
            elif isinstance(timing, Matching) and now - checked_at >= LONGEST:
                watch = Watch(tx, schema, project, listener.automation, timing, from_milliseconds(now))
                begun = await watch.by_time(now)
                await self._rows.set(tx, listener.automation.id, checked_at=now)
            else:
                return []
        except SmaltError as error:
            _log.warning("an automation could not look", id=listener.automation.id, reason=error.detail)
            return []
        if not begun:
            return []
        moment = self._clock.now()
        return await self._beginnings.runs_of(tx, schema, project, listener.automation, begun, moment)

    async def _scheduled(
        self,
        tx: Transaction,
        schema: Schema,
        project: Project,
        listener: Listener,
        next_at: int | None,
        now: int,
    ) -> list[Beginning]:
        """What a schedule begins: once, however many times have passed unseen."""
        automation, timing = listener.automation, listener.timing
        assert isinstance(timing, Schedule)  # asked by the caller
        if next_at is None or next_at > now:
            return []
        following = next_time(timing, project.time_zone, from_milliseconds(now))
        await self._rows.set(tx, automation.id, next_at=following, checked_at=now)
        condition = automation.definition.condition
        if condition is None:
            return [Beginning(None, "time.scheduled", f"at:{next_at}")]
        actor = await acting_for(tx, automation.owner_id, None)
        moment = from_milliseconds(now)
        rows = await tx.fetch(*all_meeting(schema, actor, project, condition, tx, moment, MOST))
        return [Beginning(row[0], "time.scheduled", f"at:{next_at}:{row[0]}") for row in rows]
