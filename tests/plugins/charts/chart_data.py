"""Data that tests of chart types draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kernel.charts import ChartData, Comparison, Point, Series
from kernel.drawing.canvas import ChartCanvas

CANVAS = ChartCanvas(currency="EUR")


def data(table: Mapping[str, Sequence[str | None]], labels: Sequence[str] = (), **members: Any) -> ChartData:
    """Figures by the names of their series; the total is their sum unless given."""
    series = [
        Series(name, [_point(n, value, labels) for n, value in enumerate(values)])
        for name, values in table.items()
    ]
    total = sum((p.value for s in series for p in s.points if isinstance(p.value, Decimal)), Decimal())
    return ChartData("2026-11-23T09:24:00.000Z", series, **{"total": total, "currency": "EUR"} | members)


def _point(number: int, value: str | None, labels: Sequence[str]) -> Point:
    label = labels[number] if labels else f"Group {number}"
    return Point(label, label, None if value is None else Decimal(value))


def before(total: str | None, change: float | None) -> Comparison:
    return Comparison(None if total is None else Decimal(total), change)
