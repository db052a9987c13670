"""What the values of fields are for one reader: kind, how many, and what can be asked of them.

A stored field's values follow from its type and config, a computed one's from what it computes. Those
who draw a value or build a filter need not know the field's type, then.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kernel.access.actor import Actor
from kernel.clock import Clock
from kernel.errors import BrokenSourceError, ExpressionError
from kernel.expressions.filters import operators_for
from kernel.queries.compilation import root_scope
from kernel.queries.paths import named_value, start
from kernel.schema import Field, Project, Schema
from kernel.services.rights import visible_fields, visible_project
from kernel.storage.database import Database
from kernel.storage.schema_cache import SchemaCache
from kernel.values import Kind, ValueType


class ChoiceView(msgspec.Struct):
    """One of the options that a value is taken from."""

    id: str
    name: str
    color: str | None


class FieldKind(msgspec.Struct, omit_defaults=True):
    """The values of a field. `operators` are those of filter trees, `project_id` whose records they are;
    a `computed` one fills itself and cannot be written."""

    kind: Kind
    many: bool
    operators: list[str]
    computed: bool = False
    scale: int | None = None
    project_id: str | None = None
    choices: list[ChoiceView] = []


class FieldKinds:
    """Finds out what the visible fields of a project hold."""

    def __init__(self, database: Database, schema: SchemaCache, clock: Clock) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock

    async def of(self, actor: Actor, project_id: int) -> Mapping[int, FieldKind]:
        """By the id of the field; what is broken, or reads what the actor may not see, is left out."""
        schema = await self._schema.current()
        project = visible_project(schema, actor, project_id)
        found = {f.id: self._type(schema, actor, project, f) for f in visible_fields(project, actor)}
        computed = {f.id for f in project.live_fields if f.derived or any(c.spec.sequence for c in f.columns)}
        return {id_: _view(type_, id_ in computed) for id_, type_ in found.items() if type_ is not None}

    def _type(self, schema: Schema, actor: Actor, project: Project, field: Field) -> ValueType | None:
        compilation = start(schema, actor, self._database.dialect, self._clock.now())
        try:
            return named_value(root_scope(compilation, project), field.key).type
        except (BrokenSourceError, ExpressionError):
            return None


def _view(type_: ValueType, computed: bool) -> FieldKind:
    return FieldKind(
        type_.kind,
        type_.many,
        list(operators_for(type_)),
        computed,
        type_.scale,
        None if type_.project_id is None else str(type_.project_id),
        [ChoiceView(str(c.id), c.name, c.color) for c in type_.choices],
    )
