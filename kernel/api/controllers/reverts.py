"""Taking back: one change of a record, or a whole batch."""

from __future__ import annotations

from litestar import Controller, Response, post

from kernel.api.answers import json_bytes
from kernel.api.injected import Actor, Kernel
from kernel.api.paths import Id, identifier
from kernel.api.versions import etag
from kernel.services.reverts import BatchUndone


class RevertsController(Controller):
    path = "/"

    @post(
        "/projects/{project_id:str}/records/{record_id:str}/history/{change_id:str}/revert",
        status_code=200,
        tags=["Records"],
        summary="Take back one change of a record",
        description="Refused, with the present values, where somebody has changed the same fields since.",
    )
    async def revert(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, change_id: Id
    ) -> Response[bytes]:
        project, record = identifier(project_id), identifier(record_id)
        answer = await kernel.reverts.revert(actor, project, record, identifier(change_id))
        return json_bytes(answer.json, 200, etag(answer.version))

    @post(
        "/batches/{batch_id:str}/undo",
        status_code=200,
        tags=["Records"],
        summary="Take back a batch of changes",
        description="What it made goes to the trash, what it changed or deleted is as before, unless "
        "somebody has changed it since. The answer's `batch_id` undoes the undoing.",
    )
    async def undo(self, kernel: Kernel, actor: Actor, batch_id: Id) -> BatchUndone:
        return await kernel.reverts.undo_batch(actor, identifier(batch_id))
