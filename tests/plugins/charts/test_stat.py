"""The stat card: its figure, its change, its target."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kernel.charts import Bar, ChartData, Line, Text
from plugins.charts.stat import StatCard, StatFormat
from tests.plugins.charts.chart_data import CANVAS, before, data


def texts(drawn: ChartData, format_: StatFormat) -> list[tuple[str, object]]:
    return [(m.text, m.tone) for m in StatCard().draw(drawn, format_, CANVAS) if isinstance(m, Text)]


@pytest.mark.parametrize(
    ("change", "falling_is_good", "line"),
    [
        (0.25, False, ("▲ 25% from €80.00", "good")),
        (-0.125, False, ("▼ 12.5% from €80.00", "bad")),
        (-0.125, True, ("▼ 12.5% from €80.00", "good")),
        (0.0, False, ("unchanged from €80.00", "muted")),
        (None, False, ("before: €80.00", "muted")),
    ],
)
def test_change(change: float | None, falling_is_good: bool, line: tuple[str, str]) -> None:
    drawn = data({}, total=Decimal("1234.5"), comparison=before("80", change))
    assert texts(drawn, StatFormat(falling_is_good=falling_is_good)) == [("€1,234.50", "plain"), line]


def test_target() -> None:
    drawn = data({}, total=Decimal(50), target=Decimal(200))
    marks = StatCard().draw(drawn, StatFormat(caption="This month"), CANVAS)
    assert [m.text for m in marks if isinstance(m, Text)] == ["€50.00", "This month", "25% of €200.00"]
    [bar] = [m for m in marks if isinstance(m, Bar)]
    [rail] = [m for m in marks if isinstance(m, Line)]
    assert bar.width == pytest.approx((rail.points[1][0] - rail.points[0][0]) / 4)


def test_course() -> None:
    marks = StatCard().draw(data({"": ["0", "10", "5"]}), StatFormat(), CANVAS)
    [line] = [m for m in marks if isinstance(m, Line)]
    (_, low), (_, high), (_, middle) = line.points
    assert middle == pytest.approx((low + high) / 2)


def test_nothing_to_draw(empty: list[ChartData]) -> None:
    assert texts(empty[0], StatFormat()) == [("–", "plain")]
