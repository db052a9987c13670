"""What charts show: as data, as tables, as pictures.

Every path below a dashboard has a short one that names the chart alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, TypeAlias

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import Provide
from litestar.params import JSONBody, PathParameter, QueryParameter

from kernel.api.controllers.chart_queries import Drawn, Scale, Wanted, provide_look
from kernel.api.injected import Actor, Kernel
from kernel.api.marks import READS
from kernel.api.paths import Id, identifier
from kernel.charts import ChartData
from kernel.services.dashboards.behind import FigureInput, FigureRecords
from kernel.services.dashboards.facade import as_csv
from kernel.services.dashboards.model import PreviewInput

SVG, PNG = "image/svg+xml", "image/png"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
PICTURE_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}

MaybeId: TypeAlias = Annotated[str | None, PathParameter(description="An identifier; opaque.")]
Styled = Annotated[
    bool, QueryParameter(description="Whether the picture brings its colors; a page may have its own.")
]


def _paths(end: str) -> list[str]:
    return [f"/dashboards/{{dashboard_id:str}}/charts/{end}", f"/charts/{end}"]


class FigureSources(msgspec.Struct):
    """Where the records behind a figure are: the sources that have some."""

    sources: list[FigureRecords]


class FiguresController(Controller):
    """The figures of charts, computed with the rights of each reader."""

    path = "/"
    tags = ["Dashboards"]
    dependencies = {"look": Provide(provide_look, sync_to_thread=False)}

    @get(_paths("{chart_id:str}/data"), summary="The figures of a chart")
    async def data(
        self,
        kernel: Kernel,
        actor: Actor,
        chart_id: Id,
        asked: Wanted,
        dashboard_id: MaybeId = None,
    ) -> ChartData:
        found = await kernel.dashboards.found(actor, identifier(chart_id), _given(dashboard_id))
        return await kernel.dashboards.data(actor, *found, asked)

    @get(
        _paths("{chart_id:str}/data.csv"),
        media_type="text/csv",
        summary="The figures of a chart as a table",
        description="CSV in UTF-8, a row for each group and a column for each series.",
    )
    async def table(
        self,
        kernel: Kernel,
        actor: Actor,
        chart_id: Id,
        asked: Wanted,
        dashboard_id: MaybeId = None,
    ) -> Response[bytes]:
        found = await kernel.dashboards.found(actor, identifier(chart_id), _given(dashboard_id))
        data = await kernel.dashboards.data(actor, *found, asked)
        headers = {"Content-Disposition": 'attachment; filename="chart.csv"'}
        return Response(as_csv(data), media_type="text/csv", headers=headers)

    @post(
        _paths("{chart_id:str}/records"),
        status_code=200,
        opt=READS,
        summary="The records behind a figure of a chart",
        description="For each source the filter that leads to them, under the parameters of the figures. "
        "409 where none does: of charts of the past, and of more than 400 records that entered a list.",
    )
    async def records(
        self,
        kernel: Kernel,
        actor: Actor,
        chart_id: Id,
        data: JSONBody[FigureInput],
        asked: Wanted,
        dashboard_id: MaybeId = None,
    ) -> FigureSources:
        found = await kernel.dashboards.found(actor, identifier(chart_id), _given(dashboard_id))
        return FigureSources(await kernel.dashboards.records(actor, *found, asked, data))

    @get(_paths("{chart_id:str}/image.svg"), media_type=SVG, summary="The picture of a chart")
    async def image(
        self,
        kernel: Kernel,
        actor: Actor,
        chart_id: Id,
        asked: Wanted,
        look: Drawn,
        dashboard_id: MaybeId = None,
        styled: Styled = True,
    ) -> Response[str]:
        found = await kernel.dashboards.found(actor, identifier(chart_id), _given(dashboard_id))
        drawn = await kernel.dashboards.picture(actor, *found, asked, replace(look, styled=styled))
        return Response(drawn, media_type=SVG, headers=PICTURE_HEADERS)

    @get(
        _paths("{chart_id:str}/image.png"),
        media_type=PNG,
        summary="The picture of a chart as PNG",
        description="501 where the server lacks the extra `smalt[vega]`.",
    )
    async def painting(
        self,
        kernel: Kernel,
        actor: Actor,
        chart_id: Id,
        asked: Wanted,
        look: Drawn,
        dashboard_id: MaybeId = None,
        scale: Scale = 2,
    ) -> Response[bytes]:
        found = await kernel.dashboards.found(actor, identifier(chart_id), _given(dashboard_id))
        painted = await kernel.dashboards.png(actor, *found, asked, look, scale)
        return Response(painted, media_type=PNG, headers={"Cache-Control": "no-store"})

    @post(_paths("preview"), status_code=200, opt=READS, summary="The figures of a chart that is not saved")
    async def preview(
        self,
        kernel: Kernel,
        actor: Actor,
        data: JSONBody[PreviewInput],
        asked: Wanted,
        dashboard_id: MaybeId = None,
    ) -> ChartData:
        await _in_zone_of(kernel, actor, data, dashboard_id)
        return await kernel.dashboards.preview(actor, data, asked)

    @post(
        _paths("preview/image.svg"),
        status_code=200,
        opt=READS,
        media_type=SVG,
        summary="The picture of a chart that is not saved",
    )
    async def preview_image(
        self,
        kernel: Kernel,
        actor: Actor,
        data: JSONBody[PreviewInput],
        asked: Wanted,
        look: Drawn,
        dashboard_id: MaybeId = None,
        styled: Styled = True,
    ) -> Response[str]:
        await _in_zone_of(kernel, actor, data, dashboard_id)
        drawn = await kernel.dashboards.preview_picture(actor, data, asked, replace(look, styled=styled))
        return Response(drawn, media_type=SVG, headers=PICTURE_HEADERS)


async def _in_zone_of(kernel: Kernel, actor: Actor, data: PreviewInput, dashboard_id: str | None) -> None:
    """A chart on a dashboard has its days begin where the dashboard's do."""
    if dashboard_id is not None:
        found = await kernel.dashboards.access.get(actor, identifier(dashboard_id))
        data.time_zone = data.time_zone or found.time_zone


def _given(dashboard_id: str | None) -> int | None:
    return None if dashboard_id is None else identifier(dashboard_id)
