"""Exports as clients see them: asked for, watched, fetched, thrown away."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from kernel.access.actor import Actor
from kernel.clock import to_milliseconds
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import IdGenerator
from kernel.queries.pages import PageRequest
from kernel.queries.shown_fields import shown_fields
from kernel.schema import Project
from kernel.services.conditions import as_stored
from kernel.services.exports.files import ExportFiles
from kernel.services.exports.model import (
    KIND,
    ExportInput,
    ExportState,
    decode_state,
    encode_state,
)
from kernel.services.exports.work import page_request
from kernel.services.job_rows import ENDED, Job, JobRows
from kernel.services.record_reader import RecordReader
from kernel.services.rights import visible_project
from kernel.services.views import ViewService
from kernel.storage.schema_cache import SchemaCache

KEPT_DAYS: Final = 7
LISTED_IN_PREVIEW: Final = 1000
"""How many of one's exports are looked through for those that a preview has made."""

_DAY: Final = 24 * 60 * 60 * 1000


@dataclass(frozen=True)
class Export:
    """An export and its job."""

    job: Job
    state: ExportState


class ExportService:
    """The rules of exports. An export holds what its maker may see, so nobody else gets it."""

    def __init__(
        self,
        reader: RecordReader,
        views: ViewService,
        schema: SchemaCache,
        files: ExportFiles,
        ids: IdGenerator,
        jobs: JobRows,
        wake: Callable[[], None],
    ) -> None:
        self._reader = reader
        self._views = views
        self._schema = schema
        self._files = files
        self._ids = ids
        self._jobs = jobs
        self._wake = wake

    async def create(self, actor: Actor, project_id: int, data: ExportInput) -> Export:
        """Queue an export. InvalidInputError at once for what cannot be read."""
        project = visible_project(await self._schema.current(), actor, project_id)
        state = await self._state(actor, project, data)
        await self._check(actor, project, state)
        id_ = self._ids.new()
        job = Job(
            id_, KIND, project_id, actor.user_id, "queued", encode_state(state), 0, None, None, self._now()
        )
        async with self._jobs.database.transaction() as tx:
            await self._jobs.add(tx, job)
        self._wake()
        return Export(job, state)

    async def all(self, actor: Actor, project_id: int, before: int | None, limit: int) -> list[Export]:
        """One's own exports of a project, the newest first, those older than `before`."""
        visible_project(await self._schema.current(), actor, project_id)
        most = limit if actor.preview is None else LISTED_IN_PREVIEW
        jobs = await self._jobs.of_project(KIND, project_id, before, most, actor.user_id)
        found = [Export(job, decode_state(job.state)) for job in jobs]
        return [export for export in found if _open_to(actor, export.state)][:limit]

    async def get(self, actor: Actor, project_id: int, export_id: int) -> Export:
        """One's own export, or NotFoundError."""
        visible_project(await self._schema.current(), actor, project_id)
        job = await self._jobs.find(KIND, project_id, export_id)
        if job is None or job.actor_id != actor.user_id:
            raise NotFoundError("There is no such export.")
        state = decode_state(job.state)
        if not _open_to(actor, state):
            raise NotFoundError("There is no such export.")
        return Export(job, state)

    async def download(
        self, actor: Actor, project_id: int, export_id: int
    ) -> tuple[Export, AsyncIterator[bytes]]:
        """The finished file in pieces."""
        found = await self.get(actor, project_id, export_id)
        if found.job.status != "done":
            raise ConflictError(f"This export is {found.job.status}; there is no file to fetch.")
        return found, await self._files.read(export_id)

    async def cancel(self, actor: Actor, project_id: int, export_id: int) -> Export:
        """Stop an export, or remove its file; one that has stopped is a conflict."""
        await self.get(actor, project_id, export_id)
        if await self._jobs.stop(export_id, ("queued", "done")):
            await asyncio.to_thread(self._files.remove, export_id)
        return await self.get(actor, project_id, export_id)

    async def delete(self, actor: Actor, project_id: int, export_id: int) -> None:
        """Forget an export and its file. Not while it runs."""
        await self.get(actor, project_id, export_id)
        async with self._jobs.database.transaction() as tx:
            if not await self._jobs.remove(tx, export_id, ENDED):
                raise ConflictError("This export is running. Cancel it first.")
        await asyncio.to_thread(self._files.remove, export_id)

    async def sweep(self) -> None:
        """Remove files that are too old, or that no export can need any more."""
        old = self._now() - KEPT_DAYS * _DAY
        for export_id in await asyncio.to_thread(self._files.waiting):
            job = await self._jobs.get(export_id)
            if job is None or (job.status in ENDED and (job.status != "done" or job.created_at < old)):
                await asyncio.to_thread(self._files.remove, export_id)

    async def _state(self, actor: Actor, project: Project, data: ExportInput) -> ExportState:
        fields = None if data.fields is None else tuple(data.fields)
        request = PageRequest(sort=data.sort, fields=fields)
        if data.view is not None:
            request = await self._views.applied(actor, project.id, data.view, request)
        return ExportState(
            format=data.format,
            filter=data.filter,
            view_filter=as_stored(request.view_filter),
            sort=request.sort,
            fields=None if request.fields is None else list(request.fields),
            token_projects=None if actor.token_projects is None else sorted(actor.token_projects),
            see_as=None if actor.preview is None else actor.preview.path,
            file_name=f"{_plain(project.name)}.{data.format}",
        )

    async def _check(self, actor: Actor, project: Project, state: ExportState) -> None:
        """Read one record as the job will, so that whoever asks learns at once of what is wrong."""
        schema, reader = await self._schema.current(), self._reader
        columns = shown_fields(schema, actor, project, state.fields, reader.dialect, reader.now())
        request = msgspec.structs.replace(page_request(state, columns), limit=1, count=False)
        await reader.page(actor, project.id, request)

    def _now(self) -> int:
        return to_milliseconds(self._reader.now())


def _open_to(actor: Actor, state: ExportState) -> bool:
    """Whether an export of the actor's own holds no more than they see: in a preview, one made in it."""
    return actor.preview is None or actor.preview.path == state.see_as


def _plain(name: str) -> str:
    """A name of a file that every system takes."""
    return re.sub(r"[^\w .-]+", "_", name).strip(" .")[:80] or "records"
