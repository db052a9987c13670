"""Tables show every figure that there is room for, and count the rest."""

from __future__ import annotations

import pytest

from kernel.charts import ChartData, Text
from plugins.charts.table import TableChart, TableFormat
from tests.plugins.charts.chart_data import CANVAS, data


def texts(drawn: ChartData, format_: TableFormat | None = None) -> list[str]:
    marks = TableChart().draw(drawn, format_ or TableFormat(), CANVAS)
    return [m.text for m in marks if isinstance(m, Text)]


def test_figures_and_their_total() -> None:
    assert texts(data({"Won": ["1200.5", None]}, ["March", "April"])) == [
        "", "Won", "March", "€1,200.50", "April", "–", "Total", "€1,200.50",
    ]  # fmt: skip
    assert "Total" not in texts(data({"A": ["1"], "B": ["2"]}))


@pytest.mark.parametrize("count", [5, 12, 13, 300])
def test_what_does_not_fit_is_counted(count: int) -> None:
    found = texts(data({"": ["1"] * count}), TableFormat(total=False))
    shown = sum(text.startswith("Group") for text in found)
    more = [text for text in found if text.startswith("and ")]
    assert more == ([] if shown == count else [f"and {count - shown} more"])
    marks = TableChart().draw(data({"": ["1"] * count}), TableFormat(), CANVAS)
    assert all(m.y <= CANVAS.height for m in marks if isinstance(m, Text))


def test_nothing_is_said(empty: list[ChartData]) -> None:
    assert texts(empty[0]) == texts(empty[1]) == ["No data"]
