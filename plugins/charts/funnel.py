"""Funnel: how much is left from stage to stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import Bar, Canvas, ChartData, ChartType, FigurePlace, Mark, Point, Text, hookimpl

_SIZE = 12
_MARGIN = 12.0


class FunnelFormat(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`conversion` writes the share of the stage before, or of the first stage."""

    conversion: bool = True
    of_first: bool = False


class FunnelChart(ChartType[FunnelFormat]):
    """Stages stand in the order of their groups; the width of a bar is its figure."""

    key = "funnel"
    label = "Funnel"
    description = "The stages of a process from the top down, with what passes from one to the next."
    config_type = FunnelFormat

    def draw(self, data: ChartData, config: FunnelFormat, canvas: Canvas) -> Sequence[Mark]:
        points = list(data.series[0].points) if data.series else []
        values = [max(0.0, float(p.value or 0)) for p in points]
        if not any(values):
            text = canvas.say("No data")
            return [Text(canvas.width / 2, canvas.height / 2, text, 14, "middle", "muted")]
        labels = min(max(canvas.text_width(p.label, _SIZE) for p in points), canvas.width * 0.3)
        shares = [None, *(_share(values, n, config) for n in range(1, len(values)))]
        told = [_told(point, share, canvas) for point, share in zip(points, shares, strict=True)]
        figures = min(max(canvas.text_width(text, _SIZE) for text in told), canvas.width * 0.3)
        left, right = _MARGIN + labels + 8, canvas.width - _MARGIN - figures - 8
        step = (canvas.height - 2 * _MARGIN) / len(points)
        marks: list[Mark] = []
        for index, (point, value) in enumerate(zip(points, values, strict=True)):
            row = _Row(_MARGIN + index * step, step, left, right, labels)
            marks += _stage(row, point, FigurePlace(0, index), value / max(values), shares[index], canvas)
            marks.append(_figure(row, canvas.cut(told[index], figures, _SIZE)))
        return marks


class _Row(msgspec.Struct, frozen=True):
    """Where a stage is drawn."""

    top: float
    height: float
    left: float
    right: float
    labels: float


def _stage(
    row: _Row, point: Point, at: FigurePlace, size: float, share: float | None, canvas: Canvas
) -> Iterator[Mark]:
    middle, height = (row.left + row.right) / 2, row.height * 0.8
    width = size * (row.right - row.left)
    base = row.top + height / 2 + 4
    figure = canvas.number(point.value)
    title = f"{point.label}: {figure}"
    if share is not None:
        title = f"{title} ({canvas.percent(share)})"
    yield Bar(middle - width / 2, row.top, width, height, 0, title, at)
    yield Text(row.left - 8, base, canvas.cut(point.label, row.labels, _SIZE), _SIZE, "end")


def _figure(row: _Row, told: str) -> Text:
    return Text(row.right + 8, row.top + row.height * 0.4 + 4, told, _SIZE, tone="muted")


def _share(values: Sequence[float], index: int, config: FunnelFormat) -> float | None:
    """What has passed from the stage before, or from the first."""
    before = values[0] if config.of_first else values[index - 1]
    return values[index] / before if config.conversion and before else None


def _told(point: Point, share: float | None, canvas: Canvas) -> str:
    figure = canvas.short(point.value)
    return figure if share is None else f"{figure} · {canvas.percent(share)}"


@hookimpl
def register_chart_types() -> Iterable[ChartType[Any]]:
    return [FunnelChart()]
