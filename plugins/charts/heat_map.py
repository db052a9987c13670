"""Heat map: groups from left to right, series from the top down, the figures as strength of a color."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import Canvas, ChartData, ChartType, FigurePlace, Mark, Text, Tile, Tone, hookimpl

_SIZE = 11
_MARGIN = 8.0
_TURN = -40


class HeatMapFormat(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`values` writes the figures into the tiles, where they fit."""

    values: bool = True


class HeatMap(ChartType[HeatMapFormat]):
    """Figures below 0 have a color of their own, so that no meaning lies in lightness alone."""

    key = "heat_map"
    label = "Heat map"
    description = "A tile for each group and series; the larger the figure, the stronger its color."
    config_type = HeatMapFormat

    def draw(self, data: ChartData, config: HeatMapFormat, canvas: Canvas) -> Sequence[Mark]:
        labels = [p.label for p in data.series[0].points] if data.series else []
        if not labels:
            text = canvas.say("No data")
            return [Text(canvas.width / 2, canvas.height / 2, text, 14, "middle", "muted")]
        widest = max(canvas.text_width(s.name, _SIZE) for s in data.series)
        left = _MARGIN + min(widest, canvas.width * 0.3) + 8
        width = (canvas.width - left - _MARGIN) / len(labels)
        turned = any(canvas.text_width(label, _SIZE) > width - 4 for label in labels)
        below = min(canvas.height / 3, 64.0) if turned else 20.0
        height = (canvas.height - _MARGIN - below) / len(data.series)
        grid = _Grid(left, _MARGIN, width, height)
        largest = max(
            (abs(float(p.value)) for s in data.series for p in s.points if p.value is not None), default=0
        )
        marks: list[Mark] = []
        for row, series in enumerate(data.series):
            base = grid.top + (row + 0.5) * height + 4
            name = canvas.cut(series.name, left - _MARGIN - 8, _SIZE)
            marks.append(Text(left - 8, base, name, _SIZE, "end", "muted"))
            marks += _row(grid, row, series, largest, config, canvas)
        return [*marks, *_below(grid, labels, len(data.series), below if turned else None, canvas)]


class _Grid(msgspec.Struct, frozen=True):
    """Where the tiles lie."""

    left: float
    top: float
    width: float
    height: float


def _row(
    grid: _Grid, row: int, series: Any, largest: float, config: HeatMapFormat, canvas: Canvas
) -> Iterator[Mark]:
    for column, point in enumerate(series.points):
        if point.value is None:
            continue
        value = float(point.value)
        share = abs(value) / largest if largest else 0.0
        tone: Tone = 0 if value >= 0 else 1
        x, y = grid.left + column * grid.width, grid.top + row * grid.height
        title = f"{series.name}, {point.label}: {canvas.number(point.value)}".removeprefix(", ")
        yield Tile(
            x + 1,
            y + 1,
            max(1.0, grid.width - 2),
            max(1.0, grid.height - 2),
            share,
            tone,
            title,
            FigurePlace(row, column),
        )
        text = canvas.short(point.value)
        if (
            config.values
            and share < 0.55
            and canvas.text_width(text, _SIZE) <= grid.width - 6
            and grid.height >= 16
        ):
            yield Text(x + grid.width / 2, y + grid.height / 2 + 4, text, _SIZE, "middle")


def _below(
    grid: _Grid, labels: Sequence[str], rows: int, room: float | None, canvas: Canvas
) -> Iterator[Mark]:
    """Names of groups, no more than do not collide."""
    base = grid.top + rows * grid.height + 14
    step = 1 if room is None else max(1, int(18 / grid.width) + 1) if grid.width < 18 else 1
    for index in range(0, len(labels), step):
        x = grid.left + (index + 0.5) * grid.width
        if room is None:
            yield Text(x, base, labels[index], _SIZE, "middle", "muted")
        else:
            text = canvas.cut(labels[index], min(room * 1.3, x), _SIZE)
            yield Text(x + 4, base - 2, text, _SIZE, "end", "muted", angle=_TURN)


@hookimpl
def register_chart_types() -> Iterable[ChartType[Any]]:
    return [HeatMap()]
