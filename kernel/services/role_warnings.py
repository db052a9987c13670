"""What a role hides, and yet gives away: told to who writes the role.

Whether a reader sees a computed field is found by compiling it with their rights, as every read does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

import msgspec

from kernel.access.actor import FULL_ACCESS, Actor, ProjectAccess
from kernel.dialects.base import Dialect
from kernel.errors import ExpressionError, SmaltError
from kernel.expressions import parse_filter, paths
from kernel.queries.compilation import HiddenFieldError, root_scope
from kernel.queries.fields import canonical
from kernel.queries.paths import field_value, start
from kernel.schema import Field, Project, Schema
from kernel.services.dependencies import DependencyGraph, derivation_of

_READER = -1
"""The id of the reader who has the role; nobody's."""


class RoleWarning(msgspec.Struct, frozen=True):
    """One thing to know. `kind`: hidden_too (visible by its rule, but computed from what is hidden),
    computable (hidden, but all that it is computed from is seen), scope (the filter tells of it)."""

    field: str
    kind: str
    detail: str


class RoleWarnings:
    """Looks through one project for one role; `actor` is who reads the warnings."""

    def __init__(
        self, schema: Schema, project: Project, actor: Actor, dialect: Dialect, now: datetime
    ) -> None:
        self._schema = schema
        self._project = project
        self._actor = actor
        self._dialect = dialect
        self._now = now
        self._graph = DependencyGraph(schema)

    def of(self, access: ProjectAccess) -> list[RoleWarning]:
        """The warnings of a role with these rules."""
        if not any(rule == "hidden" for rule in access.fields.values()):
            return []
        return [*self._hidden_too(access), *self._computable(access), *self._by_scope(access)]

    def _hidden_too(self, access: ProjectAccess) -> Iterator[RoleWarning]:
        hidden = [f for f in self._project.live_fields if not access.sees(f.key)]
        dependents = {d.id: d for f in hidden for d in self._graph.dependents(f.id)}
        own = {f.id: f for f in self._project.live_fields if derivation_of(f) is not None}
        for field in (dependents | own).values():
            expected = self._told(field) and self._seen_by_rule(field, access)
            if expected and self._computes(field, FULL_ACCESS) and not self._computes(field, access):
                detail = f"{self._place(field)} is hidden too: it is computed from what is hidden."
                yield RoleWarning(field.key, "hidden_too", detail)

    def _computable(self, access: ProjectAccess) -> Iterator[RoleWarning]:
        for field in self._project.live_fields:
            if access.sees(field.key) or derivation_of(field) is None:
                continue
            shown = replace(access, fields={**access.fields, field.key: "read"})
            if self._computes(field, shown):
                sources = sorted(self._graph.sources.get(field.id, ()))
                names = " and ".join(
                    f"'{self._graph.fields[i].name}'" for i in sources if i in self._graph.fields
                )
                detail = f"'{field.name}' can still be computed from {names or 'what this role sees'}."
                yield RoleWarning(field.key, "computable", detail)

    def _by_scope(self, access: ProjectAccess) -> Iterator[RoleWarning]:
        names = [] if access.scope is None else _first_names(access.scope)
        for name in dict.fromkeys(names):
            field = self._project.by_name.get(name)
            key = field.key if field is not None else canonical(name)
            if not access.sees(key):
                label = field.name if field is not None else key
                detail = f"Whoever sees a record knows that it passes the scope, which asks for '{label}'."
                yield RoleWarning(key, "scope", detail)

    def _told(self, field: Field) -> bool:
        """Whether who reads the warnings may know of a field."""
        access = self._actor.access(field.project_id)
        return access is not None and access.sees(field.key)

    def _seen_by_rule(self, field: Field, access: ProjectAccess) -> bool:
        return field.project_id != self._project.id or access.sees(field.key)

    def _computes(self, field: Field, access: ProjectAccess) -> bool:
        """Whether a reader with this role, and every right elsewhere, would see a computed field."""
        everywhere: Mapping[int, ProjectAccess] = dict.fromkeys(self._schema.projects, FULL_ACCESS)
        reader = Actor(_READER, memberships={**everywhere, self._project.id: access})
        compilation = start(self._schema, reader, self._dialect, self._now)
        scope = root_scope(compilation, self._schema.projects[field.project_id])
        try:
            field_value(scope, field)
        except HiddenFieldError:
            return False
        except (SmaltError, RecursionError):
            return True
        return True

    def _place(self, field: Field) -> str:
        if field.project_id == self._project.id:
            return f"'{field.name}'"
        return f"'{field.name}' in '{self._schema.projects[field.project_id].name}'"


def _first_names(scope: str) -> list[str]:
    """The fields of the record itself that a filter names."""
    try:
        return [path[0] for path, _ in paths(parse_filter(scope))]
    except ExpressionError:
        return []
