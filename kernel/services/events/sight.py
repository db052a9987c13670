"""What one reader gets to know of a window of events: the same as by reading, and nothing more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from kernel.access.actor import Actor, ProjectAccess
from kernel.clock import Clock
from kernel.queries.builtins import rule_of
from kernel.queries.scoped_records import Among, scoped_records, these, with_events
from kernel.schema import Project, Schema
from kernel.services.events.feed import Event
from kernel.services.events.messages import PROJECT_CHANGED, REMOVED, EventData, Message, message
from kernel.services.events.windows import Window
from kernel.services.visible_names import VisibleNames
from kernel.storage.database import Database

_EXISTENCE: Final = frozenset({"record.created", "record.deleted", "record.restored", "record.purged"})
"""Kinds that tell something even where all that changed is hidden."""

Scoped = Mapping[int, frozenset[int]]
"""By project whose records a role narrows: those of a window that the reader may see."""


class Sight:
    """Turns windows into messages for actors. A hidden field is not named, nor a change of it alone told."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def messages(self, schema: Schema, actor: Actor, window: Window) -> list[Message]:
        """All that this actor may know of a window, of all projects."""
        scoped = await self._scoped(schema, actor, window.events)
        found: list[Message] = []
        for event in window.events:
            told = self._message(schema, actor, event, scoped)
            if told is not None:
                found.append(told if window.safe else told._replace(seq=None))
        for project_id, span in window.crowds.items():
            among = with_events(project_id, span.after, span.until)
            if await self._any(schema, actor, project_id, among):
                data = EventData(str(project_id))
                found.append(message(PROJECT_CHANGED, data, span.until if window.safe else None))
        return found

    def _message(self, schema: Schema, actor: Actor, event: Event, scoped: Scoped) -> Message | None:
        access = actor.access(event.project_id)
        project = schema.projects.get(event.project_id)
        if access is None or project is None:
            return None
        if event.record_id is None:
            return _about_project(event, project, access)
        if event.project_id in scoped and event.record_id not in scoped[event.project_id]:
            gone = EventData(str(event.project_id), str(event.record_id))
            return message(REMOVED, gone, event.seq, event.record_id, if_told=True)
        return _about_record(event, project, access)

    async def _scoped(self, schema: Schema, actor: Actor, events: Sequence[Event]) -> Scoped:
        wanted: dict[int, set[int]] = defaultdict(set)
        for event in events:
            access = actor.access(event.project_id)
            if access is not None and access.scope is not None and event.record_id is not None:
                wanted[event.project_id].add(event.record_id)
        return {p: await self._through(schema, actor, p, these(ids)) for p, ids in wanted.items()}

    async def _any(self, schema: Schema, actor: Actor, project_id: int, among: Among) -> bool:
        """Whether a crowd of events has one that the reader may know of."""
        access = actor.access(project_id)
        if access is None or project_id not in schema.projects:
            return False
        return access.scope is None or bool(await self._through(schema, actor, project_id, among))

    async def _through(self, schema: Schema, actor: Actor, project_id: int, among: Among) -> frozenset[int]:
        """The records among some that the role's scope lets through, those in the trash too."""
        access, project = actor.access(project_id), schema.projects.get(project_id)
        if access is None or access.scope is None or project is None:
            return frozenset()
        dialect, now = self._database.dialect, self._clock.now()
        statements = [
            scoped_records(schema, actor, project, access.scope, among, trash, dialect, now)
            for trash in (False, True)
        ]
        answers = await self._database.read(*[s for s in statements if s is not None])
        return frozenset(row[0] for rows in answers for row in rows)


def _about_record(event: Event, project: Project, access: ProjectAccess) -> Message | None:
    stored = event.changes if isinstance(event.changes, dict) else {}
    if event.kind == "record.reordered":
        stored = {"position": None}
    changed = VisibleNames(project, access).names(stored)
    if stored and not changed and event.kind not in _EXISTENCE:
        return None
    data = EventData(
        str(event.project_id),
        str(event.record_id),
        event.version if rule_of(access, "version") != "hidden" else None,
        changed,
        _by(event, access),
    )
    return message(event.kind, data, event.seq, event.record_id)


def _about_project(event: Event, project: Project, access: ProjectAccess) -> Message | None:
    """Set-up: that it changed, unless it is about a field that the reader does not see."""
    named = event.changes.get("id") if isinstance(event.changes, dict) else None
    if event.kind.startswith("field."):
        field = next((f for f in project.fields if str(f.id) == named), None)
        if not (field is not None and access.sees(field.key)):
            return None
    return message(event.kind, EventData(str(event.project_id), by=_by(event, access)), event.seq)


def _by(event: Event, access: ProjectAccess) -> str | None:
    hidden = event.actor_id is None or rule_of(access, "updated_by") == "hidden"
    return None if hidden else str(event.actor_id)
