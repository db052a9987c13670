"""A whole dashboard as one picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from litestar import Controller, Response, get
from litestar.di import Provide
from litestar.params import QueryParameter

from kernel.api.controllers.chart_queries import Drawn, Themed, Wanted
from kernel.api.controllers.figures import PICTURE_HEADERS, PNG, SVG
from kernel.api.injected import Actor, Kernel
from kernel.api.paths import Id, identifier
from kernel.services.dashboards.sheets import WIDTH
from kernel.services.dashboards.types import Look

PDF = "application/pdf"
_EXTRA = "Drawn with your rights. 501 where the server lacks the extra `smalt[vega]`."
_NOT_KEPT = {"Cache-Control": "no-store"}

MaybeScale = Annotated[
    float | None,
    QueryParameter(
        ge=0.1, le=4, description="Pixels of the image for each of the picture; 2, or what is possible."
    ),
]
SheetWidth = Annotated[
    int, QueryParameter(ge=600, le=4000, description="Pixels; its charts say how high it is.")
]


def provide_look(asked: Wanted, width: SheetWidth = int(WIDTH), theme: Themed = None) -> Look:
    """Injected as `look`: how the picture of a dashboard is wanted."""
    return Look(width, 0, asked.locale, theme)


class SheetsController(Controller):
    """Dashboards to look at elsewhere: their charts in their places, as of a moment."""

    path = "/dashboards/{dashboard_id:str}"
    tags = ["Dashboards"]
    dependencies = {"look": Provide(provide_look, sync_to_thread=False)}

    @get(
        "/image.svg",
        media_type=SVG,
        summary="The picture of a dashboard",
        description="Drawn with your rights: a chart that you may not see says so in its place.",
    )
    async def image(
        self,
        kernel: Kernel,
        actor: Actor,
        dashboard_id: Id,
        asked: Wanted,
        look: Drawn,
    ) -> Response[str]:
        found = await kernel.dashboards.access.get(actor, identifier(dashboard_id))
        drawn = await kernel.sheets.svg(actor, found, asked, look)
        return Response(drawn, media_type=SVG, headers=PICTURE_HEADERS)

    @get("/image.png", media_type=PNG, summary="The picture of a dashboard as PNG", description=_EXTRA)
    async def painting(
        self,
        kernel: Kernel,
        actor: Actor,
        dashboard_id: Id,
        asked: Wanted,
        look: Drawn,
        scale: MaybeScale = None,
    ) -> Response[bytes]:
        found = await kernel.dashboards.access.get(actor, identifier(dashboard_id))
        return _painted(await kernel.sheets.png(actor, found, asked, _lit(look), scale), PNG)

    @get("/image.pdf", media_type=PDF, summary="A dashboard as a PDF of one page", description=_EXTRA)
    async def page(
        self,
        kernel: Kernel,
        actor: Actor,
        dashboard_id: Id,
        asked: Wanted,
        look: Drawn,
    ) -> Response[bytes]:
        found = await kernel.dashboards.access.get(actor, identifier(dashboard_id))
        return _painted(await kernel.sheets.pdf(actor, found, asked, _lit(look)), PDF)


def _painted(content: bytes, media_type: str) -> Response[Any]:
    return Response(content, media_type=media_type, headers=_NOT_KEPT)


def _lit(look: Look) -> Look:
    """What is no page cannot follow its reader: its theme is light where none is named."""
    return replace(look, theme=look.theme or "light")
