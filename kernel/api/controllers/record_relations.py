"""What belongs to a record: its history and its links."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.params import FromQuery, QueryParameter

from kernel.api.answers import json_bytes
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.api.versions import etag
from kernel.queries.pages import PageRequest
from kernel.services.history import Change
from kernel.services.record_relations import ReferencedBy


class RecordRelationsController(Controller):
    path = "/projects/{project_id:str}/records/{record_id:str}"
    tags = ["Records"]

    @get("/referenced-by", summary="Read which records point to this one, by project and field")
    async def referenced_by(
        self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id, record_id: Id
    ) -> Page[ReferencedBy]:
        found = await kernel.relations.referenced_by(actor, identifier(project_id), identifier(record_id))
        return paging.slice(found, key=lambda group: (int(group.project_id), int(group.field_id)))

    @get("/history", summary="Read what happened to this record, newest first")
    async def history(
        self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id, record_id: Id
    ) -> Page[Change]:
        project, record = identifier(project_id), identifier(record_id)
        return await paging.read(
            lambda p: kernel.history.of_record(actor, project, record, p.limit, _before(p)),
            key=lambda change: (int(change.id),),
        )

    @post(
        "/press/{field_id:str}",
        status_code=200,
        summary="Press a button of the record",
        description="The record stays as it is; automations react.",
    )
    async def press(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, field_id: Id
    ) -> Response[bytes]:
        answer = await kernel.presses.press(actor, identifier(project_id), identifier(record_id), field_id)
        return json_bytes(answer.json, 200, etag(answer.version))


class CandidatesController(Controller):
    path = "/projects/{project_id:str}/fields/{field_id:str}/candidates"
    tags = ["Fields"]

    @get(summary="Find records that a reference may point to")
    async def candidates(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        field_id: Id,
        q: Annotated[
            str | None,
            QueryParameter(description="Words to find, each as the beginning of one.", max_length=500),
        ] = None,
        sort: FromQuery[str | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=1000)] = 100,
        cursor: FromQuery[str | None] = None,
        count: FromQuery[bool] = False,
    ) -> Response[bytes]:
        asked = PageRequest(q=q, sort=sort, limit=limit, cursor=cursor, count=count)
        target, request = await kernel.relations.candidates(actor, identifier(project_id), field_id, asked)
        return json_bytes(await kernel.records.reader.page(actor, target, request))


class ProjectHistoryController(Controller):
    path = "/projects/{project_id:str}/history"
    tags = ["Projects"]

    @get(summary="Read how the set-up of a project was changed, newest first")
    async def history(self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id) -> Page[Change]:
        project = identifier(project_id)
        return await paging.read(
            lambda p: kernel.history.of_project(actor, project, p.limit, _before(p)),
            key=lambda change: (int(change.id),),
        )


def _before(paging: Paging) -> int | None:
    after = paging.after()
    return after[0] if after and isinstance(after[0], int) else None
