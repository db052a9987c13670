"""From the rows of the kernel's tables to the schema snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from kernel.fields import ColumnSpec, FieldType
from kernel.schema import Field, FieldColumn, Project, Schema
from kernel.storage.database import Row, Statement
from kernel.values import Choice

FieldTypeLookup = Callable[[str, frozenset[str]], FieldType[Any, Any] | None]
"""The field type of a key, None when it is missing or among the disabled plugins given."""

VERSION = Statement("SELECT value FROM smalt_state WHERE name = 'schema'")
"""The version of the schema; send it along with a query to know whether the snapshot held."""

PROJECTS = Statement(
    "SELECT id, name, description, default_fields, time_zone, currency, deleted_at FROM smalt_project "
    "ORDER BY id"
)
LISTS = Statement(
    "SELECT project_id, id, name, color FROM smalt_list WHERE deleted_at IS NULL ORDER BY position, id"
)
TAGS = Statement(
    "SELECT project_id, id, name, color FROM smalt_tag WHERE deleted_at IS NULL ORDER BY position, id"
)
FIELDS = Statement(
    'SELECT id, project_id, key, name, type, config, columns, required, "unique", indexed, '
    "description, position, deleted_at, default_value, version FROM smalt_field ORDER BY position, id"
)
DISABLED = Statement("SELECT name FROM smalt_plugin WHERE NOT enabled")

STATEMENTS = (VERSION, PROJECTS, LISTS, TAGS, FIELDS, DISABLED)
"""Everything a snapshot is built from, in the order that `SchemaBuilder.build` takes the rows."""


class StoredColumn(msgspec.Struct, frozen=True):
    """A column as written beside the field's config: data outlives the plugin that described it."""

    name: str
    spec: ColumnSpec


_columns_decoder = msgspec.json.Decoder(tuple[StoredColumn, ...])
_config_decoder = msgspec.json.Decoder(dict[str, Any])
_names_decoder = msgspec.json.Decoder(tuple[str, ...])


def column_name(field_id: int, spec: ColumnSpec) -> str:
    """The name of a new column for a spec of a field."""
    return f"f_{field_id}_{spec.name}" if spec.name else f"f_{field_id}"


def field_columns(field_id: int, specs: Iterable[ColumnSpec]) -> tuple[FieldColumn, ...]:
    """The columns of a new field, named."""
    return tuple(FieldColumn(spec, column_name(field_id, spec)) for spec in specs)


def encode_columns(columns: Iterable[FieldColumn]) -> str:
    """The text in which columns are stored."""
    return msgspec.json.encode([StoredColumn(c.name, c.spec) for c in columns]).decode()


def decode_columns(text: str) -> tuple[FieldColumn, ...]:
    """The columns from their stored text."""
    return tuple(FieldColumn(c.spec, c.name) for c in _columns_decoder.decode(text))


class SchemaBuilder:
    """Builds snapshots, taking over the fields that did not change from the one before."""

    def __init__(self, field_types: FieldTypeLookup) -> None:
        self._field_types = field_types
        self._built: dict[int, tuple[Row, FieldType[Any, Any] | None, Field]] = {}

    def build(self, answers: Sequence[Sequence[Row]]) -> Schema:
        """A snapshot from the rows of `STATEMENTS`."""
        version, projects, lists, tags, field_rows, disabled = answers
        off = frozenset(name for (name,) in disabled)
        fields = self._fields(field_rows, off)
        list_choices, tag_choices = _choices(lists), _choices(tags)
        built = {
            row[0]: _project(row, list_choices[row[0]], tag_choices[row[0]], fields[row[0]])
            for row in projects
        }
        return Schema(version[0][0], built, off)

    def _fields(self, rows: Sequence[Row], off: frozenset[str]) -> dict[int, list[Field]]:
        types: dict[str, FieldType[Any, Any] | None] = {}
        by_project: dict[int, list[Field]] = defaultdict(list)
        built: dict[int, tuple[Row, FieldType[Any, Any] | None, Field]] = {}
        for row in rows:
            row = tuple(row)
            if row[4] not in types:
                types[row[4]] = self._field_types(row[4], off)
            type_ = types[row[4]]
            before = self._built.get(row[0])
            known = before is not None and before[1] is type_ and before[0] == row
            found = before[2] if before is not None and known else build_field(row, type_)
            built[row[0]] = (row, type_, found)
            by_project[found.project_id].append(found)
        self._built = built
        return by_project


def build_field(row: Row, type_: FieldType[Any, Any] | None) -> Field:
    """A field from its row of `FIELDS`."""
    id_, project_id, key, name, type_key, config, columns = row[:7]
    required, unique, indexed, description, position, deleted_at, default, version = row[7:]
    raw = _config_decoder.decode(config)
    stored = decode_columns(columns)
    parsed = None if type_ is None else _parse(type_, raw, stored)
    return Field(
        id=id_, project_id=project_id, key=key, name=name, type_key=type_key,
        type=None if parsed is None else type_,
        config=parsed, raw_config=raw, columns=stored,
        required=bool(required), unique=bool(unique), indexed=bool(indexed),
        description=description, position=position, deleted=deleted_at is not None,
        default=None if default is None else msgspec.json.decode(default),
        version=version,
    )  # fmt: skip


def _parse(type_: FieldType[Any, Any], raw: dict[str, Any], stored: tuple[FieldColumn, ...]) -> Any:
    """The config as the type's Struct; None when it no longer fits the type or the columns.

    A plugin of another version may read the config otherwise than the columns were made for.
    Any exception of the plugin counts as such: one bad field must not take the schema down.
    """
    try:
        config = msgspec.convert(raw, type_.config_type)
        fits = tuple(type_.columns(config)) == tuple(column.spec for column in stored)
    except Exception:
        return None
    return config if fits else None


def _choices(rows: Sequence[Row]) -> dict[int, list[Choice]]:
    by_project: dict[int, list[Choice]] = defaultdict(list)
    for project_id, id_, name, color in rows:
        by_project[project_id].append(Choice(id_, name, color))
    return by_project


def _project(row: Row, lists: list[Choice], tags: list[Choice], fields: list[Field]) -> Project:
    id_, name, description, default_fields, time_zone, currency, deleted_at = row
    layout = _names_decoder.decode(default_fields)
    return Project(
        id=id_, name=name, description=description,
        default_fields=frozenset(layout), layout=layout,
        time_zone=time_zone, currency=currency,
        lists=tuple(lists), tags=tuple(tags), fields=tuple(fields),
        deleted=deleted_at is not None,
    )  # fmt: skip
