"""Dashboards, and with whom they are shared."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from kernel.api.controllers.chart_queries import Wanted, chart_problem
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page, int_key
from kernel.api.paths import Id, identifier
from kernel.charts import ChartData
from kernel.services.dashboards.model import (
    Dashboard,
    DashboardInput,
    DashboardMember,
    DashboardMemberInput,
    DashboardMemberPatch,
    DashboardPatch,
)


class CopyInput(msgspec.Struct, forbid_unknown_fields=True):
    """How the copy is called."""

    name: Annotated[str | None, msgspec.Meta(examples=["Sales 2027"])] = None


class ChartAnswer(msgspec.Struct, omit_defaults=True):
    """The figures of one chart of a dashboard, or the problem that it has for you."""

    id: str
    title: str
    type: str
    data: ChartData | None = None
    problem: dict[str, Any] | None = None


class DashboardData(msgspec.Struct):
    """The figures of all charts of a dashboard."""

    charts: list[ChartAnswer]


class DashboardsController(Controller):
    """Charts over several projects; internal, for those they are shared with."""

    path = "/dashboards"
    tags = ["Dashboards"]

    @get(summary="List the dashboards that you may see")
    async def dashboards(self, kernel: Kernel, actor: Actor, paging: Paging) -> Page[Dashboard]:
        async def rows(page: Paging) -> list[Dashboard]:
            found = await kernel.dashboards.access.all(actor, int_key(page.after()), page.limit)
            return await kernel.dashboards.shown(actor, found)

        return await paging.read(rows, key=lambda dashboard: (int(dashboard.id),))

    @post(summary="Make a dashboard")
    async def create(self, kernel: Kernel, actor: Actor, data: JSONBody[DashboardInput]) -> Dashboard:
        made = await kernel.dashboards.service.create(actor, data)
        return (await kernel.dashboards.shown(actor, [made]))[0]

    @get("/{dashboard_id:str}", summary="One dashboard with its charts")
    async def dashboard(self, kernel: Kernel, actor: Actor, dashboard_id: Id) -> Dashboard:
        found = await kernel.dashboards.access.get(actor, identifier(dashboard_id))
        return (await kernel.dashboards.shown(actor, [found]))[0]

    @patch("/{dashboard_id:str}", summary="Change a dashboard")
    async def change(
        self, kernel: Kernel, actor: Actor, dashboard_id: Id, data: JSONBody[DashboardPatch]
    ) -> Dashboard:
        found = await kernel.dashboards.service.update(actor, identifier(dashboard_id), data)
        return (await kernel.dashboards.shown(actor, [found]))[0]

    @delete(
        "/{dashboard_id:str}",
        summary="Delete a dashboard",
        description="With its charts, into the trash. Only its owner does; records are not touched.",
    )
    async def remove(self, kernel: Kernel, actor: Actor, dashboard_id: Id) -> None:
        await kernel.dashboards.service.delete(actor, identifier(dashboard_id))

    @post("/{dashboard_id:str}/restore", status_code=200, summary="Bring a dashboard back from the trash")
    async def restore(self, kernel: Kernel, actor: Actor, dashboard_id: Id) -> Dashboard:
        found = await kernel.dashboards.service.restore(actor, identifier(dashboard_id))
        return (await kernel.dashboards.shown(actor, [found]))[0]

    @post(
        "/{dashboard_id:str}/copy",
        summary="Copy a dashboard with its charts",
        description="The copy is your own and shared with nobody.",
    )
    async def copy(
        self, kernel: Kernel, actor: Actor, dashboard_id: Id, data: JSONBody[CopyInput | None] = None
    ) -> Dashboard:
        name = data.name if data is not None else None
        made = await kernel.dashboards.service.copy(actor, identifier(dashboard_id), name)
        return (await kernel.dashboards.shown(actor, [made]))[0]

    @get(
        "/{dashboard_id:str}/data",
        summary="The figures of all charts",
        description="Read beside each other. A chart that you may not see has a problem in its place.",
    )
    async def data(self, kernel: Kernel, actor: Actor, dashboard_id: Id, asked: Wanted) -> DashboardData:
        found = await kernel.dashboards.access.get(actor, identifier(dashboard_id))
        answers = await kernel.dashboards.all_data(actor, found, asked)
        charts = []
        for chart, answer in answers:
            shown = ChartAnswer(str(chart.id), chart.title, chart.type)
            if isinstance(answer, ChartData):
                shown.data = answer
            else:
                shown.problem = chart_problem(answer)
            charts.append(shown)
        return DashboardData(charts)


class DashboardMembersController(Controller):
    """Named people who view or edit a dashboard. There is no public link."""

    path = "/dashboards/{dashboard_id:str}/members"
    tags = ["Dashboards"]

    @get(summary="List with whom a dashboard is shared", description="Its owner comes first.")
    async def members(
        self, kernel: Kernel, actor: Actor, paging: Paging, dashboard_id: Id
    ) -> Page[DashboardMember]:
        found = await kernel.dashboards.members.all(actor, identifier(dashboard_id))
        return paging.slice(found, key=lambda m: (int(m.role != "owner"), int(m.id)))

    @post(summary="Share a dashboard with somebody")
    async def add(
        self, kernel: Kernel, actor: Actor, dashboard_id: Id, data: JSONBody[DashboardMemberInput]
    ) -> DashboardMember:
        return await kernel.dashboards.members.add(actor, identifier(dashboard_id), data)

    @get("/{user_id:str}", summary="One of those it is shared with")
    async def member(self, kernel: Kernel, actor: Actor, dashboard_id: Id, user_id: Id) -> DashboardMember:
        return await kernel.dashboards.members.get(actor, identifier(dashboard_id), identifier(user_id))

    @patch("/{user_id:str}", summary="Let somebody view or edit from now on")
    async def change(
        self,
        kernel: Kernel,
        actor: Actor,
        dashboard_id: Id,
        user_id: Id,
        data: JSONBody[DashboardMemberPatch],
    ) -> DashboardMember:
        dashboard, user = identifier(dashboard_id), identifier(user_id)
        return await kernel.dashboards.members.update(actor, dashboard, user, data.role)

    @delete("/{user_id:str}", summary="Share with somebody no more", description="Everybody may leave.")
    async def remove(self, kernel: Kernel, actor: Actor, dashboard_id: Id, user_id: Id) -> None:
        await kernel.dashboards.members.remove(actor, identifier(dashboard_id), identifier(user_id))
