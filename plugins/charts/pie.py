"""Pie or donut: the share of each group in the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import msgspec

from kernel.plugin_api import (
    TONES,
    Arc,
    Bar,
    Canvas,
    ChartData,
    ChartType,
    FigurePlace,
    Mark,
    Point,
    Text,
    Tone,
    hookimpl,
)

_ROW = 20
_BOX = 10

Slice: TypeAlias = tuple[str, float, Point, FigurePlace]
"""A label, its share, the figure and where it stands."""


class PieFormat(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`donut` leaves a hole, in which the total stands."""

    donut: bool = False


class PieChart(ChartType[PieFormat]):
    key = "pie"
    label = "Pie chart"
    description = "The share of each group in the whole, as a pie or a donut. Only figures above 0 are drawn."
    config_type = PieFormat

    def draw(self, data: ChartData, config: PieFormat, canvas: Canvas) -> Sequence[Mark]:
        parts = [
            (point.label, float(point.value), point, FigurePlace(row, column))
            for row, series in enumerate(data.series)
            for column, point in enumerate(series.points)
            if point.value is not None and point.value > 0
        ]
        whole = sum(value for _, value, _, _ in parts)
        if not parts:
            return [Text(canvas.width / 2, canvas.height / 2, canvas.say("No data"), 14, "middle", "muted")]
        shares = [(label, value / whole, point, at) for label, value, point, at in parts]
        wide = canvas.width >= canvas.height * 1.2
        room = canvas.width / 2 if wide else canvas.width
        radius = max(10.0, min(room, canvas.height) / 2 - 12)
        x, y = radius + 12, canvas.height / 2
        marks = list(_slices(shares, x, y, radius, radius * 0.6 if config.donut else 0, canvas))
        if config.donut:
            text = canvas.short(data.total)
            size = min(28.0, radius * 1.1 / max(1.0, canvas.text_width(text, 1)))
            marks.append(Text(x, y + size / 3, text, size, "middle", bold=True))
        if wide:
            marks += _legend(shares, 2 * radius + 40, canvas)
        return marks


def _slices(
    shares: Sequence[Slice], x: float, y: float, radius: float, hole: float, canvas: Canvas
) -> Iterator[Mark]:
    start = 0.0
    for number, (label, share, point, at) in enumerate(shares):
        tone = _tone(number, len(shares))
        title = f"{label}: {canvas.number(point.value)} ({canvas.percent(share)})"
        yield Arc(x, y, radius, hole, start, start + share, tone, title, at)
        start += share


def _legend(shares: Sequence[Slice], left: float, canvas: Canvas) -> Iterator[Mark]:
    """A row for each slice, as many as there is room for and how many more, in the middle of the height."""
    room = max(2, int(canvas.height // _ROW) - 1)
    rows = shares if len(shares) <= room else shares[: room - 1]
    more = len(shares) - len(rows)
    top = (canvas.height - (len(rows) + bool(more)) * _ROW) / 2
    if more:
        yield Text(left + 16, top + len(rows) * _ROW + 9, canvas.say("and {} more", more), 11, tone="muted")
    for number, (label, share, point, _) in enumerate(rows):
        y = top + number * _ROW
        value = f"{canvas.short(point.value)} · {canvas.percent(share)}"
        wide = canvas.width - left - 16 - canvas.text_width(value, 11) - 20
        yield Bar(left, y, _BOX, _BOX, _tone(number, len(shares)))
        yield Text(left + 16, y + 9, canvas.cut(label, max(20.0, wide), 11), 11)
        yield Text(canvas.width - 12, y + 9, value, 11, "end", "muted")


def _tone(number: int, count: int) -> Tone:
    """That of a slice: the last, which touches the first, has another one than that."""
    last = number == count - 1
    return number + 2 if last and number and number % TONES == 0 else number


@hookimpl
def register_chart_types() -> Iterable[ChartType[Any]]:
    return [PieChart()]
