"""Rows of a project's typed table: from values to columns and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kernel.dialects.base import Dialect, unchanged
from kernel.errors import Fault
from kernel.fields import ENTITIES, KIND_OF_COLUMN, Column, ColumnSpec
from kernel.schema import BUILT_IN_LINKS, Field, FieldColumn, Project
from kernel.storage.defaults import defaults_of
from kernel.values import DATETIME, ID, TEXT, ValueType

BUILT_IN_COLUMNS: Mapping[str, ValueType] = {
    "id": ID,
    "list_id": ID,
    "title": TEXT,
    "description": TEXT,
    "position": ID,
    "start_at": DATETIME,
    "due_at": DATETIME,
    "completed_at": DATETIME,
    "list_entered_at": DATETIME,
    "created_at": DATETIME,
    "created_by": ID,
    "updated_at": DATETIME,
    "updated_by": ID,
    "version": ID,
    "deleted_at": DATETIME,
    "deleted_by": ID,
}
"""The columns that every project's table has, in their order."""

Encoder = Callable[[Any], Any]


@dataclass(slots=True)
class Draft:
    """What to write to one record. What is absent stays as it is; None or [] clears.

    `columns`: built-in columns by name. `fields`: parsed values by field id; people, records and
    files may still be text (id, email) until they have been found. `links`: tags and assignees
    by link id. `completed`: done now, unless it is done already; or not done any more.
    `stays`: where a new record has been, ids of lists with the moments of coming there; only samples
    of templates have such a past. `faults`: what is wrong with it, so that it cannot be written.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    fields: dict[int, Any] = field(default_factory=dict)
    links: dict[int, list[Any]] = field(default_factory=dict)
    completed: bool | None = None
    stays: Sequence[tuple[int, datetime]] = ()
    faults: Sequence[Fault] = ()

    def settle(self, now: datetime, completed_at: datetime | None) -> None:
        """Turn `completed` into the moment it means for a record that was completed then, or not."""
        if self.completed is not None:
            self.columns["completed_at"] = (completed_at or now) if self.completed else None
            self.completed = None


def column_type(spec: ColumnSpec) -> ValueType:
    """The type under which values of a stored column are encoded and decoded."""
    scale = spec.scale if spec.column in (Column.INTEGER, Column.DECIMAL) else None
    if spec.column in ENTITIES:
        return ID
    return ValueType(KIND_OF_COLUMN[spec.column], scale=scale)


class TablePlan:
    """How the values of one project become rows, worked out once per version of the schema."""

    def __init__(self, project: Project, dialect: Dialect) -> None:
        self.project = project
        self._dialect = dialect
        self.fields: dict[int, Field] = {f.id: f for f in project.live_fields if f.columns}
        stored = [c for f in project.fields for c in f.columns if not c.spec.many]
        self.names = [*BUILT_IN_COLUMNS, *(c.name for c in stored)]
        self.place = {name: number for number, name in enumerate(self.names)}
        types = [*BUILT_IN_COLUMNS.values(), *(column_type(c.spec) for c in stored)]
        self.encoders: list[Encoder] = [dialect.encoder(t) for t in types]
        self.types = dict(zip(self.names, types, strict=True))
        self.many = frozenset(i for i, f in self.fields.items() if f.columns[0].spec.many)
        """Live fields whose values stand in the link table."""
        many = [f.id for f in project.fields if f.columns and f.columns[0].spec.many]
        self.link_fields = (*BUILT_IN_LINKS.values(), *many)
        numbered = [(f.id, c.name) for f in project.fields for c in f.columns if c.spec.sequence]
        self.sequences = tuple(sorted(numbered))
        """Field ids and columns that the kernel fills, those of fields in the trash too."""
        self.defaults = defaults_of(project)
        self._fillers = {i: self._filler(f) for i, f in self.fields.items()}

    def insertion(self) -> str:
        """INSERT with a placeholder per column."""
        marks = ", ".join(self._mark(name, number) for number, name in enumerate(self.names, 1))
        return f"INSERT INTO {self.project.table} ({', '.join(self.names)}) VALUES ({marks})"

    def update(self, names: Sequence[str]) -> str:
        """UPDATE of these columns; the id is the last parameter."""
        setters = ", ".join(f"{name} = {self._mark(name, n)}" for n, name in enumerate(names, 1))
        return f"UPDATE {self.project.table} SET {setters} WHERE id = {self._mark('id', len(names) + 1)}"

    def _mark(self, name: str, number: int) -> str:
        return self._dialect.placeholder(number, self.types[name])

    def integers(self, number: int) -> str:
        """Placeholders for a row of whole numbers in a kernel table."""
        return ", ".join(self._dialect.placeholder(n, ID) for n in range(1, number + 1))

    def blank(self, values: Mapping[str, Any]) -> list[Any]:
        """An encoded row with what many records have in common, for `row`."""
        row: list[Any] = [None] * len(self.names)
        for name, value in values.items():
            row[self.place[name]] = self.encode(name, value)
        return row

    def row(self, blank: Sequence[Any], draft: Draft, record_id: int) -> list[Any]:
        """A whole encoded row for `insertion`: a draft over a `blank` row."""
        row = [*blank]
        place, encoders = self.place, self.encoders
        row[place["id"]] = row[place["position"]] = record_id
        for name, value in draft.columns.items():
            at = place[name]
            row[at] = encoders[at](value)
        fillers = self._fillers
        for field_id, value in draft.fields.items():
            if value is not None:
                fillers[field_id](row, value)
        return row

    def _filler(self, found: Field) -> Callable[[list[Any], Any], None]:
        """Puts a value of a field into its places in a row; bulk writes live by its speed."""
        columns = found.columns
        if columns[0].spec.many:
            return _leave
        if len(columns) == 1 and not columns[0].spec.name:
            return _filler_of_one(self.place[columns[0].name], self._encoder(columns[0]))
        targets = [(c.spec.name, self.place[c.name], self._encoder(c)) for c in columns]
        return _filler_of_several(targets)

    def _encoder(self, column: FieldColumn) -> Encoder:
        return self.encoders[self.place[column.name]]

    def parts(self, field_id: int, value: Any) -> Iterable[tuple[str, Any]]:
        """A field's value by column; nothing for values that stand in the link table."""
        columns = self.fields[field_id].columns
        if len(columns) == 1 and not columns[0].spec.name:
            return () if columns[0].spec.many else ((columns[0].name, value),)
        if value is None:
            return [(c.name, None) for c in columns]
        return [(c.name, getattr(value, c.spec.name)) for c in columns]

    def encode(self, name: str, value: Any) -> Any:
        return self.encoders[self.place[name]](value)

    def links(self, field_id: int, value: Any) -> list[int] | None:
        """The targets of a many-valued field; None for a field with columns."""
        columns = self.fields[field_id].columns
        return list(value or ()) if columns and columns[0].spec.many else None

    def read(self, row: Sequence[Any]) -> dict[str, Any]:
        """A row of all columns, decoded, by column name."""
        decode = self._dialect.decode
        return {
            n: None if v is None else decode(v, self.types[n]) for n, v in zip(self.names, row, strict=True)
        }

    def value(self, field_id: int, columns: Mapping[str, Any]) -> Any:
        """A field's value from decoded columns; None when empty or when it stands in links."""
        found = self.fields[field_id]
        first = found.columns[0]
        if first.spec.many:
            return None
        if len(found.columns) == 1 and not first.spec.name:
            return columns[first.name]
        parts = {c.spec.name: columns[c.name] for c in found.columns}
        if (
            all(part is None for part in parts.values())
            or found.type is None
            or found.type.value_type is None
        ):
            return None
        return found.type.value_type(**parts)


def _leave(row: list[Any], value: Any) -> None:
    """Many-valued fields stand in the link table."""


def _filler_of_one(at: int, encode: Encoder) -> Callable[[list[Any], Any], None]:
    if encode is unchanged:
        return lambda row, value: row.__setitem__(at, value)

    def fill(row: list[Any], value: Any) -> None:
        row[at] = encode(value)

    return fill


def _filler_of_several(targets: Sequence[tuple[str, int, Encoder]]) -> Callable[[list[Any], Any], None]:
    def fill(row: list[Any], value: Any) -> None:
        for name, at, encode in targets:
            row[at] = encode(getattr(value, name))

    return fill
