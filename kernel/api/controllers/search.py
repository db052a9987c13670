"""The search over all projects."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get
from litestar.params import FromQuery, QueryParameter

from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.marks import DEFERRED
from kernel.api.paging import Page
from kernel.api.paths import identifier
from kernel.errors import Fault, InvalidInputError
from kernel.services.search import Found

Words = Annotated[
    str,
    QueryParameter(description="Words to find, each as the beginning of one.", min_length=1, max_length=500),
]


class SearchController(Controller):
    path = "/search"
    tags = ["Search"]

    @get(
        opt=DEFERRED,
        summary="Search the records of all your projects",
        description="Titles, descriptions, text of fields, numbers and comments, without regard to case and "
        "accents. The best ones first; `project` (more than once, if need be) narrows it.",
    )
    async def search(
        self,
        kernel: Kernel,
        actor: Actor,
        paging: Paging,
        q: Words,
        project: FromQuery[list[str] | None] = None,
    ) -> Page[Found]:
        only = [identifier(id_) for id_ in project or ()]
        page = await paging.read(
            lambda p: kernel.search.find(actor, q, only, p.limit, _after(p)), key=lambda hit: hit[0]
        )
        return Page([item for _, item in page.items], page.next, page.total)


def _after(paging: Paging) -> tuple[int, int] | None:
    match paging.after():
        case None:
            return None
        case [int(place), int(id_)] if abs(place) < 10 and 0 < id_ < 2**63:
            return place, id_
    raise InvalidInputError("The cursor is not valid.", [Fault("?cursor", "Start again without it.")])
