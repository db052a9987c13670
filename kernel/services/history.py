"""What happened to a record or a project: who, when, through what, from what to what."""

from __future__ import annotations

from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.clock import Clock, from_milliseconds
from kernel.dialects.base import Parameters
from kernel.services.automations.rights import sees_automations
from kernel.services.history_view import FieldChange, HistoryView
from kernel.services.record_reader import RecordReader
from kernel.services.rights import visible_project
from kernel.storage.database import Database, Row, Statement
from kernel.storage.schema_cache import SchemaCache
from kernel.values import ID

_COLUMNS = (
    "h.id, h.at, h.actor_id, u.name, h.via, h.record_id, h.kind, h.version, h.changes, h.batch_id, "
    "a.id, a.name, a.project_id"
)


class Person(msgspec.Struct):
    """Who did it."""

    id: str
    name: str


class AutomationRef(msgspec.Struct):
    """The automation that did it."""

    id: str
    name: str


_FOR_EVERYBODY = ("project.%", "list.%", "tag.%", "view.%")


class Change(msgspec.Struct):
    """One change of a record or of a project. `automation` is there for those who may know of it."""

    id: str
    at: str
    by: Person | None
    via: str
    kind: str
    record_id: str | None
    version: int | None
    changes: list[FieldChange]
    batch_id: str | None
    automation: AutomationRef | msgspec.UnsetType = msgspec.UNSET


class HistoryService:
    """Reads the history; what the reader may not see of the record is not in it either."""

    def __init__(self, database: Database, schema: SchemaCache, clock: Clock, reader: RecordReader) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock
        self._reader = reader

    async def of_record(
        self, actor: Actor, project_id: int, record_id: int, limit: int, before: int | None
    ) -> list[Change]:
        """Newest first; up to `limit + 1` changes older than the change `before`."""
        await self._reader.record(actor, project_id, record_id)
        found: list[Change] = []
        more = True
        while more and len(found) <= limit:
            rows = await self._read(actor, project_id, "h.record_id", record_id, limit, before)
            found += [change for change, stored in rows if change.changes or not _secret(change, stored)]
            more = len(rows) > limit
            before = int(rows[-1][0].id) if rows else None
        return found[: limit + 1]

    async def of_project(self, actor: Actor, project_id: int, limit: int, before: int | None) -> list[Change]:
        """The changes of a project's set-up, newest first. Those of fields and automations name what
        not everybody may see: they are for those who configure the project and see all of it."""
        visible_project(await self._schema.current(), actor, project_id)
        also = " AND h.record_id IS NULL"
        access = actor.access(project_id)
        if access is None or "configure" not in access.can or "hidden" in access.fields.values():
            also += f" AND ({' OR '.join(f'h.kind LIKE {kind!r}' for kind in _FOR_EVERYBODY)})"
        rows = await self._read(actor, project_id, "h.project_id", project_id, limit, before, also)
        return [change for change, _ in rows]

    async def _read(
        self,
        actor: Actor,
        project_id: int,
        column: str,
        value: int,
        limit: int,
        before: int | None,
        also: str = "",
    ) -> list[tuple[Change, Any]]:
        """Changes as the reader sees them, with what is stored of each."""
        schema = await self._schema.current()
        project = visible_project(schema, actor, project_id)
        parameters = Parameters(self._database.dialect)
        where = f"{column} = {parameters.add(value, ID)}{also}"
        if before is not None:
            where += f" AND h.id < {parameters.add(before, ID)}"
        sql = (
            f"SELECT {_COLUMNS} FROM smalt_history h LEFT JOIN smalt_user u ON u.id = h.actor_id "
            "LEFT JOIN smalt_automation a ON a.id = h.via_id AND h.via = 'automation' "
            f"WHERE {where} ORDER BY h.id DESC LIMIT {limit + 1}"
        )
        (rows,) = await self._database.read(Statement(sql, parameters.values))
        changes = [msgspec.json.decode(row[8]) for row in rows]
        view = HistoryView(schema, project, actor, self._clock.now())
        shown = await view.shown(self._database, changes)
        return [(_change(r, found, actor), c) for r, found, c in zip(rows, shown, changes, strict=True)]


def _secret(change: Change, stored: Any) -> bool:
    """Whether nothing of a change is for the reader but that there was one: of hidden values alone."""
    plain = change.kind.startswith("record.") and change.kind not in ("record.updated", "record.moved")
    return bool(stored) and not plain


def _change(row: Row, changes: list[FieldChange], reader: Actor) -> Change:
    id_, at, actor_id, name, via, record_id, kind, version, _, batch_id, *automation = row
    return Change(
        id=str(id_),
        at=from_milliseconds(at).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        by=None if actor_id is None else Person(str(actor_id), name or ""),
        via=via,
        kind=kind,
        record_id=None if record_id is None else str(record_id),
        version=version,
        changes=changes,
        batch_id=None if batch_id is None else str(batch_id),
        automation=_automation(reader, *automation),
    )


def _automation(
    reader: Actor, id_: int | None, name: str, project_id: int
) -> AutomationRef | msgspec.UnsetType:
    known = id_ is not None and sees_automations(reader, project_id)
    return AutomationRef(str(id_), name) if known else msgspec.UNSET
