"""Fields as they are made, changed and stored: the pure part of `FieldService`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from kernel.errors import ConflictError, Fault, InvalidInputError, VersionMismatchError
from kernel.fields import Column
from kernel.schema import Field, Project, Schema
from kernel.services.conversion_run import Conversion
from kernel.services.field_config import Definition, define
from kernel.services.field_inputs import FieldInput
from kernel.services.names import Faults, same_name
from kernel.storage.schema_rows import encode_columns, field_columns

MAXIMUM_COLUMNS = 1500
"""Columns in one project, of fields in the trash too: PostgreSQL has room for 1,600."""


def new_field(
    id_: int,
    project: Project,
    key: str,
    name: str,
    definition: Definition,
    data: FieldInput,
    description: str | None,
) -> Field:
    """A field out of its checked parts."""
    return Field(
        id=id_, project_id=project.id, key=key, name=name,
        type_key=definition.type.key, type=definition.type, config=definition.config,
        raw_config=definition.raw, columns=field_columns(id_, definition.specs),
        required=data.required, unique=data.unique, indexed=data.indexed,
        description=description, position=len(project.live_fields),
        default=None if data.default is msgspec.UNSET else data.default,
    )  # fmt: skip


def redefined_field(field: Field, new: Definition) -> Field:
    """The field under another definition, with columns as they would be if it were new."""
    return replace(
        field, type_key=new.type.key, type=new.type, config=new.config, raw_config=new.raw,
        columns=field_columns(field.id, new.specs),
    )  # fmt: skip


def with_options(field: Field, names: Sequence[str]) -> Field:
    """The field with options added; those of the same name are there already."""
    if field.type is None or not any(c.spec.column is Column.CHOICE for c in field.columns):
        raise ConflictError(f"'{field.name}' has no options now.")
    known = {same_name(choice.name) for choice in field.type.choices(field.config)}
    missing = {same_name(name): name for name in names if same_name(name) not in known}
    if not missing:
        return field
    config = field.type.with_choices(field.config, list(missing.values()))
    new = define(field.type, msgspec.json.decode(msgspec.json.encode(config)), field.config)
    return replace(field, config=new.config, raw_config=new.raw)


def row_of(field: Field) -> dict[str, Any]:
    """The row of smalt_field, without times, place and version."""
    return {
        "id": field.id, "project_id": field.project_id, "key": field.key, "name": field.name,
        "type": field.type_key, "config": msgspec.json.encode(field.raw_config).decode(),
        "columns": encode_columns(field.columns), "required": field.required, "unique": field.unique,
        "indexed": field.indexed, "description": field.description, "position": field.position,
        "default_value": None if field.default is None else msgspec.json.encode(field.default).decode(),
    }  # fmt: skip


def told(field: Field) -> dict[str, Any]:
    """What the history tells of a field."""
    return {
        "key": field.key, "name": field.name, "type": field.type_key, "config": field.raw_config,
        "required": field.required, "unique": field.unique, "indexed": field.indexed,
        "description": field.description, "default": field.default,
    }  # fmt: skip


def ordered(schema: Schema, project_id: int, order: Sequence[int]) -> Schema:
    """The schema with the live fields of a project in this order."""
    project = schema.projects[project_id]
    place = {id_: position for position, id_ in enumerate(order)}
    fields = tuple(sorted(project.fields, key=lambda f: place.get(f.id, len(place))))
    return replace(schema, projects={**schema.projects, project_id: replace(project, fields=fields)})


def check_version(field: Field, expected: Collection[int] | None) -> None:
    """Raise VersionMismatchError when a client has read none but other versions of the field."""
    if expected is not None and field.version not in expected:
        raise VersionMismatchError(
            f"Somebody has changed '{field.name}' since you read it. Read it again, then change it."
        )


def check_flags(field: Field, faults: Faults | None = None) -> None:
    """A flag must make sense for the columns. Raises at once when no `faults` are given."""
    found = Faults() if faults is None else faults
    if field.derived:
        for flag in ("required", "unique", "indexed"):
            if getattr(field, flag):
                found.add(f"/{flag}", "A computed field holds no values of its own.")
    elif field.numbered:
        for flag in ("required", "unique", "indexed"):
            if getattr(field, flag):
                found.add(f"/{flag}", "This field fills itself, differently in every record.")
    elif field.unique and (len(field.columns) != 1 or field.columns[0].spec.many):
        found.add("/unique", "Only a field that holds one plain value can be unique.")
    if faults is None:
        found.check()


def check_room(project: Project, field: Field) -> None:
    """Raise ConflictError when a project cannot hold more fields."""
    columns = sum(max(1, len(f.columns)) for f in (*project.fields, field))
    if columns > MAXIMUM_COLUMNS:
        raise ConflictError(f"A project has room for {MAXIMUM_COLUMNS} fields, those in the trash included.")


def replacements(conversion: Conversion, wanted: Mapping[str, str | None]) -> dict[int, int]:
    """By removed option the one that takes its place, both named by id or name."""
    old = {c.id: c.name for c in conversion.old.type.choices(conversion.old.config)} if wanted else {}
    new = {c.id: c.name for c in conversion.new.type.choices(conversion.new.config)} if wanted else {}
    found, faults = {}, []
    for name, into in wanted.items():
        source, target = _option(old, name), None if into is None else _option(new, into)
        if source is None or (into is not None and target is None):
            missing = name if source is None else into
            faults.append(Fault("/replacements", f"There is no option '{missing}'."))
        elif target is not None:
            found[source] = target
    if faults:
        raise InvalidInputError(faults=faults)
    return found


def _option(options: Mapping[int, str], name: str) -> int | None:
    for id_, option in options.items():
        if name == str(id_) or same_name(name) == same_name(option):
            return id_
    return None
