"""Records: read, query, write, move, copy, delete, restore."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Response, delete, get, patch, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from kernel.api.answers import json_bytes
from kernel.api.injected import Actor, Kernel, Say
from kernel.api.marks import DEFERRED, READS
from kernel.api.paths import Id, identifier
from kernel.api.record_answers import (
    AcceptLanguage,
    DisplayQuery,
    Explain,
    Manner,
    page_answer,
    record_answer,
)
from kernel.api.versions import IfMatch, etag, versions
from kernel.queries.aggregates import AggregateRequest
from kernel.queries.pages import PageRequest
from kernel.services.record_batch import BatchInput, BatchResult

Fields = Annotated[
    str | None, QueryParameter(description="Keys of the fields to answer, separated by commas.")
]
Filter = Annotated[str | None, QueryParameter(description="An expression such as `{amount} > 5000`.")]
Sort = Annotated[
    str | None, QueryParameter(description="Fields to sort by, `-` for downwards: `-amount,title`.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=1000, description="The most records to answer.")]
MOST_PASSED = 10_000_000
PASSED = "How many records to pass over, from the beginning or the cursor on, to jump. Cursors are quicker."
Offset = Annotated[int, QueryParameter(ge=0, le=MOST_PASSED, description=PASSED)]
Query = Annotated[
    str | None, QueryParameter(description="Words to find, each as the beginning of one.", max_length=500)
]
View = Annotated[
    str | None,
    QueryParameter(description="Read through this saved view: its filter too, its order and fields."),
]
PageAsOf = Annotated[str | None, QueryParameter(description="Read the records as they were then, RFC 3339.")]
AsOf = Annotated[
    str | None,
    QueryParameter(description="Read it as it was then, RFC 3339."),
]
Render = Annotated[
    bool, QueryParameter(description="Add `description_html`, the description made safe to show as it is.")
]


class QueryInput(msgspec.Struct, forbid_unknown_fields=True):
    """A query as a body. `filter` is an expression or a tree of conditions."""

    filter: Annotated[
        str | dict[str, Any] | None,
        msgspec.Meta(examples=["{list} = 'Negotiations' AND {amount} > 50000"]),
    ] = None
    sort: Annotated[str | None, msgspec.Meta(examples=["-amount,title"])] = None
    fields: Annotated[list[str] | None, msgspec.Meta(examples=[["amount", "customer"]])] = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    cursor: str | None = None
    offset: Annotated[int, msgspec.Meta(ge=0, le=MOST_PASSED, description=PASSED)] = 0
    count: bool = False
    view: Annotated[str | None, msgspec.Meta(description="The id of a saved view to read through.")] = None
    as_of: Annotated[
        str | None, msgspec.Meta(description="Read the records as they were then.", examples=[None])
    ] = None
    display: Annotated[
        str | None, msgspec.Meta(description="A locale in which to add texts for people.", examples=[None])
    ] = None


class MoveInput(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Where to: a list by name or id, and a place in it beside another record or at an end."""

    list: Annotated[str | None, msgspec.Meta(examples=["Closed Won"])] = None
    list_id: str | None = None
    before: Annotated[str | None, msgspec.Meta(description="The id of a record in the list.")] = None
    after: Annotated[str | None, msgspec.Meta(description="The id of a record in the list.")] = None
    position: Literal["first", "last"] | None = None


class RecordsController(Controller):
    path = "/projects/{project_id:str}/records"
    tags = ["Records"]

    @get(opt=DEFERRED, summary="Read the records of a project, a page at a time")
    async def page(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        filter: Filter = None,
        sort: Sort = None,
        fields: Fields = None,
        list: FromQuery[str | None] = None,
        tag: FromQuery[str | None] = None,
        q: Query = None,
        limit: Limit = 100,
        cursor: FromQuery[str | None] = None,
        offset: Offset = 0,
        count: FromQuery[bool] = False,
        deleted: Annotated[bool, QueryParameter(description="Read the trash instead.")] = False,
        view: View = None,
        as_of: PageAsOf = None,
        display: DisplayQuery = None,
        accepted: AcceptLanguage = None,
        explain: Explain = False,
    ) -> Response[bytes]:
        names = _names(fields)
        wanted = PageRequest(filter, sort, names, list, tag, q, limit, cursor, count, deleted, offset=offset)
        manner = Manner(view, as_of, display, accepted, explain=explain)
        return await page_answer(kernel, actor, identifier(project_id), wanted, manner)

    @post("/query", status_code=200, opt=READS | DEFERRED, summary="Read records by a query in the body")
    async def query(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        data: JSONBody[QueryInput],
        accepted: AcceptLanguage = None,
        explain: Explain = False,
    ) -> Response[bytes]:
        condition = msgspec.json.encode(data.filter) if isinstance(data.filter, dict) else data.filter
        wanted = PageRequest(
            filter=condition,
            sort=data.sort,
            fields=None if data.fields is None else tuple(data.fields),
            limit=data.limit,
            cursor=data.cursor,
            count=data.count,
            offset=data.offset,
        )
        manner = Manner(data.view, data.as_of, data.display, accepted, explain=explain)
        return await page_answer(kernel, actor, identifier(project_id), wanted, manner)

    @post("/aggregate", status_code=200, opt=READS | DEFERRED, summary="Group and measure records")
    async def aggregate(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        data: JSONBody[AggregateRequest],
        explain: Explain = False,
    ) -> Response[bytes]:
        project = identifier(project_id)
        moment = await kernel.past.moment(actor, project, data.as_of)
        body = await kernel.records.reader.aggregate(actor, project, data, moment)
        if explain:
            body = await kernel.explanations.aggregate(actor, project, data, body)
        return json_bytes(body)

    @post("/batch", status_code=200, summary="Make, change and delete many records at once")
    async def batch(
        self, kernel: Kernel, actor: Actor, say: Say, project_id: Id, data: JSONBody[BatchInput]
    ) -> BatchResult:
        return say.told(await kernel.record_batch.write(actor, identifier(project_id), data))

    @post(summary="Add a record")
    async def add(
        self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[dict[str, Any]]
    ) -> Response[bytes]:
        _, answer = await kernel.records.create(actor, identifier(project_id), data)
        return json_bytes(answer.json, 201, etag(answer.version))

    @get("/{record_id:str}", opt=DEFERRED, summary="Read a record")
    async def one(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        record_id: Id,
        deleted: Annotated[bool, QueryParameter(description="Read it from the trash.")] = False,
        as_of: AsOf = None,
        render: Render = False,
        display: DisplayQuery = None,
        accepted: AcceptLanguage = None,
        explain: Explain = False,
    ) -> Response[bytes]:
        manner = Manner(None, as_of, display, accepted, render, explain)
        return await record_answer(
            kernel, actor, identifier(project_id), identifier(record_id), deleted, manner
        )

    @patch("/{record_id:str}", summary="Change what is sent, and nothing else")
    async def change(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        record_id: Id,
        data: JSONBody[dict[str, Any]],
        if_match: IfMatch = None,
    ) -> Response[bytes]:
        answer = await kernel.records.update(
            actor, identifier(project_id), identifier(record_id), data, versions(if_match)
        )
        return json_bytes(answer.json, 200, etag(answer.version))

    @delete("/{record_id:str}", summary="Move a record to the trash")
    async def remove(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, if_match: IfMatch = None
    ) -> None:
        await kernel.records.delete(actor, identifier(project_id), identifier(record_id), versions(if_match))

    @post("/{record_id:str}/restore", status_code=200, summary="Bring a record back from the trash")
    async def restore(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, if_match: IfMatch = None
    ) -> Response[bytes]:
        answer = await kernel.records.restore(
            actor, identifier(project_id), identifier(record_id), versions(if_match)
        )
        return json_bytes(answer.json, 200, etag(answer.version))

    @post("/{record_id:str}/move", status_code=200, summary="Move a record to a list, or within one")
    async def move(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        record_id: Id,
        data: JSONBody[MoveInput],
        if_match: IfMatch = None,
    ) -> Response[bytes]:
        wanted = msgspec.structs.asdict(data)
        answer = await kernel.records.move(
            actor, identifier(project_id), identifier(record_id), wanted, versions(if_match)
        )
        return json_bytes(answer.json, 200, etag(answer.version))

    @post("/{record_id:str}/copy", summary="Copy a record; the body gives what is to differ")
    async def copy(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        record_id: Id,
        data: JSONBody[dict[str, Any] | None] = None,
        if_match: IfMatch = None,
    ) -> Response[bytes]:
        _, answer = await kernel.records.copy(
            actor, identifier(project_id), identifier(record_id), data or {}, versions(if_match)
        )
        return json_bytes(answer.json, 201, etag(answer.version))


def _names(fields: str | None) -> tuple[str, ...] | None:
    return None if fields is None else tuple(n.strip() for n in fields.split(",") if n.strip())
