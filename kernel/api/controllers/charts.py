"""The charts of dashboards."""

from __future__ import annotations

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.services.dashboards.model import Chart, ChartInput, ChartPatch


class ChartsController(Controller):
    """The charts of a dashboard."""

    path = "/dashboards/{dashboard_id:str}/charts"
    tags = ["Dashboards"]

    @get(summary="List the charts of a dashboard")
    async def charts(self, kernel: Kernel, actor: Actor, paging: Paging, dashboard_id: Id) -> Page[Chart]:
        found = await kernel.dashboards.access.get(actor, identifier(dashboard_id))
        [shown] = await kernel.dashboards.shown(actor, [found])
        return paging.slice(shown.charts, key=lambda c: (c.layout.y, c.layout.x, int(c.id)))

    @post(summary="Add a chart", description="What you may not see cannot be put into a chart.")
    async def add(self, kernel: Kernel, actor: Actor, dashboard_id: Id, data: JSONBody[ChartInput]) -> Chart:
        dashboard = identifier(dashboard_id)
        made = await kernel.dashboards.charts.create(actor, dashboard, data)
        found = await kernel.dashboards.access.get(actor, dashboard)
        return await kernel.dashboards.chart(actor, made, found.time_zone)

    @get("/{chart_id:str}", summary="One chart")
    async def chart(self, kernel: Kernel, actor: Actor, dashboard_id: Id, chart_id: Id) -> Chart:
        found, chart = await kernel.dashboards.found(actor, identifier(chart_id), identifier(dashboard_id))
        return await kernel.dashboards.chart(actor, chart, found.time_zone)

    @patch("/{chart_id:str}", summary="Change a chart", description="Its place, its type, what it shows.")
    async def change(
        self, kernel: Kernel, actor: Actor, dashboard_id: Id, chart_id: Id, data: JSONBody[ChartPatch]
    ) -> Chart:
        dashboard = identifier(dashboard_id)
        changed = await kernel.dashboards.charts.update(actor, dashboard, identifier(chart_id), data)
        found = await kernel.dashboards.access.get(actor, dashboard)
        return await kernel.dashboards.chart(actor, changed, found.time_zone)

    @post("/{chart_id:str}/restore", status_code=200, summary="Bring a chart back from the trash")
    async def restore(self, kernel: Kernel, actor: Actor, dashboard_id: Id, chart_id: Id) -> Chart:
        dashboard = identifier(dashboard_id)
        back = await kernel.dashboards.charts.restore(actor, dashboard, identifier(chart_id))
        found = await kernel.dashboards.access.get(actor, dashboard)
        return await kernel.dashboards.chart(actor, back, found.time_zone)

    @delete("/{chart_id:str}", summary="Take a chart off its dashboard", description="It goes to the trash.")
    async def remove(self, kernel: Kernel, actor: Actor, dashboard_id: Id, chart_id: Id) -> None:
        await kernel.dashboards.charts.delete(actor, identifier(dashboard_id), identifier(chart_id))
