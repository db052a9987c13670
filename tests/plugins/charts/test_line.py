"""Lines go where the figures are."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.charts import Bar, ChartData, Line, Series
from plugins.charts.line import LineChart, LineFormat
from tests.plugins.charts.chart_data import CANVAS, before, data

AMOUNTS = st.none() | st.decimals(-1_000_000, 1_000_000, places=2).map(str)


@settings(max_examples=40, deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=30))
def test_heights_are_proportional_and_gaps_stay(values: list[str | None]) -> None:
    marks = LineChart().draw(data({"": values}), LineFormat(), CANVAS)
    dots = [m for m in marks if isinstance(m, Bar)]
    figures = [float(v) for v in values if v is not None]
    assert len(dots) == len(figures)
    heights = [dot.y for dot in dots]
    if len(set(figures)) > 1:
        low, high = figures.index(min(figures)), figures.index(max(figures))
        whole = heights[low] - heights[high]
        for figure, height in zip(figures, heights, strict=True):
            share = (figure - figures[low]) / (figures[high] - figures[low])
            assert abs(heights[low] - height - share * whole) < 0.01
    stretches = sum(1 for a, b in zip([None, *values], values, strict=False) if a is None and b is not None)
    assert len([m for m in marks if isinstance(m, Line)]) == stretches


def test_the_period_before_and_the_target_are_dashed() -> None:
    earlier = before("3", None)
    compared = type(earlier)(earlier.total, None, [Series("before", data({"": ["1", "2"]}).series[0].points)])
    marks = LineChart().draw(
        data({"": ["4", "5"]}, target=9, comparison=compared), LineFormat(points=False), CANVAS
    )
    assert [(m.dashed, m.title) for m in marks if isinstance(m, Line)] == [
        (True, "before"), (True, "Target: €9.00"), (False, ""),
    ]  # fmt: skip


def test_nothing_is_drawn_as_nothing(empty: list[ChartData]) -> None:
    for nothing in empty:
        assert not [m for m in LineChart().draw(nothing, LineFormat(), CANVAS) if isinstance(m, Line)]
