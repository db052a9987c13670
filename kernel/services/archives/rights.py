"""Who may take projects along."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.access.actor import Actor
from kernel.errors import ForbiddenError
from kernel.schema import Project, Schema
from kernel.services.rights import configurable_project


def archivable(schema: Schema, actor: Actor, ids: Sequence[int]) -> list[Project]:
    """The projects, where the actor may configure all of them and nothing in them is kept from it."""
    projects = [configurable_project(schema, actor, id_) for id_ in ids]
    for project in projects:
        access = actor.access(project.id)
        if access is None or access.scope is not None or "hidden" in access.fields.values():
            raise ForbiddenError(f"Some of '{project.name}' is hidden from you; an archive holds all of it.")
    return projects
