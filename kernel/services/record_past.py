"""A record as it was at some time, rebuilt from its history: stored values, for one reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.clock import Clock, to_milliseconds
from kernel.errors import Fault, InvalidInputError, InvalidValueError, NotFoundError
from kernel.queries.builtins import DEFAULT_FIELD_OF
from kernel.queries.fields import has_built_in
from kernel.schema import Field, Project, Schema
from kernel.services.history_view import FieldChange, HistoryView
from kernel.services.record_input import read_time
from kernel.services.record_reader import RecordReader
from kernel.services.rights import visible_project
from kernel.storage.database import Database, Row, Statement
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.schema_cache import SchemaCache

_MEMBERS = (
    "title", "description", "list", "tags", "assignees", "start_at", "due_at", "completed_at",
)  # fmt: skip


class RecordPast:
    """Plays the history of a record forwards, up to a moment."""

    def __init__(
        self, database: Database, rows: KernelRows, schema: SchemaCache, clock: Clock, reader: RecordReader
    ) -> None:
        self._database = database
        self._rows = rows
        self._schema = schema
        self._clock = clock
        self._reader = reader

    async def record(self, actor: Actor, project_id: int, record_id: int, as_of: str) -> bytes:
        """The record at `as_of` as JSON, in the shape of a record; `left_out` names the custom fields
        that have no history: computed and numbered ones. NotFoundError where it was not there, or
        the actor does not see it now.
        """
        await self._reader.record(actor, project_id, record_id)
        schema = await self._schema.current()
        project = visible_project(schema, actor, project_id)
        moment = _moment(as_of, project.time_zone)
        rows = await self._history(project_id, record_id, moment)
        if not rows or rows[-1][0] == "record.deleted":
            raise NotFoundError("There was no such record then.")
        stored: dict[str, Any] = {}
        for _, changes, _ in rows:
            for name, pair in msgspec.json.decode(changes).items():
                stored[name] = pair[1] if isinstance(pair, list) and len(pair) == 2 else pair
        shown = await self._shown(schema, project, actor, stored)
        version = next((row[2] for row in reversed(rows) if row[2] is not None), None)
        known = {"id": str(record_id), "project_id": str(project_id), "version": version}
        return msgspec.json.encode(known | _members(project, actor, shown) | {"as_of": _text(moment)})

    async def _history(self, project_id: int, record_id: int, moment: datetime) -> list[Row]:
        """kind, changes and version of what happened to the record itself until then, in order."""
        mark = self._rows.mark
        sql = (
            f"SELECT kind, changes, version FROM smalt_history WHERE record_id = {mark(1)} "
            f"AND project_id = {mark(2)} AND at <= {mark(3)} AND kind LIKE 'record.%' ORDER BY id"
        )
        use = [record_id, project_id, to_milliseconds(moment)]
        return (await self._database.read(Statement(sql, use)))[0]

    async def _shown(
        self, schema: Schema, project: Project, actor: Actor, stored: Mapping[str, Any]
    ) -> Sequence[FieldChange]:
        view = HistoryView(schema, project, actor, self._clock.now())
        pairs = {name: [None, value] for name, value in stored.items()}
        return (await view.shown(self._database, [pairs]))[0]


def _members(project: Project, actor: Actor, shown: Sequence[FieldChange]) -> dict[str, Any]:
    """The members of the record that the reader sees today, with their values of then."""
    access = actor.access(project.id)
    assert access is not None  # the project is visible
    found = {change.field: change.after for change in shown}
    seen = [f for f in project.live_fields if access.sees(f.key)]
    kept = [f for f in seen if f.columns and not f.numbered]
    values = {
        name: found.get(name, [] if name in ("tags", "assignees") else None)
        for name in _MEMBERS
        if has_built_in(project, name) and access.sees(name) and access.sees(DEFAULT_FIELD_OF.get(name, name))
    }
    fields = {f.key: found.get(f.key, [] if _several(f) else None) for f in kept}
    return values | {"fields": fields, "left_out": [f.key for f in seen if f not in kept]}


def _several(field: Field) -> bool:
    return field.target is not None or field.columns[0].spec.many


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(text: str, time_zone: str) -> datetime:
    try:
        found = read_time(text, time_zone)
    except InvalidValueError as error:
        raise InvalidInputError(faults=[Fault("?as_of", error.detail)]) from error
    if found is None:
        raise InvalidInputError(faults=[Fault("?as_of", "Give a time such as 2026-12-31T09:00:00Z.")])
    return found
