"""Archives: whole projects as a file, and back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import JSONBody
from litestar.response import Stream

from kernel.api.answers import Download
from kernel.api.injected import Actor, Kernel
from kernel.api.marks import ADMIN, AS_ONESELF, READS
from kernel.api.multipart import FileForm, UploadOperation
from kernel.api.paths import Id, identifier
from kernel.api.times import moment
from kernel.services.archives.model import EXPORT_KIND, ArchiveInput, Report
from kernel.services.archives.service import Archive


class ArchiveView(msgspec.Struct):
    """An archive. One that is written can be fetched from `url` when its status is `done`; one that is
    read tells under `report` what it has made."""

    id: str
    kind: Literal["export", "import"]
    status: Annotated[
        str, msgspec.Meta(examples=["running"], description="queued, running, done, failed or cancelled")
    ]
    size: Annotated[int | None, msgspec.Meta(description="Bytes of the file.")]
    rows: Annotated[int, msgspec.Meta(description="How much is written or read.")]
    total: Annotated[int | None, msgspec.Meta(description="How much there is, where that is known.")]
    error: str | None
    url: str | None
    report: Report | None
    created_at: str
    finished_at: str | None


class ArchivesController(Controller):
    """From projects to a file, and from a file to projects."""

    path = "/archives"
    opt = AS_ONESELF
    tags = ["Archives"]

    @post(
        status_code=202,
        opt=READS,
        summary="Write projects into a file, in the background",
        description="For whoever may configure all of them and from whom nothing in them is hidden. The file "
        "holds everything: records, history, files, set-up; people by their emails; no secrets.",
    )
    async def create(self, kernel: Kernel, actor: Actor, data: JSONBody[ArchiveInput]) -> ArchiveView:
        return view(await kernel.archives.create(actor, data))

    @post(
        "/import",
        status_code=202,
        opt=ADMIN,
        summary="Make the projects of a file, in the background",
        description="A form with the part `file`; for administrators. The projects come beside what is "
        "there, all of them or none. Automations and forms come switched off.",
        operation_class=UploadOperation,
        request_max_body_size=None,
    )
    async def bring(self, kernel: Kernel, actor: Actor, request: Request[Any, Any, Any]) -> ArchiveView:
        return view(await kernel.archives.bring(actor, FileForm(request)))

    @get("/{archive_id:str}", summary="One archive of your own, with its progress")
    async def archive(self, kernel: Kernel, actor: Actor, archive_id: Id) -> ArchiveView:
        return view(await kernel.archives.get(actor, identifier(archive_id)))

    @get(
        "/{archive_id:str}/download",
        media_type="*/*",
        summary="Fetch the file of an archive",
        description="It is kept for seven days.",
    )
    async def download(self, kernel: Kernel, actor: Actor, archive_id: Id) -> Stream:
        found, pieces = await kernel.archives.download(actor, identifier(archive_id))
        headers = {
            "Content-Disposition": f'attachment; filename="smalt-{found.job.id}.zip"',
            "Content-Length": str(found.state.size),
            "X-Content-Type-Options": "nosniff",
        }
        return Download(pieces, media_type="application/zip", headers=headers)

    @post(
        "/{archive_id:str}/cancel",
        status_code=200,
        opt=READS,
        summary="Stop an archive, or throw its file away",
        description="An import that is stopped has made nothing; one that is done stays.",
    )
    async def cancel(self, kernel: Kernel, actor: Actor, archive_id: Id) -> ArchiveView:
        return view(await kernel.archives.cancel(actor, identifier(archive_id)))


def view(found: Archive) -> ArchiveView:
    """An archive as clients see it."""
    job, state = found.job, found.state
    written = job.kind == EXPORT_KIND
    return ArchiveView(
        id=str(job.id),
        kind="export" if written else "import",
        status="running" if job.status == "cancelling" else job.status,
        size=state.size,
        rows=found.progress[0],
        total=found.progress[1],
        error=job.error,
        url=f"/api/v1/archives/{job.id}/download" if written and job.status == "done" else None,
        report=state.report,
        created_at=moment(job.created_at),
        finished_at=None if job.finished_at is None else moment(job.finished_at),
    )
