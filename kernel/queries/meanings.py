"""What the members of a project's records mean to one reader: their kinds, and whose values they show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.errors import SmaltError
from kernel.fields import Derivation
from kernel.queries.compilation import root_scope
from kernel.queries.fields import canonical
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
    shown = None if field.type is None or depth > _DEEPEST else _shown(schema, field)
    if shown is None:
        return field
    here, path = shown
    last = None if here is None else _end(schema, here, path)
    found = None if last is None else last.by_name.get(path[-1])
    return None if found is None else source_of(schema, found, depth + 1)


def leads_to(
    schema: Schema, project: Project, path: Sequence[str], target: tuple[int, str], depth: int = 0
) -> bool:
    """Whether a path from a project's records ends in a field, through whatever lookups: `target` is the id
    of its project and its own, or the payload name of a built-in one."""
    here = _end(schema, project, path)
    if here is None:
        return False
    custom = here.by_name.get(path[-1]) or here.by_name.get(path[-1].lower())
    if custom is None:
        return (here.id, canonical(path[-1])) == target
    if (here.id, str(custom.id)) == target:
        return True
    shown = None if depth > _DEEPEST else _shown(schema, custom)
    if shown is None or shown[0] is None:
        return False
    return leads_to(schema, shown[0], shown[1], target, depth + 1)


def _end(schema: Schema, project: Project, path: Sequence[str]) -> Project | None:
    """The project that the last name of a path belongs to."""
    here: Project | None = project
    for hop in path[:-1]:
        here = project_through(schema, here, hop)
    return here


def _shown(schema: Schema, field: Field) -> tuple[Project | None, Sequence[str]] | None:
    """Where a lookup looks, and the path that it shows there; None for what shows values of its own."""
    derivation = None if field.type is None else field.type.derive(field.config)
    plain = None if derivation is None else _PLAIN.fullmatch(derivation.expression)
    if derivation is None or plain is None:
        return None
    if derivation.measure not in _KEEPING or derivation.stays is not None:
        return None
    return rows_of(schema, schema.projects[field.project_id], derivation), plain[1].split(".")


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
