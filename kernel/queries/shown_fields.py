"""The fields that a reader sees, with what their values mean: the columns of a table made of records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.errors import BrokenSourceError, ExpressionError, Fault, InvalidInputError
from kernel.queries.compilation import HiddenFieldError, Scope
from kernel.queries.fields import canonical, sees_built_in, unknown_field
from kernel.queries.frames import Frame
from kernel.queries.paths import field_value, named_value, start
from kernel.queries.record_json import unknown_names
from kernel.schema import Field, Project, Schema
from kernel.values import Kind

BUILT_IN_TITLES: Final = {
    "title": "Title",
    "list": "List",
    "tags": "Tags",
    "assignees": "Assignees",
    "description": "Description",
    "start_at": "Start date",
    "due_at": "Due date",
    "completed_at": "Completed at",
    "created_at": "Created at",
    "updated_at": "Updated at",
    "id": "ID",
}
"""What people call the built-in fields of a table, in the order in which they stand there."""

_ON_REQUEST: Final = ("id",)


class ShownField(NamedTuple):
    """A column: `key` is the member of a record, of its `fields` unless it is built in."""

    key: str
    name: str
    kind: Kind
    built_in: bool


def shown_fields(
    schema: Schema,
    actor: Actor,
    project: Project,
    wanted: Sequence[str] | None,
    dialect: Dialect,
    now: datetime,
) -> list[ShownField]:
    """The fields of a project that the actor sees, or those `wanted` in their order.

    Raises InvalidInputError for names that the reader does not have.
    """
    compilation = start(schema, actor, dialect, now)
    scope = Scope(compilation, project, Frame(compilation.aliases, f"{project.table} r"), "r")
    unknown = unknown_names(project, scope, wanted or ())
    if unknown:
        faults = [Fault("/fields", unknown_field(scope, name)) for name in unknown]
        raise InvalidInputError("The choice of fields is not valid.", faults)
    built_in = [_built_in(scope, name) for name in BUILT_IN_TITLES if sees_built_in(scope, name)]
    found = [*built_in, *(shown for f in project.live_fields if (shown := _custom(scope, f)) is not None)]
    if wanted is None:
        return [shown for shown in found if shown.key not in _ON_REQUEST]
    names = {str(field.id): field.key for field in project.live_fields}
    by_key = {shown.key: shown for shown in found}
    keys = dict.fromkeys(_key(names.get(name.strip(), name.strip()), by_key) for name in wanted)
    return [by_key[key] for key in keys if key in by_key]


def _key(name: str, known: dict[str, ShownField]) -> str:
    return name if name in known else canonical(name)


def _built_in(scope: Scope, name: str) -> ShownField:
    return ShownField(name, BUILT_IN_TITLES[name], named_value(scope, name).type.kind, True)


def _custom(scope: Scope, field: Field) -> ShownField | None:
    """A custom field; None where it is hidden, itself or something that it reads."""
    if not scope.access.sees(field.key):
        return None
    try:
        kind = field_value(scope, field).type.kind
    except HiddenFieldError:
        return None
    except (BrokenSourceError, ExpressionError):
        kind = Kind.BLANK
    return ShownField(field.key, field.name, kind, False)
