"""Angles of slices are what the figures say."""

from __future__ import annotations

import pytest

from kernel.charts import Arc, ChartData, Text
from plugins.charts.pie import PieChart, PieFormat
from tests.plugins.charts.chart_data import CANVAS, data


def slices(drawn: ChartData, format_: PieFormat) -> list[Arc]:
    return [m for m in PieChart().draw(drawn, format_, CANVAS) if isinstance(m, Arc)]


def test_angles_are_proportional_and_meet() -> None:
    drawn = slices(data({"": ["1", "2.50", None, "-4", "0", "6.50"]}), PieFormat())
    assert [s.end - s.start for s in drawn] == pytest.approx([0.1, 0.25, 0.65])
    assert [s.start for s in drawn] == pytest.approx([0, 0.1, 0.35])
    assert drawn[1].title == "Group 1: €2.50 (25%)"
    assert all(s.inner == 0 for s in drawn)


def test_donut_shows_the_total() -> None:
    marks = PieChart().draw(data({"": ["1200", "300"]}), PieFormat(donut=True), CANVAS)
    [first, _] = [m for m in marks if isinstance(m, Arc)]
    assert 0 < first.inner < first.radius
    assert "€1.5K" in [m.text for m in marks if isinstance(m, Text) and m.bold]


def test_nothing_to_draw(empty: list[ChartData]) -> None:
    for drawn in empty:
        [text] = PieChart().draw(drawn, PieFormat(), CANVAS)
        assert isinstance(text, Text)
