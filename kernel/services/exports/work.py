"""Makes the file of an export, page by page, with the rights of whoever asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from kernel.access.acting import actor_of
from kernel.access.actor import Actor
from kernel.access.previews import seeing_as
from kernel.queries.pages import MAXIMUM_LIMIT, PageRequest
from kernel.queries.shown_fields import ShownField, shown_fields
from kernel.schema import Project
from kernel.services.conditions import as_requested
from kernel.services.exports.cells import TableCell, table_cell
from kernel.services.exports.files import ExportFiles
from kernel.services.exports.model import ExportState, decode_state, encode_state
from kernel.services.exports.writers import WRITERS, Writer
from kernel.services.jobs import RunningJob
from kernel.services.record_reader import RecordReader
from kernel.services.rights import visible_project
from kernel.storage.database import Database
from kernel.storage.schema_cache import SchemaCache


class _Page(msgspec.Struct):
    items: list[dict[str, Any]]
    next: str | None = None
    total: int | None = None


_decode = msgspec.json.Decoder(_Page).decode


@dataclass(frozen=True)
class ExportWork:
    """The handler of export jobs."""

    database: Database
    schema: SchemaCache
    reader: RecordReader
    files: ExportFiles

    async def run(self, running: RunningJob) -> None:
        """Write the whole file; one that was begun by a process that died is begun anew."""
        state, job = decode_state(running.state), running.job
        actor = await actor_of(self.database, job.actor_id, "export", state.token_projects)
        if state.see_as is not None:
            actor = await seeing_as(self.database, actor, state.see_as)
        project = visible_project(await self.schema.current(), actor, job.project_id or 0)
        columns = await self._columns(actor, project, state, running)
        writer = await asyncio.to_thread(WRITERS[state.format], self.files.new(job.id), columns)
        try:
            done = await self._pages(running, actor, project, state, columns, writer)
        except BaseException:
            await asyncio.to_thread(_abandon, writer)
            self.files.remove(job.id)
            raise
        await asyncio.to_thread(writer.close)
        state.size = await asyncio.to_thread(self.files.finish, job.id)
        async with self.database.transaction() as tx:
            await running.save(tx, encode_state(state), done, done)

    async def _columns(
        self, actor: Actor, project: Project, state: ExportState, running: RunningJob
    ) -> list[ShownField]:
        schema = await self.schema.current()
        now = running.clock.now()
        return shown_fields(schema, actor, project, state.fields, self.database.dialect, now)

    async def _pages(
        self,
        running: RunningJob,
        actor: Actor,
        project: Project,
        state: ExportState,
        columns: Sequence[ShownField],
        writer: Writer,
    ) -> int:
        """Write all pages; how many records there were."""
        request, done, total = page_request(state, columns), 0, None
        table = _Table(project, columns)
        while True:
            page = _decode(await self.reader.page(actor, project.id, request))
            total = page.total if total is None else total
            await asyncio.to_thread(_write, writer, table, page.items)
            done += len(page.items)
            async with self.database.transaction() as tx:
                await running.save(tx, encode_state(state), done, max(done, total or 0))
            if page.next is None:
                return done
            request = msgspec.structs.replace(request, cursor=page.next, count=False)


class _Table:
    """Turns records into cells."""

    def __init__(self, project: Project, columns: Sequence[ShownField]) -> None:
        self._columns = columns
        self._zone = ZoneInfo(project.time_zone)
        self._lists = {str(found.id): found.name for found in project.lists}

    def cells(self, record: dict[str, Any]) -> list[TableCell]:
        return [table_cell(column, self._value(column, record), self._zone) for column in self._columns]

    def _value(self, column: ShownField, record: dict[str, Any]) -> Any:
        if not column.built_in:
            return record["fields"].get(column.key)
        if column.key == "list":
            return self._lists.get(record.get("list_id") or "")
        return record.get(column.key)


def _write(writer: Writer, table: _Table, records: Sequence[dict[str, Any]]) -> None:
    writer.rows(records, [table.cells(record) for record in records])


def _abandon(writer: Writer) -> None:
    """Close a file that is not wanted any more, in whatever state it is."""
    try:
        writer.close()
    except OSError:
        return


def page_request(state: ExportState, columns: Sequence[ShownField]) -> PageRequest:
    fields = tuple(column.key for column in columns)
    return PageRequest(
        filter=as_requested(state.filter),
        view_filter=as_requested(state.view_filter),
        sort=state.sort,
        fields=fields,
        limit=MAXIMUM_LIMIT,
        count=True,
    )
