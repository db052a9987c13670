"""What one reader sees of the history: visible fields, in the shapes of records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.dialects.base import Parameters
from kernel.fields import ENTITIES, Column
from kernel.queries.compilation import reach
from kernel.queries.paths import start
from kernel.schema import Field, Project, Schema
from kernel.services.history_values import Shapes, find_shapes
from kernel.services.visible_names import VisibleNames
from kernel.storage.database import Reading, Statement
from kernel.values import ID, Choice, Kind, Value, ValueType

PEOPLE, FILES = 0, -1
"""Where the names of people, and the shapes of files, stand among the names of the records of projects."""

Names = Mapping[tuple[int, int], Any]
_MOMENTS = ("start_at", "due_at", "completed_at")
_HIDDEN = {"hidden": True}
_COUNT = "records"
"""How many records went with their list: more than the reader knows of, where a role narrows them."""


class FieldChange(msgspec.Struct, rename={"before": "from", "after": "to"}):
    """One field's change, in the shapes of a record's values."""

    field: str
    before: Any
    after: Any


class HistoryView:
    """Turns the stored changes of one project into what one reader sees of them."""

    def __init__(self, schema: Schema, project: Project, actor: Actor, now: datetime) -> None:
        access = actor.access(project.id)
        assert access is not None  # the project is visible
        self._seen = VisibleNames(project, access)
        self._schema = schema
        self._actor = actor
        self._project = project
        self._now = now
        self._narrowed = access.scope is not None
        self._fields: Mapping[str, Field] = self._seen.fields

    async def shown(self, database: Reading, changes: Sequence[Any]) -> list[list[FieldChange]]:
        """The visible changes of each entry; set-up changes are shown as they are."""
        stored = [self._visible(c) if isinstance(c, Mapping) else {} for c in changes]
        names = await self._names(database, stored)
        shapes = await find_shapes(database, self._plain_values(stored))
        return [[self._change(n, pair, names, shapes) for n, pair in entry.items()] for entry in stored]

    def _visible(self, stored: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
        """Pairs of values by stored name, of what the reader may see."""
        pairs = (
            (n, pair)
            for n, pair in stored.items()
            if self._seen.name(n) is not None and not (self._narrowed and n == _COUNT)
        )
        return {
            name: (pair[0], pair[1]) if isinstance(pair, list) and len(pair) == 2 else (None, pair)
            for name, pair in pairs
        }

    def _change(self, name: str, pair: tuple[Any, Any], names: Names, shapes: Shapes) -> FieldChange:
        before, after = (self._value(name, value, names, shapes) for value in pair)
        return FieldChange(self._seen.name(name) or name, before, after)

    def _value(self, name: str, value: Any, names: Names, shapes: Shapes) -> Any:
        custom = self._fields.get(name)
        if custom is not None:
            return self._custom(custom, value, names, shapes)
        if name in ("tags", "assignees"):
            shown = self._project.tags if name == "tags" else None
            return [_person(v, names) if shown is None else _choice(shown, v) for v in value or ()]
        if value is None:
            return None
        if name == "dependencies":
            record = self._record(int(value["project_id"]), value["record_id"], names)
            return {"relation": value["relation"], "record": record}
        if name == "list":
            return _choice(self._project.lists, value)
        return _moment(value) if name in _MOMENTS else value

    def _custom(self, custom: Field, value: Any, names: Names, shapes: Shapes) -> Any:
        spec = custom.columns[0].spec if custom.columns else None
        if spec is None or spec.column not in ENTITIES:
            return None if value is None else shapes.of(custom, value)
        several = value if isinstance(value, list) else [] if value is None else [value]
        if spec.column is Column.CHOICE and custom.type is not None:
            choices = custom.type.choices(custom.config)
            shown = [_choice(choices, v) for v in several]
        elif spec.column is Column.PERSON:
            shown = [_person(v, names) for v in several]
        elif spec.column is Column.FILE:
            shown = [names.get((FILES, int(v)), {"id": str(v), "name": None}) for v in several]
        else:
            return [self._record(custom.target or 0, v, names) for v in several]
        return shown if spec.many else (shown[0] if shown else None)

    def _record(self, target: int, value: Any, names: Names) -> Any:
        title = names.get((target, int(value)))
        access = self._actor.access(target)
        if access is None or (title is None and access.scope is not None):
            return _HIDDEN
        return {"id": str(value), "title": title if access.sees("title") else ""}

    def _plain_values(self, stored: Iterable[Mapping[str, tuple[Any, Any]]]) -> Iterator[tuple[Field, Any]]:
        for entry in stored:
            for name, pair in entry.items():
                custom = self._fields.get(name)
                if custom is not None and custom.columns and custom.columns[0].spec.column not in ENTITIES:
                    yield from ((custom, value) for value in pair)

    async def _names(self, database: Reading, stored: Iterable[Mapping[str, Any]]) -> Names:
        """What the people, records and files are called now that changes speak of, by source and id."""
        wanted: dict[int, set[int]] = defaultdict(set)
        for entry in stored:
            for name, pair in entry.items():
                source = self._source(name)
                if source is not None:
                    wanted[source].update(_integers(pair))
                elif name == "dependencies":
                    for target, record_id in self._dependencies(pair):
                        wanted[target].add(record_id)
        found: dict[tuple[int, int], Any] = {}
        for source, ids in wanted.items():
            if ids:
                (rows,) = await database.read(self._naming(database, source, sorted(ids)))
                read = msgspec.json.decode if source == FILES else str
                found |= {(source, row[0]): read(row[1]) for row in rows}
        return found

    def _dependencies(self, pair: Iterable[Any]) -> Iterator[tuple[int, int]]:
        """Project and id of the records that dependencies name, in projects that the reader sees."""
        for value in pair:
            target = 0 if value is None else int(value["project_id"])
            if target in self._schema.projects and self._actor.access(target) is not None:
                yield target, int(value["record_id"])

    def _source(self, name: str) -> int | None:
        custom = self._fields.get(name)
        column = custom.columns[0].spec.column if custom is not None and custom.columns else None
        if name == "assignees" or column is Column.PERSON:
            return PEOPLE
        if column is Column.FILE:
            return FILES
        if column is Column.RECORD and custom is not None and custom.target in self._schema.projects:
            return custom.target if self._actor.access(custom.target or 0) is not None else None
        return None

    def _naming(self, database: Reading, source: int, ids: Sequence[int]) -> Statement:
        """Ids and names; of records, only those in the reader's reach, also from the trash."""
        if source in (PEOPLE, FILES):
            parameters = Parameters(database.dialect)
            marks = ", ".join(parameters.add(i, ID) for i in ids)
            shape = database.dialect.json_of(Value(ValueType(Kind.FILE), "t.id"))
            table, shown = ("smalt_user", "t.name") if source == PEOPLE else ("smalt_file", shape)
            return Statement(
                f"SELECT t.id, {shown} FROM {table} t WHERE t.id IN ({marks})", parameters.values
            )
        project = self._schema.projects[source]
        compilation = start(self._schema, self._actor, database.dialect, self._now)
        marks = ", ".join(compilation.parameters.add(i, ID) for i in ids)
        conditions = [f"r.id IN ({marks})", reach(compilation, project, "r")]
        where = " AND ".join(c for c in conditions if c)
        return compilation.statement(f"SELECT r.id, r.title FROM {project.table} r WHERE {where}")


def _integers(values: Iterable[Any]) -> Iterator[int]:
    for value in values:
        if isinstance(value, list):
            yield from _integers(value)
        elif isinstance(value, int) or (isinstance(value, str) and value.isdecimal()):
            yield int(value)


def _choice(choices: Iterable[Choice], value: Any) -> Any:
    found = next((c for c in choices if str(c.id) == str(value)), None)
    if found is None:
        return {"id": str(value), "name": None, "color": None}
    return {"id": str(found.id), "name": found.name, "color": found.color}


def _person(value: Any, names: Names) -> Any:
    return {"id": str(value), "name": names.get((PEOPLE, int(value)))}


def _moment(value: Any) -> Any:
    moment = datetime.fromisoformat(value)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
