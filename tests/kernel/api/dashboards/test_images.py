"""Charts as PNG, and chart types that give Vega-Lite, painted by a process beside the server."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from kernel.charts import Canvas, ChartData, ChartType, NoFormat
from kernel.runtime import Kernel
from kernel.services.dashboards import painter
from tests.kernel.api.dashboards.boards import SUM, source
from tests.kernel.api.dashboards.conftest import Teams
from tests.kernel.api.records.projects import faults


class DotChart(ChartType[NoFormat]):
    """A chart type from elsewhere that lets Vega-Lite draw."""

    key = "dots"
    label = "Dots"

    def specification(self, data: ChartData, config: NoFormat, canvas: Canvas) -> Mapping[str, Any]:
        rows = [{"x": p.label, "y": float(p.value or 0)} for s in data.series for p in s.points]
        axes = {"x": {"field": "x", "type": "nominal"}, "y": {"field": "y", "type": "quantitative"}}
        return {"mark": "point", "data": {"values": rows}, "encoding": axes, "width": canvas.width}


@pytest.fixture
def engine() -> str:
    """What is painted does not depend on the database."""
    return "sqlite"


async def test_png(teams: Teams, kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    client = teams.board.client
    await teams.north.add("a", {"list": "Closed Won"}, amount="1200.50")
    chart = await teams.board.add(sources=[source(teams.north)], measure=SUM, group_by="list")
    pictures = {}
    for theme in ("light", "dark"):
        query = {"width": 300, "height": 200, "scale": 1.5, "theme": theme}
        answer = await client.get(f"{chart}/image.png", params=query)
        assert answer.headers["content-type"] == "image/png"
        pictures[theme] = Image.open(io.BytesIO(answer.content)).convert("RGB")
        assert pictures[theme].size == (450, 300)
    corners = [sum(pictures[theme].getpixel((2, 2))) for theme in ("light", "dark")]  # type: ignore[arg-type]
    assert corners[0] > 700 > 200 > corners[1]
    bar = pictures["light"].getcolors(100_000)
    assert bar is not None
    assert sum(count for count, color in bar if color == (0x2F, 0x6F, 0xDB)) > 5_000, "the bar is there"
    refused = await client.get(f"{chart}/image.png", params={"width": 4000, "height": 4000})
    assert set(faults(refused)) == {"?scale"}

    kernel.registries.chart_types.add("dots", DotChart(), "charts.dots", "acme 1.0")
    dots = await teams.board.add("dots", "Dots & co", sources=[source(teams.north)], group_by="list")
    drawn = await client.get(f"{dots}/image.svg")
    root = ElementTree.fromstring(drawn.text)
    assert (root.get("role"), root[0].text) == ("img", "Dots & co")
    assert "Closed Won 1" in (root[1].text or "")
    assert (await client.get(f"{dots}/image.png")).content[:4] == b"\x89PNG"

    monkeypatch.setattr(painter, "LIBRARY", "nothing_of_this_name")
    answer = await client.get(f"{chart}/image.png")
    assert (answer.status_code, answer.json()["type"]) == (501, "/problems/not-installed")
    assert "smalt[vega]" in answer.json()["detail"]


async def test_a_painter_that_dies_is_replaced() -> None:
    one = painter.Painter()
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="9"></svg>'
    assert (await one.png(picture.format(9), 1))[:4] == b"\x89PNG"
    assert one._process is not None
    one._process.kill()
    await one._process.wait()
    assert (await one.png(picture.format(10), 1))[:4] == b"\x89PNG"
    await one.stop()


async def test_the_picture_of_a_chart_that_is_not_saved(teams: Teams) -> None:
    await teams.north.add("a", {"list": "Closed Won"}, amount="1200.50")
    config = {"sources": [source(teams.north)], "measure": SUM, "group_by": "list"}
    body = {"type": "bar", "title": "Not yet", "config": config}
    for path in ("/charts/preview/image.svg", f"{teams.board.path}/charts/preview/image.svg"):
        query = {"width": 300, "styled": False}
        drawn = await teams.board.client.post(path, json=body, params=query)
        assert drawn.headers["content-type"].startswith("image/svg+xml")
        tree = ElementTree.fromstring(drawn.text)
        said = "".join(tree.itertext())
        assert (tree.get("width"), "Not yet" in said, "€1,200.50" in said) == ("300", True, True)
    refused = await teams.board.client.post("/charts/preview/image.svg", json=body | {"type": "bars"})
    assert set(faults(refused)) == {"/type"}
