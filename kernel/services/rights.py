"""What an actor may do with a project: 404 for what it may not see, 403 for what it may not do."""

from __future__ import annotations

from kernel.access.actor import Actor
from kernel.errors import ForbiddenError, NotFoundError
from kernel.schema import Field, Project, Schema


def visible_project(schema: Schema, actor: Actor, project_id: int, trashed: bool = False) -> Project:
    """The project, or NotFoundError; one in the trash only when asked for."""
    project = schema.projects.get(project_id)
    if project is None or project.deleted is not trashed or actor.access(project_id) is None:
        raise NotFoundError("There is no such project, or you may not see it.")
    return project


def configurable_project(schema: Schema, actor: Actor, project_id: int, trashed: bool = False) -> Project:
    """The project, or NotFoundError; ForbiddenError when the actor may not configure it."""
    project = visible_project(schema, actor, project_id, trashed)
    access = actor.access(project_id)
    if access is None or "configure" not in access.can:
        raise ForbiddenError("Only owners and administrators of the project may change how it is set up.")
    return project


def visible_fields(project: Project, actor: Actor) -> list[Field]:
    """The live fields that the actor may see, in order."""
    access = actor.access(project.id)
    return [f for f in project.live_fields if access is not None and access.sees(f.key)]


def visible_field(project: Project, actor: Actor, name: str) -> Field:
    """A live field by id or key, or NotFoundError."""
    found = project.by_name.get(name)
    access = actor.access(project.id)
    if found is None or access is None or not access.sees(found.key):
        raise NotFoundError("There is no such field, or you may not see it.")
    return found
