"""Set-up as a document: read, planned, applied."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, get, post
from litestar.params import FromQuery, JSONBody

from kernel.api.injected import Actor, Kernel
from kernel.api.marks import READS
from kernel.api.paths import identifier
from kernel.services.blueprints.differences import Step
from kernel.services.blueprints.document import Blueprint


class BlueprintInput(msgspec.Struct, forbid_unknown_fields=True):
    """A document, and whether what it does not name in the projects it names goes to the trash."""

    document: Blueprint
    prune: bool = False


class StepView(msgspec.Struct):
    """One thing that is or was to be done. `changes` holds `[old, new]` by member."""

    action: Annotated[str, msgspec.Meta(examples=["create"], description="create, change or remove")]
    kind: Annotated[str, msgspec.Meta(examples=["field"])]
    project: Annotated[str | None, msgspec.Meta(description="The project, or the dashboard of a chart.")]
    name: str
    changes: dict[str, Any]


class StepsView(msgspec.Struct):
    """All that differs; nothing when the document holds already."""

    steps: list[StepView]


class BlueprintsController(Controller):
    """A whole set-up in one readable document, with names in place of ids."""

    path = "/templates"
    tags = ["Templates"]

    @get(
        "/export",
        summary="Read a set-up out",
        description="Of the projects named by `project` (ids with commas between), else of all that you "
        "see, and then with the dashboards.",
    )
    async def export(self, kernel: Kernel, actor: Actor, project: FromQuery[str | None] = None) -> Blueprint:
        ids = None if project is None else [identifier(part.strip()) for part in project.split(",")]
        return await kernel.blueprints.export(actor, ids)

    @post("/plan", status_code=200, opt=READS, summary="Say what applying a document would do")
    async def plan(self, kernel: Kernel, actor: Actor, data: JSONBody[BlueprintInput]) -> StepsView:
        return _steps(await kernel.blueprints.plan(actor, data.document, data.prune))

    @post(
        "/apply",
        status_code=200,
        summary="Bring a document to hold",
        description="Projects and what is in them are found by name. Applying twice changes nothing.",
    )
    async def apply(self, kernel: Kernel, actor: Actor, data: JSONBody[BlueprintInput]) -> StepsView:
        return _steps(await kernel.blueprints.apply(actor, data.document, data.prune))


def _steps(steps: list[Step]) -> StepsView:
    return StepsView([StepView(s.action, s.kind, s.project, s.name, s.changes) for s in steps])
