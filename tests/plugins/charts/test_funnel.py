"""Stages of a funnel are as wide as their figures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.charts import Bar, ChartData, Text
from plugins.charts.funnel import FunnelChart, FunnelFormat
from tests.plugins.charts.chart_data import CANVAS, data


@settings(max_examples=40, deadline=None)
@given(st.lists(st.decimals(1, 1_000_000, places=2).map(str), min_size=1, max_size=12))
def test_widths_are_proportional_and_bars_in_the_middle(values: list[str]) -> None:
    bars = [m for m in FunnelChart().draw(data({"": values}), FunnelFormat(), CANVAS) if isinstance(m, Bar)]
    figures = [float(v) for v in values]
    widest = max(bar.width for bar in bars)
    for bar, figure in zip(bars, figures, strict=True):
        assert bar.width == pytest.approx(figure / max(figures) * widest, abs=0.01)
        assert bar.x + bar.width / 2 == pytest.approx(bars[0].x + bars[0].width / 2)
        assert bar.y + bar.height <= CANVAS.height


def test_conversions_are_told() -> None:
    drawn = data({"": ["100", "50", "40"]}, ["New", "Offer", "Won"])
    texts = [m.text for m in FunnelChart().draw(drawn, FunnelFormat(), CANVAS) if isinstance(m, Text)]
    assert [text for text in texts if "%" in text] == ["€50 · 50%", "€40 · 80%"]
    first = FunnelChart().draw(drawn, FunnelFormat(of_first=True), CANVAS)
    assert [b.title for b in first if isinstance(b, Bar)] == [
        "New: €100.00", "Offer: €50.00 (50%)", "Won: €40.00 (40%)",
    ]  # fmt: skip


def test_nothing_is_said(empty: list[ChartData]) -> None:
    for nothing in empty:
        [text] = FunnelChart().draw(nothing, FunnelFormat(), CANVAS)
        assert isinstance(text, Text)
        assert text.text == "No data"
