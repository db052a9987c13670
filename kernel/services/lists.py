"""The lists of a project: the ordered steps of its process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.access.actor import Actor
from kernel.clock import from_milliseconds
from kernel.dialects.base import Parameters
from kernel.errors import Fault, InvalidInputError
from kernel.schema import Project
from kernel.services.changes import Change
from kernel.services.entries import Entry, EntryService
from kernel.services.rights import configurable_project
from kernel.storage.database import Transaction
from kernel.values import DATETIME, ID, Choice


@dataclass(frozen=True)
class _Edit:
    """A change of many records at once. `use` holds the parameters of `where` and `setters`."""

    kind: str
    where: str
    setters: str
    use: Parameters
    changes: Mapping[str, Any] = field(default_factory=dict)


class ListService(EntryService):
    """Adds, changes, orders, deletes and restores lists."""

    kind = "list"
    table = "smalt_list"

    def choices(self, project: Project) -> tuple[Choice, ...]:
        return project.lists

    async def delete(self, actor: Actor, project_id: int, list_id: int, move_to: str | None = None) -> None:
        """Move a list to the trash. Its records go to the list `move_to`, else along into the trash."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            project = configurable_project(await self._parts.schema.change(tx), actor, project_id)
            gone = self._entry(project, list_id)
            target = self._target(project, gone, move_to)
            at = self._parts.now()
            if target is None:
                count = await self._trash_records(tx, actor, project, gone.id, at)
            else:
                count = await self._move_records(tx, actor, project, gone.id, target.id, at)
            await self._to_trash(tx, actor, project, gone, at)
            moved = None if target is None else str(target.id)
            changes = {"id": str(list_id), "name": gone.name, "records": count, "moved_to": moved}
            await self._log(tx, actor, project_id, "deleted", changes)

    async def _restored(self, tx: Transaction, actor: Actor, project: Project, id_: int, at: int) -> None:
        """Restore the records that went to the trash at the same moment as their list."""
        use = Parameters(self._parts.database.dialect)
        where = f"list_id = {use.add(id_, ID)} AND deleted_at = {use.add(from_milliseconds(at), DATETIME)}"
        edit = _Edit("record.restored", where, "deleted_at = NULL, deleted_by = NULL", use)
        await self._edit_records(tx, actor, project, edit)

    def _target(self, project: Project, gone: Entry, move_to: str | None) -> Choice | None:
        if move_to is None:
            return None
        others = [choice for choice in project.lists if choice.id != gone.id]
        found = next((choice for choice in others if str(choice.id) == move_to), None)
        if found is None:
            detail = "Name another list of this project by its id."
            raise InvalidInputError(faults=[Fault("?move_to", detail)])
        return found

    async def _trash_records(
        self, tx: Transaction, actor: Actor, project: Project, list_id: int, at: int
    ) -> int:
        use = Parameters(self._parts.database.dialect)
        where = f"list_id = {use.add(list_id, ID)} AND deleted_at IS NULL"
        deleted_at = use.add(from_milliseconds(at), DATETIME)
        setters = f"deleted_at = {deleted_at}, deleted_by = {use.add(actor.user_id, ID)}"
        return len(await self._edit_records(tx, actor, project, _Edit("record.deleted", where, setters, use)))

    async def _move_records(
        self, tx: Transaction, actor: Actor, project: Project, list_id: int, target: int, at: int
    ) -> int:
        use = Parameters(self._parts.database.dialect)
        where = f"list_id = {use.add(list_id, ID)} AND deleted_at IS NULL"
        entered = use.add(from_milliseconds(at), DATETIME)
        setters = f"list_id = {use.add(target, ID)}, list_entered_at = {entered}"
        edit = _Edit("record.moved", where, setters, use, {"list": [str(list_id), str(target)]})
        moved = await self._edit_records(tx, actor, project, edit)
        await self._change_stays(tx, moved, target, at)
        return len(moved)

    async def _edit_records(
        self, tx: Transaction, actor: Actor, project: Project, edit: _Edit
    ) -> Sequence[int]:
        """Change records alike, each with its version, history and event; their ids."""
        moment = self._parts.clock.now()
        now = edit.use.add(moment, DATETIME)
        who = edit.use.add(actor.user_id, ID)
        setters = f"{edit.setters}, version = version + 1, updated_at = {now}, updated_by = {who}"
        sql = f"UPDATE {project.table} SET {setters} WHERE {edit.where} RETURNING id, version"
        rows = sorted(await tx.fetch(sql, edit.use.values))
        logged = [Change(project.id, id_, edit.kind, version, edit.changes) for id_, version in rows]
        await self._parts.log.write_many(tx, actor, logged, self._parts.ids.new(), moment)
        return [row[0] for row in rows]

    async def _change_stays(self, tx: Transaction, record_ids: Sequence[int], list_id: int, at: int) -> None:
        """End the stays in the list before and begin those in the new one."""
        mark = self._parts.rows.mark
        end = (
            f"UPDATE smalt_list_stay SET left_at = {mark(1)} WHERE record_id = {mark(2)} AND left_at IS NULL"
        )
        await tx.execute_many(end, [(at, record_id) for record_id in record_ids])
        ids = self._parts.ids.many(len(record_ids))
        stays = [(id_, record_id, list_id, at) for id_, record_id in zip(ids, record_ids, strict=True)]
        columns = ("id", "record_id", "list_id", "entered_at")
        await self._parts.rows.insert_many(tx, "smalt_list_stay", columns, stays)
