"""Projects."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody, QueryParameter

from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.schema import Project
from kernel.services.projects import ProjectInput, ProjectPatch

Trashed = Annotated[bool, QueryParameter(description="What is in the trash instead of what is live.")]


class ProjectView(msgspec.Struct):
    """A project. `default_fields` are those that are on, in the order of the project's layout."""

    id: str
    name: str
    description: str | None
    default_fields: list[str]
    time_zone: str
    currency: str


class ProjectsController(Controller):
    """Containers of records, each with its own lists, tags and fields."""

    path = "/projects"
    tags = ["Projects"]

    @get(summary="List the projects that you may see")
    async def projects(
        self, kernel: Kernel, actor: Actor, paging: Paging, deleted: Trashed = False
    ) -> Page[ProjectView]:
        found = await kernel.projects.all(actor, deleted)
        return paging.slice([view(p) for p in found], key=lambda p: (int(p.id),))

    @post(summary="Make a project", description="You become its owner.")
    async def add(self, kernel: Kernel, actor: Actor, data: JSONBody[ProjectInput]) -> ProjectView:
        return view(await kernel.projects.create(actor, data))

    @get("/{project_id:str}", summary="One project")
    async def project(self, kernel: Kernel, actor: Actor, project_id: Id) -> ProjectView:
        return view(await kernel.projects.get(actor, identifier(project_id)))

    @patch(
        "/{project_id:str}",
        summary="Change a project",
        description="Switching a default field off loses nothing.",
    )
    async def change(
        self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[ProjectPatch]
    ) -> ProjectView:
        return view(await kernel.projects.update(actor, identifier(project_id), data))

    @delete("/{project_id:str}", summary="Move a project to the trash")
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id) -> None:
        await kernel.projects.delete(actor, identifier(project_id))

    @post("/{project_id:str}/restore", status_code=200, summary="Take a project out of the trash")
    async def restore(self, kernel: Kernel, actor: Actor, project_id: Id) -> ProjectView:
        return view(await kernel.projects.restore(actor, identifier(project_id)))


def view(project: Project) -> ProjectView:
    return ProjectView(
        str(project.id), project.name, project.description, list(project.layout),
        project.time_zone, project.currency,
    )  # fmt: skip
