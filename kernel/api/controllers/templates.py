"""Templates: ready-made sets of projects."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody

from kernel.api.controllers.projects import ProjectView, view
from kernel.api.injected import Actor, Kernel, Paging, Say
from kernel.api.paging import Page
from kernel.services.dashboards.model import Dashboard
from kernel.services.templates import Applied
from kernel.templates import Template
from kernel.translations import Wording

MOST_SAMPLES = 20_000


class TemplateView(msgspec.Struct):
    """A template, and what it would make."""

    key: Annotated[str, msgspec.Meta(examples=["crm"])]
    label: str
    description: str
    projects: list[dict[str, Any]]


class ApplyInput(msgspec.Struct, forbid_unknown_fields=True):
    """`sample` is about how many sample records the largest project gets, the same for a `seed`."""

    sample: Annotated[int, msgspec.Meta(ge=0, le=MOST_SAMPLES, examples=[200])] = 0
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 1


class SkippedView(msgspec.Struct):
    """A field of a project, or a chart of a dashboard, that could not be made."""

    project: str
    field: str
    reason: str


class AppliedView(msgspec.Struct):
    """What was made."""

    projects: list[ProjectView]
    dashboards: list[Dashboard]
    skipped: list[SkippedView]
    samples: int


class TemplatesController(Controller):
    """Sets of projects that one request makes."""

    path = "/templates"
    tags = ["Templates"]

    @get(summary="List the templates")
    async def templates(self, kernel: Kernel, actor: Actor, say: Say, paging: Paging) -> Page[TemplateView]:
        found = await kernel.templates.all()
        return paging.slice([_template(t, say) for t in found], key=lambda t: (t.key,))

    @get("/{key:str}", summary="One template")
    async def template(self, kernel: Kernel, actor: Actor, say: Say, key: FromPath[str]) -> TemplateView:
        return _template(await kernel.templates.get(key), say)

    @post(
        "/{key:str}/apply",
        summary="Make the projects of a template",
        description="All or nothing. Fields whose type is switched off are left out and named under "
        "`skipped`; projects get a number behind their names when those are taken.",
    )
    async def apply(
        self, kernel: Kernel, actor: Actor, key: FromPath[str], data: JSONBody[ApplyInput | None] = None
    ) -> AppliedView:
        wanted = data or ApplyInput()
        applied = await kernel.templates.apply(actor, key, wanted.sample, wanted.seed)
        owner = kernel.templates.owner(actor, applied)
        return _applied(applied, await kernel.dashboards.shown(owner, applied.dashboards))


def _template(template: Template, say: Wording) -> TemplateView:
    projects = [
        {"name": p.name, "lists": [x.name for x in p.lists], "fields": [f.name for f in p.fields]}
        for p in template.spec().projects
    ]
    return TemplateView(template.key, say(template.label), say(template.description), projects)


def _applied(applied: Applied, dashboards: list[Dashboard]) -> AppliedView:
    return AppliedView(
        projects=[view(project) for project in applied.projects.values()],
        dashboards=dashboards,
        skipped=[SkippedView(s.project, s.field, s.reason) for s in applied.skipped],
        samples=applied.samples,
    )
