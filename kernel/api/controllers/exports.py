"""Exports: records as a file, made in the background."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import JSONBody
from litestar.response import Stream

from kernel.api.answers import Download
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.marks import READS
from kernel.api.paging import Page, int_key
from kernel.api.paths import Id, identifier
from kernel.api.times import moment
from kernel.services.exports.model import CONTENT_TYPES, ExportInput, Format
from kernel.services.exports.service import Export


class ExportProgress(msgspec.Struct):
    """How many records are written, of how many."""

    rows: int
    total: int | None


class ExportView(msgspec.Struct):
    """An export. When its status is `done` the file can be fetched from `url`."""

    id: str
    status: Annotated[
        str, msgspec.Meta(examples=["running"], description="queued, running, done, failed or cancelled")
    ]
    format: Format
    file_name: str
    size: Annotated[int | None, msgspec.Meta(description="Bytes of the file.")]
    progress: ExportProgress
    error: str | None
    url: str | None
    created_at: str
    finished_at: str | None


class ExportsController(Controller):
    """From records to a file."""

    path = "/projects/{project_id:str}/exports"
    tags = ["Exports"]

    @get(summary="List your exports of a project", description="The newest first.")
    async def exports(self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id) -> Page[ExportView]:
        async def rows(page: Paging) -> list[ExportView]:
            before = int_key(page.after()) or None
            found = await kernel.exports.all(actor, identifier(project_id), before, page.limit + 1)
            return [view(e) for e in found]

        return await paging.read(rows, key=lambda v: (int(v.id),))

    @post(
        status_code=202,
        opt=READS,
        summary="Export records in the background",
        description="As CSV, Excel or JSON Lines: all records, or those of a filter or a saved view, "
        "with the fields that you may see.",
    )
    async def create(
        self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[ExportInput]
    ) -> ExportView:
        return view(await kernel.exports.create(actor, identifier(project_id), data))

    @get("/{export_id:str}", summary="One export, with its progress")
    async def export(self, kernel: Kernel, actor: Actor, project_id: Id, export_id: Id) -> ExportView:
        return view(await kernel.exports.get(actor, identifier(project_id), identifier(export_id)))

    @delete("/{export_id:str}", opt=READS, summary="Forget an export and its file")
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, export_id: Id) -> None:
        await kernel.exports.delete(actor, identifier(project_id), identifier(export_id))

    @get(
        "/{export_id:str}/download",
        media_type="*/*",
        summary="Fetch the file",
        description="It is kept for seven days.",
    )
    async def download(self, kernel: Kernel, actor: Actor, project_id: Id, export_id: Id) -> Stream:
        found, pieces = await kernel.exports.download(actor, identifier(project_id), identifier(export_id))
        name = found.state.file_name
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Content-Length": str(found.state.size),
            "X-Content-Type-Options": "nosniff",
        }
        return Download(pieces, media_type=CONTENT_TYPES[found.state.format], headers=headers)

    @post(
        "/{export_id:str}/cancel",
        status_code=200,
        opt=READS,
        summary="Stop an export, or throw its file away",
    )
    async def cancel(self, kernel: Kernel, actor: Actor, project_id: Id, export_id: Id) -> ExportView:
        return view(await kernel.exports.cancel(actor, identifier(project_id), identifier(export_id)))


def view(found: Export) -> ExportView:
    """An export as clients see it."""
    job, state = found.job, found.state
    done = job.status == "done"
    return ExportView(
        id=str(job.id),
        status="running" if job.status == "cancelling" else job.status,
        format=state.format,
        file_name=state.file_name,
        size=state.size,
        progress=ExportProgress(job.rows_done, job.rows_total),
        error=job.error,
        url=f"/api/v1/projects/{job.project_id}/exports/{job.id}/download" if done else None,
        created_at=moment(job.created_at),
        finished_at=None if job.finished_at is None else moment(job.finished_at),
    )
