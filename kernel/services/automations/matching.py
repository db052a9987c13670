"""Records that start or stop to meet the filter of an automation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from kernel.automations import Matching
from kernel.errors import SmaltError
from kernel.expressions import parse_filter, paths
from kernel.schema import Project, Schema
from kernel.services.automations.beginnings import Beginning
from kernel.services.automations.conditions import meeting
from kernel.services.automations.model import Automation
from kernel.services.automations.rights import acting_for
from kernel.services.events.feed import Event
from kernel.storage.database import Transaction
from kernel.values import ID

_CHUNK = 500


class Matches:
    """Compares who meets a filter with who met it, and remembers."""

    async def begun(
        self,
        tx: Transaction,
        schema: Schema,
        project: Project,
        automation: Automation,
        timing: Matching,
        by_project: Mapping[int, Sequence[Event]],
        depths: Mapping[int, int],
        now: datetime,
    ) -> list[Beginning]:
        """What the events have changed about who meets the filter."""
        events = [e for e in by_project.get(project.id, ()) if e.record_id is not None]
        last = {event.record_id: event for event in events}
        records = [record_id for record_id in last if record_id is not None]
        if reads_others(timing.filter) and any(id_ != project.id for id_ in by_project):
            records = sorted({*records, *await self._linked_anywhere(tx, project)})
        if not records:
            return []
        try:
            actor = await acting_for(tx, automation.owner_id, None)
            found = await meeting(tx, schema, actor, project, timing.filter, records, now)
        except SmaltError:
            return []
        before = await self._remembered(tx, automation, records)
        is_now = {record_id for record_id in records if found.get(record_id, False)}
        started, stopped = is_now - before, before - is_now
        await self._remember(tx, automation, started, stopped)
        begun = started if timing.on == "start" else {r for r in stopped if r in found}
        any_event = next((e for part in by_project.values() for e in part), None)
        return [
            _beginning(record_id, last.get(record_id, any_event), depths, timing)
            for record_id in sorted(begun)
        ]

    async def _linked_anywhere(self, tx: Transaction, project: Project) -> list[int]:
        """Records whose values may have changed with others': all, where a filter reads through them."""
        rows = await tx.fetch(f"SELECT id FROM {project.table} WHERE deleted_at IS NULL")
        return [row[0] for row in rows]

    async def _remembered(self, tx: Transaction, automation: Automation, records: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for begin in range(0, len(records), _CHUNK):
            part = records[begin : begin + _CHUNK]
            marks = ", ".join(tx.dialect.placeholder(n, ID) for n in range(1, len(part) + 1))
            sql = (
                "SELECT record_id FROM smalt_automation_match "
                f"WHERE automation_id = {automation.id} AND record_id IN ({marks})"
            )
            found |= {row[0] for row in await tx.fetch(sql, part)}
        return found

    async def _remember(
        self, tx: Transaction, automation: Automation, started: set[int], stopped: set[int]
    ) -> None:
        mark = tx.dialect.placeholder(1, ID)
        if started:
            insertion = "INSERT INTO smalt_automation_match (automation_id, record_id)"
            sql = f"{insertion} VALUES ({automation.id}, {mark})"
            await tx.execute_many(sql, [(record_id,) for record_id in sorted(started)])
        if stopped:
            where = f"automation_id = {automation.id} AND record_id = {mark}"
            rows = [(record_id,) for record_id in sorted(stopped)]
            await tx.execute_many(f"DELETE FROM smalt_automation_match WHERE {where}", rows)


def reads_others(filter_: str) -> bool:
    """Whether a filter reads through references, so that other records decide about it."""
    return any(len(path) > 1 for path, _ in paths(parse_filter(filter_)))


def _beginning(record_id: int, event: Event | None, depths: Mapping[int, int], timing: Matching) -> Beginning:
    cause = None if event is None else event.cause
    id_ = 0 if event is None else event.id
    depth = 0 if cause is None else depths.get(cause, 0) + 1
    kind = f"filter.{'started' if timing.on == 'start' else 'stopped'}"
    return Beginning(record_id, kind, f"match:{record_id}:{id_}", id_, depth, cause is not None)
