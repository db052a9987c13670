"""Checklists on records, and their items."""

from __future__ import annotations

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from kernel.api.controllers.projects import Trashed
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.services.checklist_items import Item, ItemInput, ItemPatch
from kernel.services.checklists import Checklist, ChecklistInput, ChecklistPatch


class ChecklistsController(Controller):
    path = "/projects/{project_id:str}/records/{record_id:str}/checklists"
    tags = ["Checklists"]

    @get(summary="Read the checklists on a record, with their items")
    async def checklists(
        self,
        kernel: Kernel,
        actor: Actor,
        paging: Paging,
        project_id: Id,
        record_id: Id,
        deleted: Trashed = False,
    ) -> Page[Checklist]:
        found = await kernel.checklists.all(actor, identifier(project_id), identifier(record_id), deleted)
        return paging.slice(found, key=lambda c: (c.position, int(c.id)))

    @post(summary="Add a checklist")
    async def add(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, data: JSONBody[ChecklistInput]
    ) -> Checklist:
        return await kernel.checklists.create(actor, identifier(project_id), identifier(record_id), data)

    @get("/{checklist_id:str}", summary="One checklist with its items")
    async def checklist(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, checklist_id: Id
    ) -> Checklist:
        return await kernel.checklists.get(actor, *_ids(project_id, record_id, checklist_id))

    @patch("/{checklist_id:str}", summary="Rename or move a checklist")
    async def change(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        record_id: Id,
        checklist_id: Id,
        data: JSONBody[ChecklistPatch],
    ) -> Checklist:
        return await kernel.checklists.update(actor, *_ids(project_id, record_id, checklist_id), data)

    @delete("/{checklist_id:str}", summary="Move a checklist to the trash, with its items")
    async def remove(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, checklist_id: Id
    ) -> None:
        await kernel.checklists.delete(actor, *_ids(project_id, record_id, checklist_id))

    @post("/{checklist_id:str}/restore", status_code=200, summary="Take a checklist out of the trash")
    async def restore(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, checklist_id: Id
    ) -> Checklist:
        return await kernel.checklists.restore(actor, *_ids(project_id, record_id, checklist_id))


class ChecklistItemsController(Controller):
    path = "/projects/{project_id:str}/records/{record_id:str}/checklists/{checklist_id:str}/items"
    tags = ["Checklists"]

    @get(summary="Read the items of a checklist, in their order")
    async def items(
        self,
        kernel: Kernel,
        actor: Actor,
        paging: Paging,
        project_id: Id,
        record_id: Id,
        checklist_id: Id,
        deleted: Trashed = False,
    ) -> Page[Item]:
        of_list = _ids(project_id, record_id, checklist_id)
        found = await kernel.checklist_items.all(actor, *of_list, deleted)
        return paging.slice(found, key=lambda item: (item.position, int(item.id)))

    @post(summary="Add an item to a checklist")
    async def add(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        record_id: Id,
        checklist_id: Id,
        data: JSONBody[ItemInput],
    ) -> Item:
        return await kernel.checklist_items.create(actor, *_ids(project_id, record_id, checklist_id), data)

    @get("/{item_id:str}", summary="One item of a checklist")
    async def item(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, checklist_id: Id, item_id: Id
    ) -> Item:
        of_list = _ids(project_id, record_id, checklist_id)
        return await kernel.checklist_items.get(actor, *of_list, identifier(item_id))

    @patch("/{item_id:str}", summary="Change an item: done, title, assignee, due, position")
    async def change(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        record_id: Id,
        checklist_id: Id,
        item_id: Id,
        data: JSONBody[ItemPatch],
    ) -> Item:
        of_list = _ids(project_id, record_id, checklist_id)
        return await kernel.checklist_items.update(actor, *of_list, identifier(item_id), data)

    @delete("/{item_id:str}", summary="Move an item to the trash")
    async def remove(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, checklist_id: Id, item_id: Id
    ) -> None:
        of_list = _ids(project_id, record_id, checklist_id)
        await kernel.checklist_items.delete(actor, *of_list, identifier(item_id))

    @post("/{item_id:str}/restore", status_code=200, summary="Take an item out of the trash")
    async def restore(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, checklist_id: Id, item_id: Id
    ) -> Item:
        of_list = _ids(project_id, record_id, checklist_id)
        return await kernel.checklist_items.restore(actor, *of_list, identifier(item_id))


def _ids(project_id: str, record_id: str, checklist_id: str) -> tuple[int, int, int]:
    return identifier(project_id), identifier(record_id), identifier(checklist_id)
