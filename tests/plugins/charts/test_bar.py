"""Lengths of bars are what the figures say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.charts import Bar, ChartData, Line, Text
from plugins.charts.bar import BarChart, BarFormat
from tests.plugins.charts.chart_data import CANVAS, data

AMOUNTS = st.decimals(-1_000_000, 1_000_000, places=2)


def bars(drawn: ChartData, format_: BarFormat) -> list[Bar]:
    """The bars with a title: those of a legend have none."""
    return [m for m in BarChart().draw(drawn, format_, CANVAS) if isinstance(m, Bar) and m.title]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=12), st.sampled_from(["stacked", "grouped"])
)
def test_lengths_are_proportional(rows: list[tuple[object, object]], mode: str) -> None:
    table = {"A": [str(a) for a, _ in rows], "B": [str(b) for _, b in rows]}
    drawn = bars(data(table), BarFormat(mode=mode))  # type: ignore[arg-type]
    figures = [abs(float(v)) for series in table.values() for v in series if float(v)]
    assert len(drawn) == len(figures)
    if figures:
        largest = max(figures)
        height = max(bar.height for bar in drawn)
        for bar, figure in zip(drawn, figures, strict=True):
            assert bar.height == pytest.approx(figure / largest * height, abs=0.01)
            assert bar.y >= 0
            assert bar.y + bar.height <= CANVAS.height
            assert bar.x >= 0
            assert bar.x + bar.width <= CANVAS.width


def test_stacks_stand_on_one_another() -> None:
    first, second = bars(data({"A": ["3"], "B": ["5"]}), BarFormat())
    assert second.y + second.height == pytest.approx(first.y)
    assert (first.tone, second.tone) == (0, 1)
    assert first.title == "Group 0, A: €3.00"


def test_shares_fill_the_height() -> None:
    drawn = bars(data({"A": ["3", "1"], "B": ["1", "9"]}), BarFormat(mode="percent"))
    left, right = (sum(b.height for b in drawn[n::2]) for n in (0, 1))
    assert left == pytest.approx(right)
    assert drawn[0].height == pytest.approx(left * 0.75)


def test_target_and_figures() -> None:
    marks = BarChart().draw(data({"": ["10", None, "4"]}, target=20), BarFormat(values=True), CANVAS)
    [goal] = [m for m in marks if isinstance(m, Line)]
    tallest = max((m for m in marks if isinstance(m, Bar)), key=lambda bar: bar.height)
    base = tallest.y + tallest.height
    assert base - goal.points[0][1] == pytest.approx(2 * tallest.height)
    assert [m.text for m in marks if isinstance(m, Text) and m.size == 11 and m.tone == "plain"] == [
        "€10",
        "€4",
    ]


@pytest.mark.parametrize("count", [1, 9, 40, 400])
def test_labels_do_not_collide(count: int) -> None:
    names = ["Contract Out for Signature", "Won", "Negotiations", "Writing Proposal"]
    labels = [f"{names[n % 4]} {n}" for n in range(count)]
    marks = BarChart().draw(data({"": ["5"] * count}, labels), BarFormat(), CANVAS)
    shown = [m for m in marks if isinstance(m, Text) and m.anchor != "start" and "€" not in m.text]
    assert shown
    gaps = [b.x - a.x for a, b in pairwise(shown)]
    widths = [CANVAS.text_width(m.text, m.size) for m in shown]
    room = 18 if any(m.angle for m in shown) else max(widths)
    assert all(gap >= room for gap in gaps)


def test_nothing_to_draw(empty: Sequence[ChartData]) -> None:
    for drawn in empty:
        assert bars(drawn, BarFormat()) == []
