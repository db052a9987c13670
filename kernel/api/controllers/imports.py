"""Imports: upload, preview, mapping, trial, start, progress, undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import msgspec
from litestar import Controller, Request, delete, get, patch, post
from litestar.params import JSONBody
from litestar.response import Stream

from kernel.api.answers import Download
from kernel.api.injected import Actor, Kernel, Paging, Say
from kernel.api.marks import READS
from kernel.api.multipart import FileForm, UploadOperation
from kernel.api.paging import Page, int_key
from kernel.api.paths import Id, identifier
from kernel.api.times import moment
from kernel.services.imports.model import Column, Mapped, Missing, RowError
from kernel.services.imports.service import Import, ImportPatch
from kernel.services.imports.trial import TrialResult


class Progress(msgspec.Struct):
    """How many rows are done, of how many."""

    rows: int
    total: int


class ImportView(msgspec.Struct):
    """An import. While its status is `preview` nothing has been imported.

    `options` are those of the importer, with `date_order` and `decimal_comma`; `ambiguous` says
    that the dates of the file fit more than one order. `errors` are the first ones.
    """

    id: str
    status: Annotated[
        str,
        msgspec.Meta(examples=["preview"], description="preview, queued, running, done, failed, cancelled"),
    ]
    file_name: str
    importer: str
    options: dict[str, Any]
    columns: list[Column]
    mapping: dict[str, Mapped | None]
    key: str | None
    create_missing: list[Missing]
    progress: Progress
    created: int
    updated: int
    skipped: int
    failed: int
    errors: list[RowError]
    error: str | None
    undone: bool
    created_at: str
    started_at: str | None
    finished_at: str | None


@dataclass
class ImportOperation(UploadOperation):
    others: ClassVar = {"importer": "Key of the importer; found out when left out."}


class ImportsController(Controller):
    """From a file to records."""

    path = "/projects/{project_id:str}/imports"
    tags = ["Imports"]

    @get(summary="List the imports of a project", description="The newest first.")
    async def imports(
        self, kernel: Kernel, actor: Actor, say: Say, paging: Paging, project_id: Id
    ) -> Page[ImportView]:
        async def rows(page: Paging) -> list[ImportView]:
            before = int_key(page.after()) or None
            found = await kernel.imports.all(actor, identifier(project_id), before, page.limit + 1)
            return [say.told(view(i)) for i in found]

        return await paging.read(rows, key=lambda v: (int(v.id),))

    @post(
        summary="Upload a file",
        description="A form with the parts `file` and, at will, `importer`. Answers a preview.",
        operation_class=ImportOperation,
        request_max_body_size=None,
    )
    async def upload(
        self, kernel: Kernel, actor: Actor, say: Say, project_id: Id, request: Request[Any, Any, Any]
    ) -> ImportView:
        form = FileForm(request, ["importer"])
        return say.told(view(await kernel.imports.upload(actor, identifier(project_id), form)))

    @get("/{import_id:str}", summary="One import, with its progress")
    async def import_(
        self, kernel: Kernel, actor: Actor, say: Say, project_id: Id, import_id: Id
    ) -> ImportView:
        found = await kernel.imports.get(actor, identifier(project_id), identifier(import_id))
        return say.told(view(found))

    @patch(
        "/{import_id:str}",
        summary="Decide on options, mapping, key and what to create",
        description="The mapping is taken as a whole: columns that it does not name are not imported. "
        "Without any, columns go into the existing fields that were guessed.",
    )
    async def change(
        self,
        kernel: Kernel,
        actor: Actor,
        say: Say,
        project_id: Id,
        import_id: Id,
        data: JSONBody[ImportPatch],
    ) -> ImportView:
        found = await kernel.imports.patch(actor, identifier(project_id), identifier(import_id), data)
        return say.told(view(found))

    @delete(
        "/{import_id:str}",
        summary="Forget an import",
        description="With its file and the rows that were refused. What it wrote stays, and it can no longer "
        "be undone. Cancel it first while it runs.",
    )
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, import_id: Id) -> None:
        await kernel.imports.delete(actor, identifier(project_id), identifier(import_id))

    @post(
        "/{import_id:str}/validate",
        status_code=200,
        opt=READS,
        summary="Try all rows without writing",
        description="Answers the counts, the first errors, and what would have to be created.",
    )
    async def validate(
        self, kernel: Kernel, actor: Actor, say: Say, project_id: Id, import_id: Id
    ) -> TrialResult:
        found = await kernel.imports.validate(actor, identifier(project_id), identifier(import_id))
        return say.told(found)

    @post("/{import_id:str}/start", status_code=202, summary="Import in the background")
    async def start(
        self, kernel: Kernel, actor: Actor, say: Say, project_id: Id, import_id: Id
    ) -> ImportView:
        found = await kernel.imports.start(actor, identifier(project_id), identifier(import_id))
        return say.told(view(found))

    @post(
        "/{import_id:str}/cancel",
        status_code=200,
        summary="Stop an import",
        description="What was imported until then stays; it can be undone.",
    )
    async def cancel(
        self, kernel: Kernel, actor: Actor, say: Say, project_id: Id, import_id: Id
    ) -> ImportView:
        found = await kernel.imports.cancel(actor, identifier(project_id), identifier(import_id))
        return say.told(view(found))

    @post(
        "/{import_id:str}/undo",
        status_code=202,
        summary="Take an import back",
        description="In the background: what it created goes to the trash, what it updated gets its old "
        "values again unless somebody has changed it since.",
    )
    async def undo(self, kernel: Kernel, actor: Actor, say: Say, project_id: Id, import_id: Id) -> ImportView:
        found = await kernel.imports.undo(actor, identifier(project_id), identifier(import_id))
        return say.told(view(found))

    @get(
        "/{import_id:str}/rejected.csv",
        media_type="text/csv",
        summary="The rows that were refused",
        description="Their cells as they stood in the file, with the reasons.",
    )
    async def rejected(self, kernel: Kernel, actor: Actor, say: Say, project_id: Id, import_id: Id) -> Stream:
        pieces = await kernel.imports.rejected(actor, identifier(project_id), identifier(import_id), say)
        headers = {"Content-Disposition": 'attachment; filename="rejected.csv"'}
        return Download(pieces, media_type="text/csv", headers=headers)


def view(found: Import) -> ImportView:
    """An import as clients see it."""
    job, state = found.job, found.state
    undoing = state.phase == "undo"
    return ImportView(
        id=str(job.id),
        status="running" if job.status == "cancelling" else job.status,
        file_name=state.file_name,
        importer=state.importer,
        options={**state.options, **msgspec.structs.asdict(state.reading)},
        columns=state.columns,
        mapping=state.effective_mapping(),
        key=state.key,
        create_missing=state.create_missing,
        progress=Progress(job.rows_done if undoing else state.position, state.total),
        created=state.created,
        updated=state.updated,
        skipped=state.skipped,
        failed=state.failed,
        errors=state.errors,
        error=job.error,
        undone=state.undone,
        created_at=moment(job.created_at),
        started_at=None if job.started_at is None else moment(job.started_at),
        finished_at=None if job.finished_at is None else moment(job.finished_at),
    )
