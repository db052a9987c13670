"""The tags of a project."""

from __future__ import annotations

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from kernel.api.controllers.lists import EntryView, view
from kernel.api.controllers.projects import Trashed
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.services.entries import EntryInput, EntryPatch


class TagsController(Controller):
    """What records of a project can be marked with."""

    path = "/projects/{project_id:str}/tags"
    tags = ["Tags"]

    @get(summary="List the tags of a project", description="In their order.")
    async def tags_of(
        self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id, deleted: Trashed = False
    ) -> Page[EntryView]:
        project = identifier(project_id)
        found = await (kernel.tags.trashed if deleted else kernel.tags.all)(actor, project)
        return paging.slice([view(e) for e in found], key=lambda e: (e.position, int(e.id)))

    @post(summary="Add a tag")
    async def add(
        self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[EntryInput]
    ) -> EntryView:
        return view(await kernel.tags.create(actor, identifier(project_id), data))

    @get("/{tag_id:str}", summary="One tag")
    async def tag(self, kernel: Kernel, actor: Actor, project_id: Id, tag_id: Id) -> EntryView:
        return view(await kernel.tags.get(actor, identifier(project_id), identifier(tag_id)))

    @patch("/{tag_id:str}", summary="Rename, recolor or move a tag")
    async def change(
        self, kernel: Kernel, actor: Actor, project_id: Id, tag_id: Id, data: JSONBody[EntryPatch]
    ) -> EntryView:
        return view(await kernel.tags.update(actor, identifier(project_id), identifier(tag_id), data))

    @delete(
        "/{tag_id:str}",
        summary="Move a tag to the trash",
        description="It is on its records again when restored.",
    )
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, tag_id: Id) -> None:
        await kernel.tags.delete(actor, identifier(project_id), identifier(tag_id))

    @post("/{tag_id:str}/restore", status_code=200, summary="Take a tag out of the trash")
    async def restore(self, kernel: Kernel, actor: Actor, project_id: Id, tag_id: Id) -> EntryView:
        return view(await kernel.tags.restore(actor, identifier(project_id), identifier(tag_id)))
