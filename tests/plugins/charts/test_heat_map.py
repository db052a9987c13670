"""Tiles are as strong as their figures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.charts import ChartData, Text, Tile
from plugins.charts.heat_map import HeatMap, HeatMapFormat
from tests.plugins.charts.chart_data import CANVAS, data

AMOUNTS = st.none() | st.decimals(-1_000_000, 1_000_000, places=2).map(str)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=40))
def test_strength_is_proportional_and_signs_differ(rows: list[tuple[str | None, str | None]]) -> None:
    table = {"A": [a for a, _ in rows], "B": [b for _, b in rows]}
    tiles = [m for m in HeatMap().draw(data(table), HeatMapFormat(), CANVAS) if isinstance(m, Tile)]
    figures = [float(v) for series in table.values() for v in series if v is not None]
    largest = max(map(abs, figures), default=0)
    for tile, figure in zip(tiles, figures, strict=True):
        assert tile.share == pytest.approx(abs(figure) / largest if largest else 0)
        assert tile.tone == (0 if figure >= 0 else 1)
        assert tile.x + tile.width <= CANVAS.width
        assert tile.y + tile.height <= CANVAS.height


def test_tiles_are_told_by_group_and_series() -> None:
    marks = HeatMap().draw(data({"Web": ["1"], "SEO": ["2"]}, ["March"]), HeatMapFormat(), CANVAS)
    assert [m.title for m in marks if isinstance(m, Tile)] == ["Web, March: €1.00", "SEO, March: €2.00"]
    assert {"Web", "SEO", "March"} <= {m.text for m in marks if isinstance(m, Text)}


def test_nothing_is_said(empty: list[ChartData]) -> None:
    for nothing in empty:
        assert not [m for m in HeatMap().draw(nothing, HeatMapFormat(), CANVAS) if isinstance(m, Tile)]
