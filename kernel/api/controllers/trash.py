"""The trash over all projects."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import Controller, get
from litestar.params import QueryParameter

from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page
from kernel.api.paths import identifier
from kernel.clock import to_milliseconds
from kernel.errors import InvalidInputError
from kernel.services.trash import Trashed

Project = Annotated[str | None, QueryParameter(description="Only what belongs to this live project.")]


class TrashController(Controller):
    path = "/trash"
    tags = ["Trash"]

    @get(
        summary="Read what you may restore, the latest first",
        description="Projects, lists, tags, fields, records, dashboards and charts. `restore` is the path to "
        "POST to.",
    )
    async def trash(
        self, kernel: Kernel, actor: Actor, paging: Paging, project: Project = None
    ) -> Page[Trashed]:
        only = None if project is None else identifier(project)
        return await paging.read(
            lambda p: kernel.trash.page(actor, p.limit, _before(p), only),
            key=lambda t: (_milliseconds(t.deleted_at), int(t.id)),
        )


def _milliseconds(text: str) -> int:
    return to_milliseconds(datetime.fromisoformat(text))


def _before(paging: Paging) -> tuple[int, int] | None:
    after = paging.after()
    if after is None:
        return None
    match after:
        case [int(at), int(id_)]:
            return at, id_
    raise InvalidInputError("The cursor is not one of this collection.")
