"""What happened to a record or a project: who, when, through what, from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from kernel.access.actor import Actor, ProjectAccess
from kernel.clock import from_milliseconds
from kernel.dialects.base import Parameters
from kernel.fields import Column
from kernel.queries.builtins import DEFAULT_FIELD_OF
from kernel.schema import Field, Project
from kernel.services.record_reader import RecordReader
from kernel.services.rights import visible_project
from kernel.storage.database import Database, Row, Statement
from kernel.storage.schema_cache import SchemaCache
from kernel.values import ID

_COLUMNS = "h.id, h.at, h.actor_id, u.name, h.via, h.record_id, h.kind, h.version, h.changes, h.batch_id"


class Person(msgspec.Struct):
    """Who did it."""

    id: str
    name: str


class FieldChange(msgspec.Struct, rename={"before": "from", "after": "to"}):
    """One field's change, in the shapes of a record's values."""

    field: str
    before: Any
    after: Any


class Change(msgspec.Struct):
    """One change of a record or of a project."""

    id: str
    at: str
    by: Person | None
    via: str
    kind: str
    record_id: str | None
    version: int | None
    changes: list[FieldChange]
    batch_id: str | None


class HistoryService:
    """Reads the history; what the reader may not see of the record is not in it either."""

    def __init__(self, database: Database, schema: SchemaCache, reader: RecordReader) -> None:
        self._database = database
        self._schema = schema
        self._reader = reader

    async def of_record(
        self, actor: Actor, project_id: int, record_id: int, limit: int, before: int | None
    ) -> list[Change]:
        """Newest first; up to `limit + 1` changes older than the change `before`."""
        await self._reader.record(actor, project_id, record_id)
        return await self._read(actor, project_id, "h.record_id", record_id, limit, before)

    async def of_project(self, actor: Actor, project_id: int, limit: int, before: int | None) -> list[Change]:
        """The changes of a project's set-up, newest first."""
        schema = await self._schema.current()
        visible_project(schema, actor, project_id)
        return await self._read(
            actor, project_id, "h.project_id", project_id, limit, before, " AND h.record_id IS NULL"
        )

    async def _read(
        self,
        actor: Actor,
        project_id: int,
        column: str,
        value: int,
        limit: int,
        before: int | None,
        also: str = "",
    ) -> list[Change]:
        schema = await self._schema.current()
        project = visible_project(schema, actor, project_id)
        parameters = Parameters(self._database.dialect)
        where = f"{column} = {parameters.add(value, ID)}{also}"
        if before is not None:
            where += f" AND h.id < {parameters.add(before, ID)}"
        sql = (
            f"SELECT {_COLUMNS} FROM smalt_history h LEFT JOIN smalt_user u ON u.id = h.actor_id "
            f"WHERE {where} ORDER BY h.id DESC LIMIT {limit + 1}"
        )
        (rows,) = await self._database.read(Statement(sql, parameters.values))
        shown = Shown(project, actor)
        parsed = [(row, msgspec.json.decode(row[8])) for row in rows]
        names = await self._names(shown, [changes for _, changes in parsed])
        return [_change(row, shown.changes(changes, names)) for row, changes in parsed]

    async def _names(self, shown: Shown, changes: Sequence[Any]) -> Mapping[tuple[Column, int], str]:
        """The present names of the people and records that changes speak of."""
        wanted = shown.identities(changes)
        found: dict[tuple[Column, int], str] = {}
        for (column, table, name), ids in wanted.items():
            parameters = Parameters(self._database.dialect)
            marks = ", ".join(parameters.add(i, ID) for i in sorted(ids))
            sql = f"SELECT id, {name} FROM {table} WHERE id IN ({marks})"
            (rows,) = await self._database.read(Statement(sql, parameters.values))
            found |= {(column, row[0]): row[1] for row in rows}
        return found


class Shown:
    """Turns stored changes into what one reader sees of them."""

    def __init__(self, project: Project, actor: Actor) -> None:
        access = actor.access(project.id)
        assert access is not None  # the project is visible
        self._access: ProjectAccess = access
        self._actor = actor
        self._project = project
        self._fields: dict[str, Field] = {str(f.id): f for f in project.live_fields}

    def changes(self, stored: Any, names: Mapping[tuple[Column, int], str]) -> list[FieldChange]:
        """The visible changes, by payload name; set-up changes are shown as they are."""
        if not isinstance(stored, Mapping):
            return []
        found = []
        for name, pair in stored.items():
            shown = self._visible_name(name)
            if shown is None:
                continue
            old, new = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
            found.append(FieldChange(shown, self._value(name, old, names), self._value(name, new, names)))
        return found

    def _visible_name(self, name: str) -> str | None:
        if name.isdecimal():
            custom = self._fields.get(name)
            return custom.key if custom is not None and self._access.sees(custom.key) else None
        default_field = DEFAULT_FIELD_OF.get(name, name)
        on = default_field == name or default_field in self._project.default_fields
        if name in ("description", "tags", "assignees"):
            on = name in self._project.default_fields
        return name if on and self._access.sees(name) and self._access.sees(default_field) else None

    def _value(self, name: str, value: Any, names: Mapping[tuple[Column, int], str]) -> Any:
        if value is None:
            return None
        if name == "list":
            return _choice(self._project.lists, value)
        if name == "tags":
            return [_choice(self._project.tags, v) for v in value]
        if name == "assignees":
            return [_named(Column.PERSON, v, names, "name") for v in value]
        custom = self._fields.get(name)
        return value if custom is None else self._custom(custom, value, names)

    def _custom(self, custom: Field, value: Any, names: Mapping[tuple[Column, int], str]) -> Any:
        column = custom.columns[0].spec.column if custom.columns else None
        several = value if isinstance(value, list) else [value]
        if column is Column.CHOICE and custom.type is not None:
            choices = tuple(custom.type.choices(custom.config))
            shown: list[Any] = [_choice(choices, v) for v in several]
        elif column is Column.PERSON:
            shown = [_named(Column.PERSON, v, names, "name") for v in several]
        elif column is Column.RECORD:
            return [_named(Column.RECORD, v, names, "title") for v in several]
        else:
            return value
        return shown if isinstance(value, list) else shown[0]

    def identities(self, stored: Iterable[Any]) -> dict[tuple[Column, str, str], set[int]]:
        """The ids in changes whose names must be read, by where they stand."""
        wanted: dict[tuple[Column, str, str], set[int]] = {}
        for changes in stored:
            for name, pair in changes.items() if isinstance(changes, Mapping) else ():
                place = self._place(name)
                if place is not None and isinstance(pair, list):
                    wanted.setdefault(place, set()).update(_integers(pair))
        return {place: ids for place, ids in wanted.items() if ids}

    def _place(self, name: str) -> tuple[Column, str, str] | None:
        custom = self._fields.get(name)
        column = custom.columns[0].spec.column if custom is not None and custom.columns else None
        if name == "assignees" or column is Column.PERSON:
            return Column.PERSON, "smalt_user", "name"
        if column is Column.RECORD and custom is not None and self._actor.access(custom.target or 0):
            return Column.RECORD, f"p_{custom.target}", "title"
        return None


def _integers(values: Iterable[Any]) -> Iterable[int]:
    for value in values:
        if isinstance(value, list):
            yield from _integers(value)
        elif isinstance(value, int) or (isinstance(value, str) and value.isdecimal()):
            yield int(value)


def _choice(choices: Iterable[Any], value: Any) -> Any:
    found = next((c for c in choices if str(c.id) == str(value)), None)
    if found is None:
        return {"id": str(value), "name": None, "color": None}
    return {"id": str(found.id), "name": found.name, "color": found.color}


def _named(column: Column, value: Any, names: Mapping[tuple[Column, int], str], member: str) -> Any:
    return {"id": str(value), member: names.get((column, int(value)))}


def _change(row: Row, changes: list[FieldChange]) -> Change:
    id_, at, actor_id, name, via, record_id, kind, version, _, batch_id = row
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
    )
