"""What must hold before a field's definition is saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kernel.access.actor import SYSTEM, Actor
from kernel.errors import BrokenSourceError, ExpressionError, Fault, InvalidInputError, SmaltError
from kernel.fields import Derivation
from kernel.queries.compilation import HiddenFieldError
from kernel.schema import Field, Project, Schema
from kernel.services.dependencies import DependencyGraph, chain, derivation_of
from kernel.services.field_config import Definition

CheckDerivation = Callable[[Schema, Project, Derivation, Actor], object]
"""Raises ExpressionError or BrokenSourceError when an actor's computed value cannot be computed."""


class FieldChecks:
    """Checks a definition against the rest of the schema."""

    def __init__(self, check: CheckDerivation) -> None:
        self._check = check

    def targets(self, schema: Schema, actor: Actor, definition: Definition, known: set[int]) -> None:
        """The projects that a field points to, but for those it pointed to before, must be visible."""
        faults = []
        for target in sorted(definition.targets - known):
            project = schema.projects.get(target)
            if project is None or project.deleted or actor.access(target) is None:
                pointer = pointer_of(definition.raw, str(target))
                faults.append(Fault(pointer, f"There is no project '{target}', or you may not see it."))
        if faults:
            raise InvalidInputError(faults=faults)

    def definition(self, schema: Schema, actor: Actor, field: Field) -> None:
        """A field of the schema must compute, and close no loop.

        What neither computes nor leads to other records cannot.
        """
        if field.derived or field.target is not None:
            self.loops(schema, field)
            self.computation(schema, actor, field)

    def computation(self, schema: Schema, actor: Actor, field: Field) -> None:
        """A computed field of the schema must compute, with what the actor may see."""
        derivation = derivation_of(field)
        if derivation is None:
            return
        try:
            self._check(schema, schema.projects[field.project_id], derivation, actor)
        except (ExpressionError, BrokenSourceError) as error:
            raise InvalidInputError(faults=[_fault(error, field, derivation)]) from error

    def loops(self, schema: Schema, field: Field) -> None:
        """No field may compute from itself, however far around."""
        loop = DependencyGraph(schema).cycle(field.id)
        if loop is not None:
            named = chain(loop, schema.projects[field.project_id], schema)
            detail = f"Fields would compute from one another in a loop: {named}."
            raise InvalidInputError(detail, [Fault("/config", detail)])

    def dependents(self, before: Schema, after: Schema, field: Field) -> None:
        """What computes from the field must go on computing if it does now."""
        found = DependencyGraph(before).dependents(field.id)
        faults = []
        for dependent in found:
            if self.broken(before, dependent) is None:
                reason = self.broken(after, dependent)
                if reason is not None:
                    where = chain([dependent], after.projects[field.project_id], after)
                    detail = f"'{where}' computes from this field and would no longer work: {reason}"
                    faults.append(
                        Fault("/type" if field.type_key != _type(after, field) else "/config", detail)
                    )
        if faults:
            raise InvalidInputError(faults=faults)

    def hides(self, schema: Schema, field: Field, actor: Actor) -> bool:
        """Whether a computed field reads what the actor may not see; then it is hidden too."""
        derivation = derivation_of(field)
        if derivation is None or actor.admin:
            return False
        project = schema.projects[field.project_id]
        return self._meets_hidden(schema, project, derivation, actor) and not self._meets_hidden(
            schema, project, derivation, SYSTEM
        )

    def _meets_hidden(self, schema: Schema, project: Project, derivation: Derivation, actor: Actor) -> bool:
        try:
            self._check(schema, project, derivation, actor)
        except HiddenFieldError:
            return True
        except (ExpressionError, BrokenSourceError):
            return False
        return False

    def broken(self, schema: Schema, field: Field) -> str | None:
        """Why a computed field does not compute, for anybody; None when it does."""
        derivation = derivation_of(field)
        if derivation is None:
            return None
        try:
            self._check(schema, schema.projects[field.project_id], derivation, SYSTEM)
        except (ExpressionError, BrokenSourceError) as error:
            return error.detail
        return None


def _type(schema: Schema, field: Field) -> str | None:
    project = schema.projects[field.project_id]
    return next((f.type_key for f in project.fields if f.id == field.id), None)


def with_field(schema: Schema, field: Field) -> Schema:
    """The schema with a field added or changed."""
    project = schema.projects[field.project_id]
    if any(f.id == field.id for f in project.fields):
        fields = tuple(field if f.id == field.id else f for f in project.fields)
    else:
        fields = (*project.fields, field)
    return replace(schema, projects={**schema.projects, project.id: replace(project, fields=fields)})


def pointer_of(raw: Mapping[str, Any], text: str) -> str:
    """Where in a config a text stands, as a JSON pointer."""
    return "/config" + (_find(raw, text) or "")


def _find(value: Any, text: str) -> str | None:
    if isinstance(value, str):
        return "" if value == text or f"{{{value}}}" == text else None
    members = (
        value.items()
        if isinstance(value, Mapping)
        else enumerate(value)
        if isinstance(value, list | tuple)
        else ()
    )
    for name, member in members:
        found = _find(member, text)
        if found is not None:
            return f"/{name}{found}"
    return None


def _fault(error: SmaltError, field: Field, derivation: Derivation) -> Fault:
    """At the config member that the complaint quotes, else at the expression."""
    quoted = re.findall(r"'([^']+)'", error.detail)
    places = (_find(field.raw_config, text) for text in (*quoted, derivation.expression))
    pointer = next((place for place in places if place), "")
    return Fault(f"/config{pointer}", error.detail, getattr(error, "position", None))
