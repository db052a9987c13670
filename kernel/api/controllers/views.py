"""The saved views of a project."""

from __future__ import annotations

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.services.view_model import View, ViewInput, ViewPatch


class ViewsController(Controller):
    """Filter, order, groups and shown fields, kept under a name; shared with all members or personal."""

    path = "/projects/{project_id:str}/views"
    tags = ["Views"]

    @get(summary="List the views of a project", description="The shared ones in their order, then your own.")
    async def views(self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id) -> Page[View]:
        found = await kernel.views.all(actor, identifier(project_id))
        return paging.slice(found, key=lambda v: (int(not v.shared), v.position, int(v.id)))

    @post(summary="Save a view", description="Read records through it with `?view=<id>`.")
    async def add(self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[ViewInput]) -> View:
        return await kernel.views.create(actor, identifier(project_id), data)

    @get("/{view_id:str}", summary="One view")
    async def view(self, kernel: Kernel, actor: Actor, project_id: Id, view_id: Id) -> View:
        return await kernel.views.get(actor, identifier(project_id), identifier(view_id))

    @patch("/{view_id:str}", summary="Change a view", description="Or make it your default.")
    async def change(
        self, kernel: Kernel, actor: Actor, project_id: Id, view_id: Id, data: JSONBody[ViewPatch]
    ) -> View:
        return await kernel.views.update(actor, identifier(project_id), identifier(view_id), data)

    @delete("/{view_id:str}", summary="Delete a view", description="Its records stay as they are.")
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, view_id: Id) -> None:
        await kernel.views.delete(actor, identifier(project_id), identifier(view_id))
