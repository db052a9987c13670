"""What an automation watches beside events: set up when it is saved, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from croniter import croniter
from croniter.croniter import CroniterError

from kernel.access.actor import Actor
from kernel.access.secrets import new_hook
from kernel.automations import Due, Hook, Matching, Schedule, Timing
from kernel.clock import from_milliseconds, to_milliseconds
from kernel.errors import BrokenSourceError, InvalidInputError
from kernel.queries.compilation import root_scope
from kernel.queries.pages import restrict
from kernel.queries.paths import start
from kernel.schema import Project, Schema
from kernel.services.automations.model import Automation
from kernel.storage.database import Transaction
from kernel.values import Kind

MOMENTS: Final = ("start_at", "due_at", "completed_at", "list_entered_at", "created_at", "updated_at")
"""Built-in columns that hold moments."""


@dataclass(frozen=True)
class MomentColumn:
    """The column of a project's table that a Due with a field looks at."""

    name: str
    kind: Kind


def moment_column(project: Project, field: str) -> MomentColumn:
    """The column behind a date or time. Raises InvalidInputError for another kind of field."""
    if field in MOMENTS:
        return MomentColumn(field, Kind.DATETIME)
    custom = project.by_name.get(field)
    if custom is None or custom.type is None:
        raise InvalidInputError(f"There is no field '{field}' with a date or a time.")
    for column in custom.columns:
        if column.spec.column in ("date", "datetime") and not column.spec.many:
            return MomentColumn(column.name, Kind(str(column.spec.column)))
    raise InvalidInputError(f"'{custom.name}' holds no date and no time.")


def next_time(schedule: Schedule, project_zone: str, after: datetime) -> int:
    """When a schedule begins next, in milliseconds. Raises InvalidInputError for what is no schedule."""
    try:
        zone: tzinfo = ZoneInfo(schedule.time_zone or project_zone)
    except (ValueError, KeyError, OSError) as error:
        raise InvalidInputError(f"There is no time zone '{schedule.time_zone}'.") from error
    try:
        found = croniter(schedule.cron, after.astimezone(zone), ret_type=datetime).get_next()
    except (CroniterError, ValueError, KeyError) as error:
        raise InvalidInputError(f"'{schedule.cron}' is no cron expression: {error}") from error
    assert isinstance(found, datetime)  # by ret_type
    return to_milliseconds(found)


@dataclass(frozen=True)
class Watching:
    """One automation that is being saved by somebody."""

    tx: Transaction
    schema: Schema
    project: Project
    actor: Actor
    now: int

    async def set_up(self, automation: Automation, timing: Timing | None) -> Automation:
        """Make indices, addresses and memories as its trigger needs them; what is to be stored."""
        hook = (automation.hook or new_hook()) if isinstance(timing, Hook) else None
        next_at = None
        if isinstance(timing, Schedule):
            next_at = next_time(timing, self.project.time_zone, from_milliseconds(self.now))
        if isinstance(timing, Due) and timing.after == "field":
            await self._index(moment_column(self.project, timing.field))
        await self._forget(automation)
        if isinstance(timing, Matching):
            await self._remember(automation, timing)
        return replace(automation, hook=hook, next_at=next_at, checked_at=self.now)

    async def _index(self, column: MomentColumn) -> None:
        table = self.project.table
        sql = f"CREATE INDEX IF NOT EXISTS {table}_at_{column.name} ON {table} ({column.name}, id)"
        await self.tx.execute(sql)

    async def _forget(self, automation: Automation) -> None:
        await self.tx.execute(f"DELETE FROM smalt_automation_match WHERE automation_id = {automation.id}")

    async def _remember(self, automation: Automation, timing: Matching) -> None:
        """Who meets the filter already: they neither start to, nor are they forgotten when they stop."""
        compilation = start(self.schema, self.actor, self.tx.dialect, from_milliseconds(self.now))
        scope = root_scope(compilation, self.project)
        try:
            restrict(scope, timing.filter)
        except BrokenSourceError as error:
            raise InvalidInputError(error.detail) from error
        statement = compilation.statement(f"SELECT {automation.id}, {scope.alias}.id {scope.frame.clause()}")
        sql = f"INSERT INTO smalt_automation_match (automation_id, record_id) {statement.sql}"
        await self.tx.execute(sql, statement.parameters)
