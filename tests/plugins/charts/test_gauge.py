"""Angles of a gauge are what the figures say."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.charts import Arc, ChartData, Text
from plugins.charts.gauge import Gauge, GaugeFormat
from tests.plugins.charts.chart_data import CANVAS, data


@settings(max_examples=40, deadline=None)
@given(st.decimals(0, 1000, places=2), st.decimals(1, 1000, places=2))
def test_the_angle_is_the_share_of_the_target(total: Decimal, target: Decimal) -> None:
    marks = Gauge().draw(data({"": [str(total)]}, target=target), GaugeFormat(), CANVAS)
    rest, *filled = [m for m in marks if isinstance(m, Arc)]
    angle = sum(arc.end - arc.start for arc in filled)
    assert angle == pytest.approx(min(1.0, float(total / target)) / 2, abs=1e-6)
    assert rest.end - rest.start == pytest.approx(0.5 - angle, abs=1e-6)


def test_a_maximum_serves_where_there_is_no_target() -> None:
    marks = Gauge().draw(data({"": ["25"]}), GaugeFormat(maximum=100, caption="of the year"), CANVAS)
    assert [m.text for m in marks if isinstance(m, Text)] == ["€25.00", "25% of €100.00", "of the year"]


def test_nothing_is_an_empty_ring(empty: list[ChartData]) -> None:
    for nothing in empty:
        arcs = [m for m in Gauge().draw(nothing, GaugeFormat(), CANVAS) if isinstance(m, Arc)]
        assert [arc.tone for arc in arcs] == ["faint"]
