"""The lists of a project."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody, QueryParameter

from kernel.api.controllers.projects import Trashed
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.services.entries import Entry, EntryInput, EntryPatch

MoveTo = Annotated[str | None, QueryParameter(description="The id of the list that takes the records.")]


class EntryView(msgspec.Struct):
    """A list or a tag. `position` counts from 0."""

    id: str
    name: str
    color: str | None
    position: int


class ListsController(Controller):
    """The ordered steps of a project's process."""

    path = "/projects/{project_id:str}/lists"
    tags = ["Lists"]

    @get(summary="List the lists of a project", description="In their order.")
    async def lists(
        self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id, deleted: Trashed = False
    ) -> Page[EntryView]:
        project = identifier(project_id)
        found = await (kernel.lists.trashed if deleted else kernel.lists.all)(actor, project)
        return paging.slice([view(e) for e in found], key=lambda e: (e.position, int(e.id)))

    @post(summary="Add a list")
    async def add(
        self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[EntryInput]
    ) -> EntryView:
        return view(await kernel.lists.create(actor, identifier(project_id), data))

    @get("/{list_id:str}", summary="One list")
    async def list_(self, kernel: Kernel, actor: Actor, project_id: Id, list_id: Id) -> EntryView:
        return view(await kernel.lists.get(actor, identifier(project_id), identifier(list_id)))

    @patch("/{list_id:str}", summary="Rename, recolor or move a list")
    async def change(
        self, kernel: Kernel, actor: Actor, project_id: Id, list_id: Id, data: JSONBody[EntryPatch]
    ) -> EntryView:
        return view(await kernel.lists.update(actor, identifier(project_id), identifier(list_id), data))

    @delete(
        "/{list_id:str}",
        summary="Move a list to the trash",
        description="Its records go along, and come back with it; or to another list, by `move_to`.",
    )
    async def remove(
        self, kernel: Kernel, actor: Actor, project_id: Id, list_id: Id, move_to: MoveTo = None
    ) -> None:
        await kernel.lists.delete(actor, identifier(project_id), identifier(list_id), move_to)

    @post("/{list_id:str}/restore", status_code=200, summary="Take a list out of the trash")
    async def restore(self, kernel: Kernel, actor: Actor, project_id: Id, list_id: Id) -> EntryView:
        return view(await kernel.lists.restore(actor, identifier(project_id), identifier(list_id)))


def view(entry: Entry) -> EntryView:
    """A list or tag as it leaves."""
    return EntryView(str(entry.id), entry.name, entry.color, entry.position)
