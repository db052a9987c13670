"""Table: the figures themselves, a row for each group and a column for each series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import Canvas, ChartData, ChartType, FigurePlace, Mark, Rule, Text, Tone, hookimpl

_ROW = 24.0
_SIZE = 12
_MARGIN = 12.0


class TableFormat(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`total` adds a row with the measure over all records."""

    total: bool = True


class TableChart(ChartType[TableFormat]):
    """As many rows and columns as there is room for; what is cut is counted."""

    key = "table"
    label = "Table"
    description = "The figures of a chart as rows and columns."
    config_type = TableFormat

    def draw(self, data: ChartData, config: TableFormat, canvas: Canvas) -> Sequence[Mark]:
        labels = [p.label for p in data.series[0].points] if data.series else []
        if not labels:
            text = canvas.say("No data")
            return [Text(canvas.width / 2, canvas.height / 2, text, 14, "middle", "muted")]
        total = config.total and len(data.series) == 1
        columns = _columns(data, canvas)
        room = max(1, int((canvas.height - 2 * _MARGIN) // _ROW) - 1 - total)
        shown = len(labels) if len(labels) <= room else max(1, room - 1)
        rows = [_row(label, [s.points[i].value for s in columns], canvas) for i, label in enumerate(labels)]
        table = [["", *(series.name for series in columns)], *rows[:shown]]
        if shown < len(labels):
            table.append([canvas.say("and {} more", len(labels) - shown)])
        if total:
            table.append(_row(canvas.say("Total"), [data.total], canvas))
        return list(_drawn(table, len(columns), canvas, total))


def _columns(data: ChartData, canvas: Canvas) -> Sequence[Any]:
    return data.series[: max(1, int(canvas.width // 110) - 1)]


def _row(label: str, values: Sequence[Any], canvas: Canvas) -> list[str]:
    return [label, *(canvas.number(value) for value in values)]


def _drawn(table: Sequence[Sequence[str]], columns: int, canvas: Canvas, total: bool) -> Iterator[Mark]:
    width = (canvas.width - 2 * _MARGIN) / (columns + 1)
    for number, row in enumerate(table):
        base = _MARGIN + number * _ROW + 16
        head, last = number == 0, total and number == len(table) - 1
        for place, text in enumerate(row):
            shown = canvas.cut(text, width - 8, _SIZE)
            bold = head or last
            if place == 0:
                yield Text(_MARGIN, base, shown, _SIZE, bold=last, tone="plain" if len(row) > 1 else "muted")
            else:
                right = _MARGIN + (place + 1) * width
                tone: Tone = "muted" if head else "plain"
                at = None if bold else FigurePlace(place - 1, number - 1)
                yield Text(right, base, shown, _SIZE, "end", tone, bold, at=at)
        line = base + 8
        yield Rule(_MARGIN, line, canvas.width - _MARGIN, line, axis=head)


@hookimpl
def register_chart_types() -> Iterable[ChartType[Any]]:
    return [TableChart()]
