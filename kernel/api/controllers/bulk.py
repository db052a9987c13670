"""Bulk: one change to all records of a filter."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.params import JSONBody

from kernel.api.injected import Actor, Kernel
from kernel.api.marks import READS
from kernel.api.paths import Id, identifier
from kernel.api.times import moment
from kernel.services.bulk.model import BulkAction, BulkInput
from kernel.services.bulk.service import Bulk
from kernel.services.imports.model import RowError


class BulkProgress(msgspec.Struct):
    """How many records are done, of how many."""

    rows: int
    total: int | None


class BulkView(msgspec.Struct):
    """A bulk change. `errors` are the first ones, with the id of the record as `column`."""

    id: str
    status: Annotated[
        str, msgspec.Meta(examples=["running"], description="queued, running, done, failed or cancelled")
    ]
    action: BulkAction
    batch_id: str
    progress: BulkProgress
    changed: int
    failed: int
    errors: list[RowError]
    error: str | None
    undone: bool
    created_at: str
    finished_at: str | None


class BulkPreview(msgspec.Struct):
    """How many records a change would touch now."""

    count: int


class BulkController(Controller):
    """Changes of many records in the background."""

    path = "/projects/{project_id:str}"
    tags = ["Bulk"]

    @post(
        "/records/bulk",
        status_code=202,
        summary="Change all records of a filter",
        description="Edits, moves, tags or deletes in the background, as one batch that can be undone.",
    )
    async def start(
        self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[BulkInput]
    ) -> BulkView:
        return view(await kernel.bulk.start(actor, identifier(project_id), data))

    @post(
        "/records/bulk/preview",
        status_code=200,
        opt=READS,
        summary="Count the records that a change would touch",
        description="Refuses what the change itself would refuse.",
    )
    async def preview(
        self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[BulkInput]
    ) -> BulkPreview:
        return BulkPreview(await kernel.bulk.count(actor, identifier(project_id), data))

    @get("/bulk/{bulk_id:str}", summary="One bulk change, with its progress")
    async def bulk(self, kernel: Kernel, actor: Actor, project_id: Id, bulk_id: Id) -> BulkView:
        return view(await kernel.bulk.get(actor, identifier(project_id), identifier(bulk_id)))

    @post(
        "/bulk/{bulk_id:str}/cancel",
        status_code=200,
        summary="Stop a bulk change",
        description="What was changed until then stays; it can be undone.",
    )
    async def cancel(self, kernel: Kernel, actor: Actor, project_id: Id, bulk_id: Id) -> BulkView:
        return view(await kernel.bulk.cancel(actor, identifier(project_id), identifier(bulk_id)))

    @post("/bulk/{bulk_id:str}/undo", status_code=202, summary="Take a bulk change back, in the background")
    async def undo(self, kernel: Kernel, actor: Actor, project_id: Id, bulk_id: Id) -> BulkView:
        return view(await kernel.bulk.undo(actor, identifier(project_id), identifier(bulk_id)))


def view(found: Bulk) -> BulkView:
    """A bulk change as clients see it."""
    job, state = found.job, found.state
    return BulkView(
        id=str(job.id),
        status="running" if job.status == "cancelling" else job.status,
        action=state.action,
        batch_id=str(state.batch_id),
        progress=BulkProgress(state.done, job.rows_total),
        changed=state.changed,
        failed=state.failed,
        errors=state.errors,
        error=job.error,
        undone=state.undone,
        created_at=moment(job.created_at),
        finished_at=None if job.finished_at is None else moment(job.finished_at),
    )
