"""The items of checklists: what is to be done, by whom, until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from kernel.access.actor import Actor
from kernel.clock import to_milliseconds
from kernel.dialects.base import Parameters
from kernel.errors import ConflictError, InvalidValueError, NotFoundError
from kernel.services.names import Faults
from kernel.services.ordering import arranged, place_of
from kernel.services.record_input import read_time
from kernel.services.record_parts import PartWriting, PersonRef, RecordParts, moment
from kernel.services.records import Writing
from kernel.storage.database import Row
from kernel.values import TEXT

MOST = 500
LONGEST = 500
COLUMNS = "id, title, done, done_at, done_by, assignee_id, due_at"
_TABLE = "smalt_checklist_item"

Assignee = Annotated[str | None, msgspec.Meta(description="A person by id or email.", examples=[None])]
Due = Annotated[
    str | None, msgspec.Meta(description="RFC 3339, or a day in the project's time zone.", examples=[None])
]
Place = Annotated[int, msgspec.Meta(description="Place from 0; the end when left out.", examples=[0])]


class ItemInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new item of a checklist."""

    title: Annotated[str, msgspec.Meta(examples=["Ask for references"])]
    done: bool = False
    assignee: Assignee = None
    due_at: Due = None
    position: Place | msgspec.UnsetType = msgspec.UNSET


class ItemPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of an item."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    done: bool | msgspec.UnsetType = msgspec.UNSET
    assignee: Assignee | msgspec.UnsetType = msgspec.UNSET
    due_at: Due | msgspec.UnsetType = msgspec.UNSET
    position: Place | msgspec.UnsetType = msgspec.UNSET


class Item(msgspec.Struct):
    """An item of a checklist."""

    id: str
    title: str
    done: bool
    done_at: str | None
    done_by: PersonRef | None
    assignee: PersonRef | None
    due_at: str | None
    position: int


class ChecklistItemService:
    """The rules of items."""

    def __init__(self, parts: RecordParts) -> None:
        self._parts = parts
        self._mark = parts.parts.rows.mark

    async def all(
        self, actor: Actor, project_id: int, record_id: int, checklist_id: int, trash: bool = False
    ) -> list[Item]:
        """The items of a checklist in their order, or those in the trash."""
        await self._parts.check_visible(actor, project_id, record_id)
        if not await self._parts.read(self._checklist(), [checklist_id, record_id]):
            raise NotFoundError("There is no such checklist.")
        rows = await self._parts.read(self._select(trash), [checklist_id, record_id])
        people = await self._parts.people([i for row in rows for i in row[4:6]])
        return [item_view(row, place, people) for place, row in enumerate(rows)]

    async def get(
        self, actor: Actor, project_id: int, record_id: int, checklist_id: int, item_id: int
    ) -> Item:
        """One item, or NotFoundError."""
        for item in await self.all(actor, project_id, record_id, checklist_id):
            if item.id == str(item_id):
                return item
        raise NotFoundError("There is no such item.")

    async def create(
        self, actor: Actor, project_id: int, record_id: int, checklist_id: int, data: ItemInput
    ) -> Item:
        """Add an item."""
        async with self._parts.writing(actor, project_id, record_id) as writing:
            id_ = await self._insert(writing, checklist_id, data)
        return await self.get(actor, project_id, record_id, checklist_id, id_)

    async def add(self, work: Writing, record_id: int, checklist_id: int, title: str) -> None:
        """Add an item inside a transaction that the caller has opened."""
        await self._insert(await self._parts.within(work, record_id), checklist_id, ItemInput(title))

    async def _insert(self, writing: PartWriting, checklist_id: int, data: ItemInput) -> int:
        rows = await self._rows(writing, checklist_id)
        _check_room(rows)
        given = {n: getattr(data, n) for n in ("title", "done", "assignee", "due_at")}
        values = await self._values(writing, given)
        parts, work, ids = writing.parts, writing.work, [row[0] for row in rows]
        id_, now = parts.ids.new(), parts.now()
        row = {
            "id": id_, "project_id": work.project.id, "record_id": writing.record_id,
            "checklist_id": checklist_id, "position": len(ids), "created_at": now,
            "created_by": work.actor.user_id, "updated_at": now,
        }  # fmt: skip
        await parts.rows.insert(work.tx, _TABLE, row | values)
        order = arranged(ids, id_, place_of(data.position, msgspec.UNSET, msgspec.UNSET))
        await parts.rows.place(work.tx, _TABLE, order)
        await writing.log("checklist_item.created", "checklists", None, _told(id_, checklist_id, values))
        return id_

    async def update(
        self, actor: Actor, project_id: int, record_id: int, checklist_id: int, item_id: int, data: ItemPatch
    ) -> Item:
        """Change what is given."""
        given = {n: v for n in data.__struct_fields__ if (v := getattr(data, n)) is not msgspec.UNSET}
        given.pop("position", None)
        async with self._parts.writing(actor, project_id, record_id) as writing:
            rows = await self._rows(writing, checklist_id)
            before = _stored(_find(rows, item_id))
            values = await self._values(writing, given)
            if values.get("done") == before["done"]:
                values = {n: v for n, v in values.items() if not n.startswith("done")}
            changes = {n: v for n, v in values.items() if v != before[n]}
            stamp = {"updated_at": writing.parts.now()} if changes else {}
            await writing.parts.rows.update(writing.work.tx, _TABLE, item_id, changes | stamp)
            ids = [row[0] for row in rows]
            order = arranged(ids, item_id, place_of(data.position, msgspec.UNSET, msgspec.UNSET))
            if order != ids:
                await writing.parts.rows.place(writing.work.tx, _TABLE, order)
            if changes or order != ids:
                old, new = (
                    _told(item_id, checklist_id, told) | {"position": placed.index(item_id)}
                    for told, placed in ((before, ids), (before | changes, order))
                )
                new["open"] = sum(not row[2] for row in rows if row[0] != item_id) + (not new["done"])
                await writing.log("checklist_item.updated", "checklists", old, new)
        return await self.get(actor, project_id, record_id, checklist_id, item_id)

    async def delete(
        self, actor: Actor, project_id: int, record_id: int, checklist_id: int, item_id: int
    ) -> None:
        """Move an item to the trash."""
        async with self._parts.writing(actor, project_id, record_id) as writing:
            before = _find(await self._rows(writing, checklist_id), item_id)
            gone = {"deleted_at": writing.parts.now(), "deleted_by": actor.user_id}
            await writing.parts.rows.update(writing.work.tx, _TABLE, item_id, gone)
            told = _told(item_id, checklist_id, _stored(before))
            await writing.log("checklist_item.deleted", "checklists", told, None)

    async def restore(
        self, actor: Actor, project_id: int, record_id: int, checklist_id: int, item_id: int
    ) -> Item:
        """Take an item out of the trash, to where it was."""
        async with self._parts.writing(actor, project_id, record_id) as writing:
            before = _find(await self._rows(writing, checklist_id, trash=True), item_id)
            _check_room(await self._rows(writing, checklist_id))
            back = {"deleted_at": None, "deleted_by": None}
            await writing.parts.rows.update(writing.work.tx, _TABLE, item_id, back)
            told = _told(item_id, checklist_id, _stored(before))
            await writing.log("checklist_item.restored", "checklists", None, told)
        return await self.get(actor, project_id, record_id, checklist_id, item_id)

    async def _values(self, writing: PartWriting, given: Mapping[str, Any]) -> dict[str, Any]:
        """The columns for what was given. Raises InvalidInputError with all faults."""
        faults, values = Faults(), dict[str, Any]()
        if "title" in given:
            values["title"] = faults.name(given["title"], "/title", LONGEST)
        if "done" in given:
            now = writing.parts.now() if given["done"] else None
            by = writing.work.actor.user_id if given["done"] else None
            values |= {"done": given["done"], "done_at": now, "done_by": by}
        if "assignee" in given:
            values["assignee_id"] = await self._person(writing, given["assignee"], faults)
        if "due_at" in given:
            values["due_at"] = _due(given["due_at"], writing.work.project.time_zone, faults)
        faults.check()
        return values

    async def _person(self, writing: PartWriting, named: str | None, faults: Faults) -> int | None:
        if named is None:
            return None
        dialect = self._parts.parts.database.dialect
        use = Parameters(dialect)
        mark = use.add(named.strip().lower(), TEXT)
        where = f"active AND (lower(email) = {mark} OR {dialect.text('id')} = {mark})"
        rows = await writing.work.tx.fetch(f"SELECT id FROM smalt_user WHERE {where}", use.values)
        if not rows:
            faults.add("/assignee", f"There is no person '{named[:100]}'.")
            return None
        return int(rows[0][0])

    async def _rows(self, writing: PartWriting, checklist_id: int, trash: bool = False) -> list[Row]:
        """The items of a checklist that is there; NotFoundError for one that is not."""
        tx, use = writing.work.tx, [checklist_id, writing.record_id]
        if not await tx.fetch(self._checklist(), use):
            raise NotFoundError("There is no such checklist.")
        return await tx.fetch(self._select(trash), use)

    def _checklist(self) -> str:
        where = f"id = {self._mark(1)} AND record_id = {self._mark(2)} AND deleted_at IS NULL"
        return f"SELECT id FROM smalt_checklist WHERE {where}"

    def _select(self, trash: bool) -> str:
        state = "IS NOT NULL" if trash else "IS NULL"
        where = f"checklist_id = {self._mark(1)} AND record_id = {self._mark(2)} AND deleted_at {state}"
        return f"SELECT {COLUMNS} FROM {_TABLE} WHERE {where} ORDER BY position, id"


def item_view(row: Row, place: int, people: Mapping[int, PersonRef]) -> Item:
    """An item from its row of `COLUMNS`."""
    id_, title, done, done_at, done_by, assignee, due = row
    return Item(
        str(id_), title, bool(done), moment(done_at), people.get(done_by or 0), people.get(assignee or 0),
        moment(due), place,
    )  # fmt: skip


def _stored(row: Row) -> dict[str, Any]:
    names = COLUMNS.split(", ")[1:]
    found = dict(zip(names, row[1:], strict=True))
    return found | {"done": bool(found["done"])}


def _told(id_: int, checklist_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """An item as its history tells it."""
    assignee = values.get("assignee_id")
    return {
        "checklist_id": str(checklist_id), "item_id": str(id_), "title": values["title"],
        "done": values["done"], "assignee_id": None if assignee is None else str(assignee),
        "due_at": moment(values.get("due_at")),
    }  # fmt: skip


def _due(text: str | None, time_zone: str, faults: Faults) -> int | None:
    try:
        found = None if text is None else read_time(text, time_zone)
    except InvalidValueError as error:
        faults.add("/due_at", error.detail)
        return None
    return None if found is None else to_milliseconds(found)


def _find(rows: Sequence[Row], item_id: int) -> Row:
    for row in rows:
        if row[0] == item_id:
            return row
    raise NotFoundError("There is no such item.")


def _check_room(rows: Sequence[Row]) -> None:
    if len(rows) >= MOST:
        raise ConflictError(f"A checklist may have {MOST} items.")
