"""Answers with records, in the ways that clients may ask for them."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Response
from litestar.params import HeaderParameter, QueryParameter

from kernel.access.actor import Actor
from kernel.api.answers import json_bytes
from kernel.api.versions import etag
from kernel.queries.pages import PageRequest
from kernel.runtime import Kernel
from kernel.services.descriptions import rendered

DisplayQuery = Annotated[
    str | None,
    QueryParameter(
        description="Add `display`, the values as texts for people, in a locale such as `pl` or `en-GB`; "
        "`auto` takes that of Accept-Language."
    ),
]
AcceptLanguage = Annotated[
    str | None, HeaderParameter(name="Accept-Language", description="For `display=auto`.")
]


Explain = Annotated[
    bool,
    QueryParameter(
        description="Add `explain`: where values come from and which rule of your role decided, how the "
        "filter was understood; on a refusal, what your role is."
    ),
]


class Manner(NamedTuple):
    """How to answer: through a saved view, of which moment, with texts in which locale, with reasons."""

    view: str | None = None
    as_of: str | None = None
    display: str | None = None
    accepted: str | None = None
    render: bool = False
    explain: bool = False

    async def shown(self, kernel: Kernel, actor: Actor, project_id: int, body: bytes) -> bytes:
        """The JSON of a record or page with the texts that were asked for."""
        if self.render:
            body = await rendered(body)
        if self.display is not None:
            body = await kernel.displays.added(actor, project_id, body, self.display, self.accepted)
        return body


async def page_answer(
    kernel: Kernel, actor: Actor, project_id: int, wanted: PageRequest, manner: Manner
) -> Response[bytes]:
    """A page of records."""
    if manner.as_of is not None:
        moment = await kernel.past.moment(actor, project_id, manner.as_of)
        wanted = msgspec.structs.replace(wanted, as_of=moment)
    if manner.view is not None:
        wanted = await kernel.views.applied(actor, project_id, manner.view, wanted)
    body = await kernel.records.reader.page(actor, project_id, wanted)
    if manner.explain:
        body = await kernel.explanations.page(actor, project_id, wanted, body)
    return json_bytes(await manner.shown(kernel, actor, project_id, body))


async def record_answer(
    kernel: Kernel, actor: Actor, project_id: int, record_id: int, trash: bool, manner: Manner
) -> Response[bytes]:
    """One record; with its version as ETag, unless it is of the past."""
    headers: dict[str, Any] = {}
    if manner.as_of is not None:
        body = await kernel.past.record(actor, project_id, record_id, manner.as_of)
    else:
        answer = await kernel.records.reader.record(actor, project_id, record_id, trash)
        body, headers = answer.json, etag(answer.version)
        if manner.explain and not trash:
            body = await kernel.explanations.record(actor, project_id, record_id, body)
    return json_bytes(await manner.shown(kernel, actor, project_id, body), 200, headers)
