"""Lines: the course of each series over its groups, usually over time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import (
    Bar,
    Canvas,
    ChartData,
    ChartType,
    FigurePlace,
    Line,
    Mark,
    Plot,
    Series,
    Tone,
    hookimpl,
)

_DOT = 6.0
_MOST_DOTS = 40


class LineFormat(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`points` marks each figure, where there is room for it."""

    points: bool = True


class LineChart(ChartType[LineFormat]):
    """What is empty leaves a gap. The period before is dashed, and so is the target."""

    key = "line"
    label = "Line chart"
    description = "The course of figures, one line for each series."
    config_type = LineFormat

    def draw(self, data: ChartData, config: LineFormat, canvas: Canvas) -> Sequence[Mark]:
        before = data.comparison.series if data.comparison is not None else ()
        values = [float(p.value) for s in (*data.series, *before) for p in s.points if p.value is not None]
        goal = () if data.target is None else (float(data.target),)
        labels = [p.label for p in data.series[0].points] if data.series else []
        names = [series.name for series in data.series]
        plot = Plot(canvas, labels, min((*values, *goal), default=0), max((*values, *goal), default=0), names)
        for series in before:
            plot.marks += _lines(plot, series, "muted", canvas, dashed=True)
        for level in goal:
            title = canvas.say("Target: {}", canvas.number(data.target))
            ends = [(plot.left, plot.y(level)), (plot.right, plot.y(level))]
            plot.marks.append(Line(ends, "muted", title, dashed=True))
        for tone, series in enumerate(data.series):
            plot.marks += _lines(plot, series, tone, canvas)
            if config.points and len(series.points) <= _MOST_DOTS:
                plot.marks += _dots(plot, series, tone, canvas, len(data.series) > 1)
        return plot.marks


def _lines(plot: Plot, series: Series, tone: Tone, canvas: Canvas, dashed: bool = False) -> Iterator[Mark]:
    """A line for every stretch without gaps."""
    stretch: list[tuple[float, float]] = []
    for index, point in enumerate((*series.points, None)):
        if point is not None and point.value is not None:
            stretch.append((plot.x(index), plot.y(float(point.value))))
        elif stretch:
            yield Line(stretch, tone, series.name, dashed)
            stretch = []


def _dots(plot: Plot, series: Series, tone: int, canvas: Canvas, named: bool) -> Iterator[Mark]:
    for index, point in enumerate(series.points):
        if point.value is not None:
            label = f"{point.label}, {series.name}" if named else point.label
            title = f"{label}: {canvas.number(point.value)}"
            x, y = plot.x(index), plot.y(float(point.value))
            yield Bar(x - _DOT / 2, y - _DOT / 2, _DOT, _DOT, tone, title, FigurePlace(tone, index))


@hookimpl
def register_chart_types() -> Iterable[ChartType[Any]]:
    return [LineChart()]
