"""Records that start or stop to meet the filter of an automation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.access.actor import Actor
from kernel.automations import Matching
from kernel.errors import SmaltError
from kernel.expressions import compile_condition, parse_filter, paths
from kernel.queries.compilation import Compilation, Scope, root_scope
from kernel.queries.paths import PathResolver, start
from kernel.schema import Project, Schema
from kernel.services.automations.beginnings import Beginning
from kernel.services.automations.model import Automation
from kernel.services.automations.rights import acting_for
from kernel.services.events.feed import Event
from kernel.storage.database import Transaction
from kernel.values import ID

_CHUNK = 500
_REMEMBERED = "SELECT 1 FROM smalt_automation_match m WHERE m.automation_id = {} AND m.record_id = {}"


@dataclass(frozen=True)
class Watch:
    """A filter that is watched, in one transaction."""

    tx: Transaction
    schema: Schema
    project: Project
    automation: Automation
    timing: Matching
    now: datetime

    async def begun(
        self, by_project: Mapping[int, Sequence[Event]], depths: Mapping[int, int]
    ) -> list[Beginning]:
        """What events have changed about who meets the filter."""
        events = [e for e in by_project.get(self.project.id, ()) if e.record_id is not None]
        last = {event.record_id: event for event in events}
        records: list[int] | None = [id_ for id_ in last if id_ is not None]
        if any(id_ != self.project.id for id_ in by_project) and self._reads_others():
            records = None
        if records == []:
            return []
        other = next(event for part in by_project.values() for event in part)
        found = await self._changed(records)
        return [self._beginning(id_, last.get(id_, other), depths) for id_ in found]

    async def by_time(self, moment: int) -> list[Beginning]:
        """What the passing of time has changed, for a filter that asks what time it is."""
        actor = await acting_for(self.tx, self.automation.owner_id, None)
        if self._compiled(actor)[0].timeless:
            return []
        kind = f"filter.{'started' if self.timing.on == 'start' else 'stopped'}"
        return [Beginning(id_, kind, f"match:{id_}:at:{moment}") for id_ in await self._changed(None)]

    async def _changed(self, records: Sequence[int] | None) -> list[int]:
        """Those of some records, or of all, that began or ceased to meet the filter, as is watched for."""
        try:
            actor = await acting_for(self.tx, self.automation.owner_id, None)
            started, stopped = set[int](), set[int]()
            for part in [None] if records is None else _parts(records):
                started |= await self._started(actor, part)
                stopped |= await self._stopped(actor, part)
        except SmaltError:
            return []
        await self._remember(started, stopped)
        return sorted(started if self.timing.on == "start" else await self._living(stopped))

    def _compiled(self, actor: Actor) -> tuple[Compilation, Scope]:
        compilation = start(self.schema, actor, self.tx.dialect, self.now)
        scope = root_scope(compilation, self.project)
        scope.frame.restrict(compile_condition(parse_filter(self.timing.filter), PathResolver(scope)))
        return compilation, scope

    async def _started(self, actor: Actor, part: Sequence[int] | None) -> set[int]:
        compilation, scope = self._compiled(actor)
        record = scope.column("id")
        scope.frame.restrict(f"NOT EXISTS ({_REMEMBERED.format(self.automation.id, record)})")
        if part is not None:
            scope.frame.restrict(_among(compilation, record, part))
        statement = compilation.statement(f"SELECT {record} {scope.frame.clause()}")
        return {row[0] for row in await self.tx.fetch(*statement)}

    async def _stopped(self, actor: Actor, part: Sequence[int] | None) -> set[int]:
        compilation, scope = self._compiled(actor)
        among = "" if part is None else f" AND {_among(compilation, 'm.record_id', part)}"
        meeting = f"SELECT {scope.column('id')} {scope.frame.clause()}"
        statement = compilation.statement(
            f"SELECT m.record_id FROM smalt_automation_match m WHERE m.automation_id = {self.automation.id}"
            f"{among} AND m.record_id NOT IN ({meeting})"
        )
        return {row[0] for row in await self.tx.fetch(*statement)}

    async def _living(self, records: set[int]) -> set[int]:
        """Who is in the trash has not stopped to meet anything."""
        found: set[int] = set()
        for part in _parts(sorted(records)):
            marks = ", ".join(self.tx.dialect.placeholder(n, ID) for n in range(1, len(part) + 1))
            sql = f"SELECT id FROM {self.project.table} WHERE id IN ({marks}) AND deleted_at IS NULL"
            found |= {row[0] for row in await self.tx.fetch(sql, part)}
        return found

    async def _remember(self, started: set[int], stopped: set[int]) -> None:
        mark, id_ = self.tx.dialect.placeholder(1, ID), self.automation.id
        if started:
            sql = f"INSERT INTO smalt_automation_match (automation_id, record_id) VALUES ({id_}, {mark})"
            await self.tx.execute_many(sql, [(record_id,) for record_id in sorted(started)])
        if stopped:
            sql = f"DELETE FROM smalt_automation_match WHERE automation_id = {id_} AND record_id = {mark}"
            await self.tx.execute_many(sql, [(record_id,) for record_id in sorted(stopped)])

    def _reads_others(self) -> bool:
        """Whether other records decide about it: through references or computed fields."""
        for path, _ in paths(parse_filter(self.timing.filter)):
            field = self.project.by_name.get(path[0])
            if len(path) > 1 or (field is not None and field.derived):
                return True
        return False

    def _beginning(self, record_id: int, event: Event, depths: Mapping[int, int]) -> Beginning:
        depth = 0 if event.cause is None else depths.get(event.cause, 0) + 1
        kind = f"filter.{'started' if self.timing.on == 'start' else 'stopped'}"
        moment = f"match:{record_id}:{event.id}"
        return Beginning(record_id, kind, moment, event.id, depth, event.cause is not None)


def _parts(records: Sequence[int]) -> list[Sequence[int]]:
    return [records[begin : begin + _CHUNK] for begin in range(0, len(records), _CHUNK)]


def _among(compilation: Compilation, column: str, part: Sequence[int]) -> str:
    return f"{column} IN ({', '.join(compilation.parameters.add(id_, ID) for id_ in part)})"
