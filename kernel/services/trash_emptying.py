"""Empties the trash: what has been in it for too long goes for good. The history stays.

Every piece of work is one transaction that looks again whether it is still in the trash, so any
number of processes may do this at once, and one that is killed leaves nothing half done.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from kernel.access.actor import SYSTEM
from kernel.clock import to_milliseconds
from kernel.dialects.base import Parameters
from kernel.schema import Field, Project
from kernel.services.changes import Change
from kernel.services.dashboards.trash import DashboardTrash
from kernel.services.entries import ProjectParts
from kernel.services.record_removal import RecordRemoval
from kernel.services.rounds import Rounds
from kernel.storage.database import Statement, Transaction
from kernel.storage.project_tables import drop_columns, drop_project_table
from kernel.storage.search_index import note_all
from kernel.values import DATETIME

FIRST_SECONDS: Final = 60.0
EVERY_SECONDS: Final = 3600.0
AT_ONCE: Final = 500

_OF_RECORDS: Final = ("smalt_comment", "smalt_checklist", "smalt_checklist_item")
_OF_PROJECT: Final = (
    *_OF_RECORDS, "smalt_invitation", "smalt_list", "smalt_tag", "smalt_field", "smalt_member", "smalt_role",
    "smalt_view", "smalt_view_default", "smalt_form", "smalt_form_key",
)  # fmt: skip


class TrashEmptying(Rounds):
    """Looks every hour for what has been in the trash for more than `days`."""

    def __init__(self, parts: ProjectParts, days: float) -> None:
        super().__init__("trash", FIRST_SECONDS, EVERY_SECONDS)
        self._parts = parts
        self._days = days
        self._boards = DashboardTrash(parts)
        self._removal = RecordRemoval(parts.database.dialect)

    async def round(self) -> None:
        await self.empty()

    async def empty(self) -> None:
        """Remove for good all that is due."""
        before = self._parts.clock.now() - timedelta(days=self._days)
        schema = await self._parts.schema.current()
        for project in schema.projects.values():
            if not project.deleted:
                while await self._records(project.id, before):
                    pass
        await self._parts_of_records(before)
        await self._boards.empty(to_milliseconds(before))
        for table in ("smalt_project", "smalt_field", "smalt_list", "smalt_tag"):
            await self._set_up(table, before)

    async def _records(self, project_id: int, before: datetime) -> bool:
        """Remove some records of a live project; whether there may be more."""
        found = await self._due(project_id, before)
        if not found:
            return False
        async with self._parts.database.transaction() as tx:
            schema = await self._parts.schema.in_transaction(tx)
            project = schema.projects.get(project_id)
            if project is None or project.deleted:
                return False
            gone = await self._removal.remove(tx, schema, project, found, before)
            changes = [Change(project_id, id_, "record.purged", version, {}) for id_, version in gone]
            await self._parts.log.write_many(tx, SYSTEM, changes)
        return len(found) == AT_ONCE and bool(gone)

    async def _due(self, project_id: int, before: datetime) -> list[int]:
        use = Parameters(self._parts.database.dialect)
        sql = f"SELECT id FROM p_{project_id} WHERE deleted_at < {use.add(before, DATETIME)} LIMIT {AT_ONCE}"
        (rows,) = await self._parts.database.read(Statement(sql, use.values))
        return [row[0] for row in rows]

    async def _parts_of_records(self, before: datetime) -> None:
        """Comments, checklists and items that went to the trash by themselves."""
        mark, at = self._parts.rows.mark(1), [to_milliseconds(before)]
        async with self._parts.database.transaction() as tx:
            for table in _OF_RECORDS:
                await tx.execute(f"DELETE FROM {table} WHERE deleted_at < {mark}", at)
            await tx.execute(
                "DELETE FROM smalt_checklist_item WHERE NOT EXISTS "
                "(SELECT 1 FROM smalt_checklist c WHERE c.id = smalt_checklist_item.checklist_id)"
            )

    async def _set_up(self, table: str, before: datetime) -> None:
        """Remove projects, fields, lists or tags, each in a transaction of its own."""
        due = f"SELECT id FROM {table} WHERE deleted_at < {self._parts.rows.mark(1)} ORDER BY id"
        (rows,) = await self._parts.database.read(Statement(due, [to_milliseconds(before)]))
        for (id_,) in rows:
            await self._one(table, id_, to_milliseconds(before))

    async def _one(self, table: str, id_: int, before: int) -> None:
        mark = self._parts.rows.mark
        async with self._parts.database.transaction(schema_change=True) as tx:
            schema = await self._parts.schema.change(tx)
            still = f"SELECT id FROM {table} WHERE id = {mark(1)} AND deleted_at < {mark(2)}"
            if not await tx.fetch(still, [id_, before]):
                return
            if table == "smalt_project":
                project = schema.projects[id_]
                await self._project(tx, project)
                await self._told(tx, id_, "project.purged", project.name)
                return
            projects = [p for p in schema.projects.values() if any(f.id == id_ for f in p.fields)]
            if table == "smalt_field":
                field = next(f for f in projects[0].fields if f.id == id_)
                await self._field(tx, projects[0], field)
                await self._told(tx, projects[0].id, "field.purged", field.name)
            else:
                await self._entry(tx, table, id_)

    async def _project(self, tx: Transaction, project: Project) -> None:
        await self._removal.forget(tx, project)
        await note_all(tx, project)
        await drop_project_table(tx, project)
        mark = self._parts.rows.mark(1)
        for table in _OF_PROJECT:
            await tx.execute(f"DELETE FROM {table} WHERE project_id = {mark}", [project.id])
        await tx.execute(f"DELETE FROM smalt_project WHERE id = {mark}", [project.id])

    async def _field(self, tx: Transaction, project: Project, field: Field) -> None:
        await drop_columns(tx, project, field.columns)
        mark = self._parts.rows.mark(1)
        for table in ("smalt_link", "smalt_sequence"):
            await tx.execute(f"DELETE FROM {table} WHERE field_id = {mark}", [field.id])
        await tx.execute(f"DELETE FROM smalt_field WHERE id = {mark}", [field.id])

    async def _entry(self, tx: Transaction, table: str, id_: int) -> None:
        mark = self._parts.rows.mark(1)
        sql = f"DELETE FROM {table} WHERE id = {mark} RETURNING project_id, name"
        ((project_id, name),) = await tx.fetch(sql, [id_])
        if table == "smalt_tag":
            await tx.execute(f"DELETE FROM smalt_link WHERE target_id = {mark}", [id_])
        await self._told(tx, project_id, f"{table.removeprefix('smalt_')}.purged", name)

    async def _told(self, tx: Transaction, project_id: int, kind: str, name: str) -> None:
        await self._parts.log.write(tx, SYSTEM, project_id, None, kind, None, {"name": name})
