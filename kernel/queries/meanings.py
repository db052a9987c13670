"""What the members of a project's records mean to one reader: their kinds, and whose values they show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.errors import SmaltError
from kernel.fields import Derivation
from kernel.queries.compilation import root_scope
from kernel.queries.paths import named_value, start
from kernel.schema import Field, Project, Schema
from kernel.values import Kind

_PLAIN = re.compile(r"\s*\{\s*([\w.]+)\s*\}\s*")
_KEEPING = (None, "sum", "average", "min", "max")
"""Measures whose result means what the measured values mean."""
_DEEPEST = 24


@dataclass(frozen=True)
class Meaning:
    """`source` is the field whose values are shown: the field itself, or what a lookup ends in."""

    kind: Kind
    source: Field | None


def meanings(
    schema: Schema, actor: Actor, project: Project, dialect: Dialect, now: datetime
) -> Mapping[str, Meaning]:
    """By key, for the custom fields that the reader sees."""
    scope = root_scope(start(schema, actor, dialect, now), project)
    found: dict[str, Meaning] = {}
    for field in project.live_fields:
        if scope.access.sees(field.key):
            try:
                kind = named_value(scope, field.key).type.kind
            except SmaltError:
                continue  # broken or hidden: there is no value to mean anything
            found[field.key] = Meaning(kind, source_of(schema, field))
    return found


def source_of(schema: Schema, field: Field, depth: int = 0) -> Field | None:
    """The field that a lookup shows in the end; None for a built-in one, or a computed value."""
    derivation = None if field.type is None else field.type.derive(field.config)
    if derivation is None or depth > _DEEPEST or field.type is None:
        return field
    plain = _PLAIN.fullmatch(derivation.expression)
    if plain is None or derivation.measure not in _KEEPING or derivation.stays is not None:
        return field
    here = rows_of(schema, schema.projects[field.project_id], derivation)
    *hops, last = plain[1].split(".")
    for hop in hops:
        here = project_through(schema, here, hop)
    found = None if here is None else here.by_name.get(last)
    return None if found is None else source_of(schema, found, depth + 1)


def rows_of(schema: Schema, project: Project, derivation: Derivation) -> Project | None:
    """The project whose records the expression is evaluated on."""
    through = derivation.through
    if through is None:
        return project
    if through.backwards:
        return schema.projects.get(int(through.project_id or 0))
    here: Project | None = project
    for hop in (through.reference or "").split("."):
        here = project_through(schema, here, hop)
    return here


def project_through(schema: Schema, project: Project | None, name: str) -> Project | None:
    field = None if project is None else project.by_name.get(name)
    source = None if field is None else source_of(schema, field)
    return None if source is None else schema.projects.get(source.target or 0)
