"""Takes back one change of a record, or all changes of a batch."""

from __future__ import annotations

from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.errors import ConflictError, Fault, ForbiddenError, NotFoundError, SmaltError
from kernel.ids import IdGenerator
from kernel.queries.builtins import DEFAULT_FIELD_OF
from kernel.queries.fields import has_built_in
from kernel.services.record_links import LinkFinder
from kernel.services.record_reader import RecordAnswer, answer_of
from kernel.services.record_writer import Current, differences
from kernel.services.records import RecordService, Writing
from kernel.services.undo import HISTORY, HistoryUndo, TakenBack, old_values, parsed
from kernel.storage.database import Database, Statement
from kernel.storage.kernel_rows import KernelRows

MOST = 10_000
"""Changes of one batch: what one request may write."""

REVERTIBLE = ("record.updated", "record.moved")


class BatchUndone(msgspec.Struct):
    """Ids of records by what became of them. `kept` have been changed since, so they stay as they are."""

    trashed: list[str]
    changed: list[str]
    restored: list[str]
    kept: list[str]
    batch_id: str


class RevertService:
    """The rules of taking back."""

    def __init__(
        self, database: Database, rows: KernelRows, records: RecordService, ids: IdGenerator
    ) -> None:
        self._database = database
        self._rows = rows
        self._records = records
        self._undo = HistoryUndo(records)
        self._ids = ids

    async def revert(self, actor: Actor, project_id: int, record_id: int, change_id: int) -> RecordAnswer:
        """Give fields back what they were before one change, if they still are what it made them."""
        async with self._records.writing(actor, project_id) as work:
            before = await self._records.current(work, record_id)
            work.demand("edit", "changes to records")
            changes = await self._changes(work, record_id, change_id)
            query = self._records.reader.record_query(work.schema, actor, project_id)
            shown = answer_of(await work.tx.fetch(*query.of(record_id)))
            await self._check_still(work, before, changes, msgspec.json.decode(shown.json))
            draft = old_values(work, changes)
            await self._records.resolve(work, [("", draft)], {"": before})
            await self._records.writer.update(
                work.tx, actor, work.plan, {record_id: before}, {record_id: draft}
            )
            await self._records.keep_in_reach(work, [record_id])
            return answer_of(await work.tx.fetch(*query.of(record_id)))

    async def undo_batch(self, actor: Actor, batch_id: int) -> BatchUndone:
        """Take back what a batch has done to records, in one transaction."""
        projects = await self._projects(batch_id)
        if not projects or any(actor.access(project_id) is None for project_id in projects):
            raise NotFoundError("There is no such batch, or you may not see it.")
        new_batch = self._ids.new()
        async with self._records.writing(actor, projects[0]) as work:
            mark = self._rows.mark(1)
            sql = (
                f"SELECT {HISTORY} FROM smalt_history WHERE batch_id = {mark} "
                f"ORDER BY id DESC LIMIT {MOST + 1}"
            )
            rows = await work.tx.fetch(sql, [batch_id])
            if len(rows) > MOST or any(row[2] is None or not row[3].startswith("record.") for row in rows):
                raise ConflictError("This batch is more than changes of records; it cannot be undone here.")
            done = await self._undo.take_back(work, rows, new_batch)
        return _told(done, new_batch)

    async def _projects(self, batch_id: int) -> list[int]:
        mark = self._rows.mark(1)
        history = f"SELECT DISTINCT project_id FROM smalt_history WHERE batch_id = {mark} ORDER BY 1"
        imports = f"SELECT job_id FROM smalt_batch WHERE id = {mark}"
        rows, jobs = await self._database.read(Statement(history, [batch_id]), Statement(imports, [batch_id]))
        if rows and jobs:
            raise ConflictError("Undo this import at …/imports/{id}/undo.")
        return [row[0] for row in rows]

    async def _changes(self, work: Writing, record_id: int, change_id: int) -> dict[str, tuple[Any, Any]]:
        """What a change did to the fields that the actor sees."""
        mark = self._rows.mark
        where = f"id = {mark(1)} AND record_id = {mark(2)} AND project_id = {mark(3)}"
        sql = f"SELECT kind, changes FROM smalt_history WHERE {where}"
        rows = await work.tx.fetch(sql, [change_id, record_id, work.project.id])
        if not rows:
            raise NotFoundError("There is no such change.")
        if rows[0][0] not in REVERTIBLE:
            raise ConflictError("Only changes of fields and moves can be reverted.")
        stored = msgspec.json.decode(rows[0][1], type=dict[str, tuple[Any, Any]])
        seen = {name: pair for name, pair in stored.items() if _key(work, name) is not None}
        if not seen:
            raise ConflictError("There is nothing left of this change that could be reverted.")
        return seen

    async def _check_still(
        self, work: Writing, before: Current, changes: dict[str, tuple[Any, Any]], shown: dict[str, Any]
    ) -> None:
        """Raise ConflictError, telling the present values, unless all are what the change made them."""
        faults = []
        for name, (old, new) in changes.items():
            key = _key(work, name) or name
            custom = work.project.by_name.get(name)
            pointer = f"/fields/{key}" if custom is not None else f"/{key}"
            present = (shown["fields"] if custom is not None else shown).get(key, shown.get("list_id"))
            if not await self._holds(work, before, name, new):
                told = msgspec.json.encode(present).decode()
                faults.append(Fault(pointer, f"This has been changed since; it is {told} now."))
            elif not self._parses(work, name, old):
                faults.append(Fault(pointer, "What it was before is not possible any more."))
        if faults:
            raise ConflictError("This change cannot be reverted as it stands.", faults)

    async def _holds(self, work: Writing, before: Current, name: str, value: Any) -> bool:
        try:
            draft = parsed(work, name, value)
        except ForbiddenError:
            raise
        except SmaltError:
            return False
        finder = LinkFinder(work.tx, self._records.dialect, work.schema, work.actor, work.now)
        if await finder.find(work.project, [("", draft)], {"": before}):
            return False
        return not differences(work.plan, before, draft)[1]

    def _parses(self, work: Writing, name: str, value: Any) -> bool:
        try:
            parsed(work, name, value)
        except SmaltError:
            return False
        return True


def _key(work: Writing, name: str) -> str | None:
    """The name in payloads of what a stored change is about; None for what the actor does not see."""
    access = work.access
    if name.isdecimal():
        custom = work.project.by_name.get(name)
        return custom.key if custom is not None and access.sees(custom.key) else None
    known = has_built_in(work.project, name)
    return name if known and access.sees(name) and access.sees(DEFAULT_FIELD_OF.get(name, name)) else None


def _told(done: TakenBack, batch_id: int) -> BatchUndone:
    def texts(ids: list[int]) -> list[str]:
        return [str(i) for i in sorted(ids)]

    return BatchUndone(
        texts(done.trashed), texts(done.changed), texts(done.restored), texts(done.kept), str(batch_id)
    )
