"""Areas hold what the figures say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.charts import Area, ChartData
from plugins.charts.area import AreaChart, AreaFormat
from tests.plugins.charts.chart_data import CANVAS, data

AMOUNTS = st.decimals(0, 1_000_000, places=2).map(str)


def heights(drawn: Area) -> list[float]:
    """How thick an area is at each group."""
    half = len(drawn.points) // 2
    upper, lower = drawn.points[:half], list(reversed(drawn.points[half:]))
    return [low[1] - high[1] for high, low in zip(upper, lower, strict=True)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=12))
def test_thickness_is_proportional(rows: list[tuple[str, str]]) -> None:
    table = {"A": [a for a, _ in rows], "B": [b for _, b in rows]}
    areas = [m for m in AreaChart().draw(data(table), AreaFormat(), CANVAS) if isinstance(m, Area)]
    thick = [height for area in areas for height in heights(area)]
    figures = [float(v) for series in table.values() for v in series]
    largest = max(figures)
    if largest:
        scale = thick[figures.index(largest)] / largest
        assert thick == pytest.approx([figure * scale for figure in figures], abs=0.05)


def test_shares_fill_the_height() -> None:
    areas = [
        m
        for m in AreaChart().draw(data({"A": ["3", "0"], "B": ["1", "0"]}), AreaFormat("percent"), CANVAS)
        if isinstance(m, Area)
    ]
    left = [heights(area)[0] for area in areas]
    assert left[0] == pytest.approx(3 * left[1])


def test_nothing_is_drawn_as_nothing(empty: list[ChartData]) -> None:
    for nothing in empty:
        areas = [m for m in AreaChart().draw(nothing, AreaFormat(), CANVAS) if isinstance(m, Area)]
        assert all(height == pytest.approx(0) for area in areas for height in heights(area))
