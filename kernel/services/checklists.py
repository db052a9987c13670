"""Checklists on records: named lists of things to do, in an order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from kernel.access.actor import Actor
from kernel.errors import ConflictError, InvalidInputError, NotFoundError
from kernel.services.checklist_items import COLUMNS, Item, item_view
from kernel.services.names import Faults
from kernel.services.ordering import arranged, place_of
from kernel.services.record_parts import PartWriting, RecordParts
from kernel.services.records import Writing
from kernel.storage.database import Row

MOST = 100

Place = Annotated[int, msgspec.Meta(description="Place from 0; the end when left out.", examples=[0])]


class ChecklistInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new checklist."""

    name: Annotated[str, msgspec.Meta(examples=["Before signing"])]
    position: Place | msgspec.UnsetType = msgspec.UNSET


class ChecklistPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a checklist."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    position: Place | msgspec.UnsetType = msgspec.UNSET


class Checklist(msgspec.Struct):
    """A checklist with its items, and how many of them are done."""

    id: str
    name: str
    position: int
    items: list[Item]
    done: int


class ChecklistService:
    """The rules of checklists. A project may switch them off; they lose nothing by that."""

    def __init__(self, parts: RecordParts) -> None:
        self._parts = parts
        self._mark = parts.parts.rows.mark

    async def all(
        self, actor: Actor, project_id: int, record_id: int, trash: bool = False
    ) -> list[Checklist]:
        """The checklists of a record in their order, or those in the trash."""
        await self._parts.check_visible(actor, project_id, record_id)
        rows = await self._parts.read(self._select(trash), [record_id])
        sql = (
            f"SELECT checklist_id, {COLUMNS} FROM smalt_checklist_item WHERE record_id = {self._mark(1)} "
            "AND deleted_at IS NULL ORDER BY checklist_id, position, id"
        )
        found = await self._parts.read(sql, [record_id])
        people = await self._parts.people([i for row in found for i in row[5:7]])
        items: dict[int, list[Item]] = defaultdict(list)
        for row in found:
            items[row[0]].append(item_view(row[1:], len(items[row[0]]), people))
        return [_checklist(row, place, items[row[0]]) for place, row in enumerate(rows)]

    async def get(self, actor: Actor, project_id: int, record_id: int, checklist_id: int) -> Checklist:
        """One checklist, or NotFoundError."""
        for found in await self.all(actor, project_id, record_id):
            if found.id == str(checklist_id):
                return found
        raise NotFoundError("There is no such checklist.")

    async def create(self, actor: Actor, project_id: int, record_id: int, data: ChecklistInput) -> Checklist:
        """Add a checklist without items."""
        async with self._parts.writing(actor, project_id, record_id) as writing:
            id_ = await self._insert(writing, data)
        return await self.get(actor, project_id, record_id, id_)

    async def add(self, work: Writing, record_id: int, name: str) -> int:
        """Add a checklist inside a transaction that the caller has opened; its id."""
        return await self._insert(await self._parts.within(work, record_id), ChecklistInput(name))

    async def _insert(self, writing: PartWriting, data: ChecklistInput) -> int:
        name = _name(data.name)
        parts, work = writing.parts, writing.work
        ids = [row[0] for row in await self._rows(writing)]
        if len(ids) >= MOST:
            raise ConflictError(f"A record may have {MOST} checklists.")
        id_, now = parts.ids.new(), parts.now()
        order = arranged(ids, id_, place_of(data.position, msgspec.UNSET, msgspec.UNSET))
        row = {
            "id": id_, "project_id": work.project.id, "record_id": writing.record_id, "name": name,
            "position": len(ids), "created_at": now, "created_by": work.actor.user_id, "updated_at": now,
        }  # fmt: skip
        await parts.rows.insert(work.tx, "smalt_checklist", row)
        await parts.rows.place(work.tx, "smalt_checklist", order)
        await writing.log("checklist.created", "checklists", None, _told(id_, name))
        return id_

    async def update(
        self, actor: Actor, project_id: int, record_id: int, checklist_id: int, data: ChecklistPatch
    ) -> Checklist:
        """Rename or move a checklist."""
        name = None if data.name is msgspec.UNSET else _name(data.name)
        async with self._parts.writing(actor, project_id, record_id) as writing:
            rows = await self._rows(writing)
            before = _find(rows, checklist_id)
            ids = [row[0] for row in rows]
            order = arranged(ids, checklist_id, place_of(data.position, msgspec.UNSET, msgspec.UNSET))
            if order != ids:
                await writing.parts.rows.place(writing.work.tx, "smalt_checklist", order)
            if name is not None and name != before[1]:
                change = {"name": name, "updated_at": writing.parts.now()}
                await writing.parts.rows.update(writing.work.tx, "smalt_checklist", checklist_id, change)
            if order != ids or name not in (None, before[1]):
                old = _told(*before[:2]) | {"position": ids.index(checklist_id)}
                new = _told(checklist_id, name or before[1]) | {"position": order.index(checklist_id)}
                await writing.log("checklist.updated", "checklists", old, new)
        return await self.get(actor, project_id, record_id, checklist_id)

    async def delete(self, actor: Actor, project_id: int, record_id: int, checklist_id: int) -> None:
        """Move a checklist to the trash with its items."""
        async with self._parts.writing(actor, project_id, record_id) as writing:
            before = _find(await self._rows(writing), checklist_id)
            gone = {"deleted_at": writing.parts.now(), "deleted_by": actor.user_id}
            await writing.parts.rows.update(writing.work.tx, "smalt_checklist", checklist_id, gone)
            await writing.log("checklist.deleted", "checklists", _told(*before[:2]), None)

    async def restore(self, actor: Actor, project_id: int, record_id: int, checklist_id: int) -> Checklist:
        """Take a checklist out of the trash with its items, to where it was."""
        async with self._parts.writing(actor, project_id, record_id) as writing:
            before = _find(await self._rows(writing, trash=True), checklist_id)
            if len(await self._rows(writing)) >= MOST:
                raise ConflictError(f"A record may have {MOST} checklists.")
            back = {"deleted_at": None, "deleted_by": None}
            await writing.parts.rows.update(writing.work.tx, "smalt_checklist", checklist_id, back)
            await writing.log("checklist.restored", "checklists", None, _told(*before[:2]))
        return await self.get(actor, project_id, record_id, checklist_id)

    def _select(self, trash: bool) -> str:
        state = "IS NOT NULL" if trash else "IS NULL"
        where = f"record_id = {self._mark(1)} AND deleted_at {state}"
        return f"SELECT id, name FROM smalt_checklist WHERE {where} ORDER BY position, id"

    async def _rows(self, writing: PartWriting, trash: bool = False) -> list[Row]:
        return await writing.work.tx.fetch(self._select(trash), [writing.record_id])


def _find(rows: Sequence[Row], checklist_id: int) -> Row:
    for row in rows:
        if row[0] == checklist_id:
            return row
    raise NotFoundError("There is no such checklist.")


def _checklist(row: Row, place: int, items: list[Item]) -> Checklist:
    return Checklist(str(row[0]), row[1], place, items, sum(item.done for item in items))


def _told(id_: int, name: str) -> dict[str, Any]:
    return {"id": str(id_), "name": name}


def _name(text: str) -> str:
    faults = Faults()
    name = faults.name(text)
    if faults.found:
        raise InvalidInputError(faults=faults.found)
    return name
