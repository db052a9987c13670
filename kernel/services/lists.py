"""The lists of a project: the ordered steps of its process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kernel.access.actor import Actor
from kernel.clock import from_milliseconds
from kernel.dialects.base import Parameters
from kernel.errors import Fault, InvalidInputError
from kernel.schema import Project
from kernel.services.changes import Change
from kernel.services.entries import Entry, EntryService
from kernel.services.rights import configurable_project
from kernel.storage.database import Row, Transaction
from kernel.values import DATETIME, Choice, Kind, ValueType

_ID = ValueType(Kind.RECORD)


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
        then = Parameters(self._parts.database.dialect)
        where = f"list_id = {then.add(id_, _ID)} AND deleted_at = {then.add(from_milliseconds(at), DATETIME)}"
        setters = "deleted_at = NULL, deleted_by = NULL"
        await self._change_records(tx, actor, project, where, setters, then, "record.restored", {})

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
        where = f"list_id = {use.add(list_id, _ID)} AND deleted_at IS NULL"
        deleted_at = use.add(from_milliseconds(at), DATETIME)
        setters = f"deleted_at = {deleted_at}, deleted_by = {use.add(actor.user_id, _ID)}"
        return await self._change_records(tx, actor, project, where, setters, use, "record.deleted", {})

    async def _move_records(
        self, tx: Transaction, actor: Actor, project: Project, list_id: int, target: int, at: int
    ) -> int:
        use = Parameters(self._parts.database.dialect)
        where = f"list_id = {use.add(list_id, _ID)} AND deleted_at IS NULL"
        moment = use.add(from_milliseconds(at), DATETIME)
        setters = (
            f"list_id = {use.add(target, _ID)}, list_entered_at = {moment}, "
            f"updated_at = {moment}, updated_by = {use.add(actor.user_id, _ID)}"
        )
        changes = {"list": [str(list_id), str(target)]}
        return await self._change_records(tx, actor, project, where, setters, use, "record.moved", changes)

    async def _change_records(
        self,
        tx: Transaction,
        actor: Actor,
        project: Project,
        where: str,
        setters: str,
        use: Parameters,
        kind: str,
        changes: Any,
    ) -> int:
        """Change records alike, each with its version, history and event; how many they were."""
        sql = (
            f"UPDATE {project.table} SET {setters}, version = version + 1 WHERE {where} RETURNING id, version"
        )
        rows: Sequence[Row] = await tx.fetch(sql, use.values)
        logged = [Change(project.id, id_, kind, version, changes) for id_, version in sorted(rows)]
        await self._parts.log.write_many(tx, actor, logged, self._parts.ids.new())
        return len(rows)
