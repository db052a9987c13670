"""What lists and tags have in common: named, coloured entries of a project, in an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from kernel.access.actor import Actor
from kernel.clock import Clock, to_milliseconds
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import IdGenerator
from kernel.schema import Project
from kernel.services.changes import ChangeLog
from kernel.services.names import Faults, same_name
from kernel.services.ordering import Place, arranged, place_of
from kernel.services.rights import configurable_project, visible_project
from kernel.storage.database import Database, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.schema_cache import SchemaCache
from kernel.values import Choice

MAXIMUM_ENTRIES = 1000

Position = Annotated[int, msgspec.Meta(description="Place from 0; the end when left out.", examples=[0])]
Neighbour = Annotated[str, msgspec.Meta(description="The id of a neighbour, instead of a position.")]
Color = Annotated[str, msgspec.Meta(description="`#rrggbb` or a name.", examples=["blue"])]


class EntryInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new list or tag."""

    name: Annotated[str, msgspec.Meta(examples=["Proposal Sent"])]
    color: Color | None = None
    position: Position | msgspec.UnsetType = msgspec.UNSET
    before: Neighbour | msgspec.UnsetType = msgspec.UNSET
    after: Neighbour | msgspec.UnsetType = msgspec.UNSET


class EntryPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a list or tag."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    color: Color | msgspec.UnsetType | None = msgspec.UNSET
    position: Position | msgspec.UnsetType = msgspec.UNSET
    before: Neighbour | msgspec.UnsetType = msgspec.UNSET
    after: Neighbour | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True)
class Entry:
    """A list or tag with its place, counted from 0."""

    id: int
    name: str
    color: str | None
    position: int


@dataclass(frozen=True)
class ProjectParts:
    """What the services that change the parts of a project work with."""

    database: Database
    schema: SchemaCache
    ids: IdGenerator
    clock: Clock
    rows: KernelRows
    log: ChangeLog

    def now(self) -> int:
        """Milliseconds since 1970, as times stand in the kernel's tables."""
        return to_milliseconds(self.clock.now())


class EntryService:
    """The rules of one kind of entries. Subclasses name the kind and its table."""

    kind: str
    table: str

    def __init__(self, parts: ProjectParts) -> None:
        self._parts = parts

    def choices(self, project: Project) -> tuple[Choice, ...]:
        """The live entries in a snapshot, in order."""
        raise NotImplementedError

    async def all(self, actor: Actor, project_id: int) -> list[Entry]:
        """The live entries in order."""
        project = visible_project(await self._parts.schema.current(), actor, project_id)
        return _entries(self.choices(project))

    async def get(self, actor: Actor, project_id: int, id_: int) -> Entry:
        """One live entry, or NotFoundError."""
        project = visible_project(await self._parts.schema.current(), actor, project_id)
        return self._entry(project, id_)

    async def trashed(self, actor: Actor, project_id: int) -> list[Entry]:
        """What is in the trash, by id."""
        visible_project(await self._parts.schema.current(), actor, project_id)
        (rows,) = await self._parts.database.read(self._trash(project_id))
        return [Entry(row[0], row[1], row[2], index) for index, row in enumerate(rows)]

    async def create(self, actor: Actor, project_id: int, data: EntryInput) -> Entry:
        """Add an entry. Raises ConflictError when its name is taken."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            project = configurable_project(await self._parts.schema.change(tx), actor, project_id)
            entry = await self.add(tx, actor, project, data)
        return entry

    async def add(self, tx: Transaction, actor: Actor, project: Project, data: EntryInput) -> Entry:
        """Add an entry in a transaction that has called `SchemaCache.change`."""
        faults = Faults()
        name, color = faults.name(data.name), faults.color(data.color)
        faults.check()
        self._check_room(project)
        self._check_free(project, name)
        id_ = self._parts.ids.new()
        ids = [choice.id for choice in self.choices(project)]
        order = arranged(ids, id_, place_of(data.position, data.before, data.after))
        row = {"id": id_, "project_id": project.id, "name": name, "color": color, "position": len(ids)}
        await self._parts.rows.insert(tx, self.table, row | self._stamps())
        await self._parts.rows.place(tx, self.table, order)
        entry = Entry(id_, name, color, order.index(id_))
        await self._log(tx, actor, project.id, "created", {"id": str(id_), "name": name, "color": color})
        return entry

    async def update(self, actor: Actor, project_id: int, id_: int, data: EntryPatch) -> Entry:
        """Rename, recolor or move an entry."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            project = configurable_project(await self._parts.schema.change(tx), actor, project_id)
            before = self._entry(project, id_)
            changes = self._changes(project, before, data)
            await self._parts.rows.update(tx, self.table, id_, changes)
            if "name" in changes or "color" in changes:
                kind = "renamed" if "name" in changes else "recolored"
                found = {n: [getattr(before, n), value] for n, value in changes.items()}
                await self._log(tx, actor, project_id, kind, {"id": str(id_)} | found)
            position = await self._move(tx, actor, project, before, data)
        return Entry(id_, changes.get("name", before.name), changes.get("color", before.color), position)

    async def restore(self, actor: Actor, project_id: int, id_: int) -> Entry:
        """Take an entry out of the trash, to the place it had in the order."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            project = configurable_project(await self._parts.schema.change(tx), actor, project_id)
            trash = self._trash(project_id)
            rows = await tx.fetch(trash.sql, trash.parameters)
            row = next((r for r in rows if r[0] == id_), None)
            if row is None:
                raise NotFoundError(f"There is no such {self.kind} in the trash.")
            self._check_room(project)
            self._check_free(project, row[1])
            order = await self._order_with(tx, project, id_, row[4])
            await self._parts.rows.update(tx, self.table, id_, {"deleted_at": None, "deleted_by": None})
            await self._parts.rows.place(tx, self.table, order)
            await self._restored(tx, actor, project, id_, row[3])
            await self._log(tx, actor, project_id, "restored", {"id": str(id_), "name": row[1]})
        return Entry(id_, row[1], row[2], order.index(id_))

    async def _order_with(self, tx: Transaction, project: Project, id_: int, position: int) -> list[int]:
        """The order of what is there, and of an entry at its old position."""
        where = f"project_id = {self._parts.rows.mark(1)} AND deleted_at IS NULL"
        before = f"SELECT count(*) FROM {self.table} WHERE {where} AND position < {self._parts.rows.mark(2)}"
        [(index,)] = await tx.fetch(before, [project.id, position])
        return arranged([choice.id for choice in self.choices(project)], id_, Place(index))

    async def _restored(self, tx: Transaction, actor: Actor, project: Project, id_: int, at: int) -> None:
        """Bring back what went to the trash together with the entry at `at` (milliseconds)."""

    async def _to_trash(self, tx: Transaction, actor: Actor, project: Project, entry: Entry, at: int) -> None:
        """Put an entry into the trash. The gap it leaves in the order shows where it comes back."""
        gone = {"deleted_at": at, "deleted_by": actor.user_id}
        await self._parts.rows.update(tx, self.table, entry.id, gone)

    def _entry(self, project: Project, id_: int) -> Entry:
        found = next((e for e in _entries(self.choices(project)) if e.id == id_), None)
        if found is None:
            raise NotFoundError(f"There is no such {self.kind}.")
        return found

    def _changes(self, project: Project, before: Entry, data: EntryPatch) -> dict[str, Any]:
        faults = Faults()
        wanted: dict[str, Any] = {}
        if data.name is not msgspec.UNSET:
            wanted["name"] = faults.name(data.name)
        if data.color is not msgspec.UNSET:
            wanted["color"] = faults.color(data.color)
        faults.check()
        if "name" in wanted:
            self._check_free(project, wanted["name"], before.id)
        return {name: value for name, value in wanted.items() if value != getattr(before, name)}

    async def _move(
        self, tx: Transaction, actor: Actor, project: Project, before: Entry, data: EntryPatch
    ) -> int:
        ids = [choice.id for choice in self.choices(project)]
        order = arranged(ids, before.id, place_of(data.position, data.before, data.after))
        position = order.index(before.id)
        if order != ids:
            await self._parts.rows.place(tx, self.table, order)
            moved = {"id": str(before.id), "position": [before.position, position]}
            await self._log(tx, actor, project.id, "reordered", moved)
        return position

    def _trash(self, project_id: int) -> Statement:
        where = f"project_id = {self._parts.rows.mark(1)} AND deleted_at IS NOT NULL"
        sql = f"SELECT id, name, color, deleted_at, position FROM {self.table} WHERE {where} ORDER BY id"
        return Statement(sql, [project_id])

    def _check_free(self, project: Project, name: str, but: int | None = None) -> None:
        taken = {same_name(c.name) for c in self.choices(project) if c.id != but}
        if same_name(name) in taken:
            raise ConflictError(f"There is a {self.kind} '{name}' already.")

    def _check_room(self, project: Project) -> None:
        if len(self.choices(project)) >= MAXIMUM_ENTRIES:
            raise ConflictError(f"A project may have {MAXIMUM_ENTRIES} {self.kind}s.")

    def _stamps(self) -> dict[str, Any]:
        now = self._parts.now()
        return {"created_at": now, "updated_at": now}

    async def _log(self, tx: Transaction, actor: Actor, project_id: int, verb: str, changes: Any) -> None:
        await self._parts.log.write(tx, actor, project_id, None, f"{self.kind}.{verb}", None, changes)


def _entries(choices: Sequence[Choice]) -> list[Entry]:
    return [Entry(c.id, c.name, c.color, index) for index, c in enumerate(choices)]
