"""Areas: series on top of each other, so that their sum and their parts are seen over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from kernel.plugin_api import Area, Canvas, ChartData, ChartType, Line, Mark, Plot, hookimpl


class AreaFormat(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`percent` shows shares of the whole; `overlaid` begins every series at 0."""

    mode: Literal["stacked", "percent", "overlaid"] = "stacked"


class AreaChart(ChartType[AreaFormat]):
    """What is empty counts as 0, for an area has to lie on something; so does what is below 0
    where series are stacked."""

    key = "area"
    label = "Area chart"
    description = "The course of figures as filled areas, stacked or as shares of the whole."
    config_type = AreaFormat

    def draw(self, data: ChartData, config: AreaFormat, canvas: Canvas) -> Sequence[Mark]:
        stacked = config.mode != "overlaid"
        table = [[_float(p.value, stacked) for p in series.points] for series in data.series]
        if config.mode == "percent":
            table = _shares(table)
        layers = _layers(table) if stacked else [([0.0] * len(row), row) for row in table]
        values = [value for bottom, top in layers for value in (*bottom, *top)]
        labels = [p.label for p in data.series[0].points] if data.series else []
        names = [series.name for series in data.series]
        percent = config.mode == "percent"
        plot = Plot(canvas, labels, min(values, default=0), max(values, default=0), names, percent)
        for tone, (series, (bottom, top)) in enumerate(zip(data.series, layers, strict=True)):
            upper = [(plot.x(i), plot.y(value)) for i, value in enumerate(top)]
            lower = [(plot.x(i), plot.y(value)) for i, value in enumerate(bottom)]
            plot.marks.append(Area([*upper, *reversed(lower)], tone, _told(series, canvas)))
            plot.marks.append(Line(upper, tone))
        return plot.marks


def _layers(table: list[list[float]]) -> list[tuple[list[float], list[float]]]:
    """The bottom and the top of each series, one lying on the other."""
    layers = []
    bottom = [0.0] * (len(table[0]) if table else 0)
    for row in table:
        top = [low + value for low, value in zip(bottom, row, strict=True)]
        layers.append((bottom, top))
        bottom = top
    return layers


def _shares(table: list[list[float]]) -> list[list[float]]:
    wholes = [sum(column) or 1.0 for column in zip(*table, strict=True)]
    return [[value / whole for value, whole in zip(row, wholes, strict=True)] for row in table]


def _told(series: Any, canvas: Canvas) -> str:
    figures = ", ".join(f"{p.label} {canvas.number(p.value)}" for p in series.points[:60])
    return f"{series.name}: {figures}" if series.name else figures


def _float(value: Any, positive: bool) -> float:
    number = 0.0 if value is None else float(value)
    return max(0.0, number) if positive else number


@hookimpl
def register_chart_types() -> Iterable[ChartType[Any]]:
    return [AreaChart()]
