"""Bars: one for each group; the series stand on top of each other, side by side, or as shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from kernel.plugin_api import (
    Bar,
    Canvas,
    ChartData,
    ChartType,
    FigurePlace,
    Line,
    Mark,
    Number,
    Plot,
    Text,
    hookimpl,
)


class BarFormat(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`values` writes the figures on top of bars that stand alone."""

    mode: Literal["stacked", "grouped", "percent"] = "stacked"
    values: bool = False


class BarChart(ChartType[BarFormat]):
    key = "bar"
    label = "Bar chart"
    description = "A bar for each group; series stacked, side by side, or as shares of the whole."
    config_type = BarFormat

    def draw(self, data: ChartData, config: BarFormat, canvas: Canvas) -> Sequence[Mark]:
        percent = config.mode == "percent"
        table = [[_float(p.value) for p in series.points] for series in data.series]
        drawn = _shares(table) if percent else table
        stacked = config.mode != "grouped"
        lowest, highest = _extent(drawn, stacked)
        goal = None if percent or data.target is None else float(data.target)
        labels = [p.label for p in data.series[0].points] if data.series else []
        names = [series.name for series in data.series]
        plot = Plot(canvas, labels, min(lowest, goal or 0), max(highest, goal or 0), names, percent)
        plot.marks += _stacked(plot, data, drawn, canvas) if stacked else _grouped(plot, data, drawn, canvas)
        if config.values and len(data.series) == 1 and not percent:
            plot.marks += _values(plot, data, canvas)
        if goal is not None:
            level = plot.y(goal)
            title = canvas.say("Target: {}", canvas.number(data.target))
            plot.marks.append(Line([(plot.left, level), (plot.right, level)], "muted", title, dashed=True))
        return plot.marks


def _stacked(plot: Plot, data: ChartData, drawn: list[list[float]], canvas: Canvas) -> Iterator[Mark]:
    width = plot.band * 0.7
    ends = [[0.0, 0.0] for _ in drawn[0]] if drawn else []  # how high, and how deep, a pile is
    for tone, (series, values) in enumerate(zip(data.series, drawn, strict=True)):
        for index, value in enumerate(values):
            side = 0 if value >= 0 else 1
            start = ends[index][side]
            ends[index][side] = start + value
            if value:
                place = (plot.x(index) - width / 2, width)
                yield _bar(
                    plot,
                    place,
                    start,
                    start + value,
                    FigurePlace(tone, index),
                    _title(data, series, index, canvas),
                )


def _grouped(plot: Plot, data: ChartData, drawn: list[list[float]], canvas: Canvas) -> Iterator[Mark]:
    width = plot.band * 0.8 / max(1, len(drawn))
    for tone, (series, values) in enumerate(zip(data.series, drawn, strict=True)):
        for index, value in enumerate(values):
            left = plot.x(index) - plot.band * 0.4 + tone * width
            if value:
                yield _bar(
                    plot,
                    (left, width),
                    0,
                    value,
                    FigurePlace(tone, index),
                    _title(data, series, index, canvas),
                )


def _bar(
    plot: Plot, place: tuple[float, float], start: float, end: float, at: FigurePlace, title: str
) -> Bar:
    top, bottom = sorted((plot.y(start), plot.y(end)))
    return Bar(place[0], top, place[1], bottom - top, at.series, title, at)


def _values(plot: Plot, data: ChartData, canvas: Canvas) -> Iterator[Mark]:
    for index, point in enumerate(data.series[0].points):
        text = canvas.short(point.value)
        if point.value is not None and canvas.text_width(text, 11) <= plot.band:
            yield Text(plot.x(index), plot.y(max(0.0, float(point.value))) - 4, text, 11, "middle")


def _title(data: ChartData, series: Any, index: int, canvas: Canvas) -> str:
    point = series.points[index]
    named = f"{point.label}, {series.name}" if len(data.series) > 1 else point.label
    return f"{named}: {canvas.number(point.value)}"


def _shares(table: list[list[float]]) -> list[list[float]]:
    wholes = [sum(map(abs, column)) or 1.0 for column in zip(*table, strict=True)]
    return [[value / whole for value, whole in zip(row, wholes, strict=True)] for row in table]


def _extent(table: list[list[float]], stacked: bool) -> tuple[float, float]:
    if not stacked:
        values = [value for row in table for value in row]
        return min(values, default=0.0), max(values, default=0.0)
    columns = list(zip(*table, strict=True))
    deepest = min((sum(v for v in column if v < 0) for column in columns), default=0.0)
    return deepest, max((sum(v for v in column if v > 0) for column in columns), default=0.0)


def _float(value: Number | None) -> float:
    return 0.0 if value is None else float(value)


@hookimpl
def register_chart_types() -> Iterable[ChartType[Any]]:
    return [BarChart()]
