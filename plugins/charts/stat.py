"""Stat card: one figure, how it changed, how far the target is, and its course in small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import Bar, Canvas, ChartData, ChartType, Line, Mark, Number, Text, Tone, hookimpl

BOLDER = 1.12
"""How much wider bold text is."""


class StatFormat(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`caption` stands below the figure. `falling_is_good` colors a smaller figure as a success."""

    caption: str = ""
    falling_is_good: bool = False
    course: bool = True


class StatCard(ChartType[StatFormat]):
    key = "stat"
    label = "Stat card"
    description = "One figure in large, with its change and its target."
    config_type = StatFormat
    grouped = False

    def draw(self, data: ChartData, config: StatFormat, canvas: Canvas) -> Sequence[Mark]:
        text = canvas.number(data.total)
        size = min(
            48.0, canvas.height * 0.3, (canvas.width - 32) / max(1.0, BOLDER * canvas.text_width(text, 1))
        )
        y = max(size + 12, canvas.height * 0.42)
        marks: list[Mark] = [Text(16, y, text, size, bold=True)]
        for line, tone in _below(data, config, canvas):
            y += 22
            marks.append(Text(16, y, canvas.cut(line, canvas.width - 32, 13), 13, tone=tone))
        if data.target:
            marks += _progress(data.total, data.target, y + 12, canvas)
        if config.course and data.series and len(data.series[0].points) > 1:
            marks += _course([p.value for p in data.series[0].points], y + 32, canvas)
        return marks


def _below(data: ChartData, config: StatFormat, canvas: Canvas) -> Iterator[tuple[str, Tone]]:
    if config.caption:
        yield config.caption, "muted"
    if data.comparison is not None:
        yield _change(data.comparison.change, data.comparison.total, config, canvas)
    if data.target:
        share = float(data.total or 0) / float(data.target)
        yield canvas.say("{} of {}", canvas.percent(share), canvas.number(data.target)), "muted"


def _change(
    change: float | None, before: Number | None, config: StatFormat, canvas: Canvas
) -> tuple[str, Tone]:
    if change is None:
        return canvas.say("before: {}", canvas.number(before)), "muted"
    if change == 0:
        return canvas.say("unchanged from {}", canvas.number(before)), "muted"
    tone: Tone = "good" if (change > 0) != config.falling_is_good else "bad"
    arrow = "▲" if change > 0 else "▼"
    return canvas.say("{} {} from {}", arrow, canvas.percent(abs(change)), canvas.number(before)), tone


def _progress(total: Number | None, target: Number, y: float, canvas: Canvas) -> Iterator[Mark]:
    width = canvas.width - 32
    share = min(1.0, max(0.0, float(total or 0) / float(target)))
    yield Line([(16, y), (16 + width, y)], "muted")
    yield Bar(16, y - 4, width * share, 8, 0, canvas.say("{} of the target", canvas.percent(share)))


def _course(values: Sequence[Number | None], top: float, canvas: Canvas) -> Iterator[Mark]:
    """The figures of the groups as a line without an axis; nothing where there is no room for it."""
    bottom = canvas.height - 12
    present = [float(v or 0) for v in values]
    low, high = min(0.0, *present), max(0.0, *present)
    if bottom - top < 16 or high == low:
        return
    step = (canvas.width - 32) / (len(present) - 1)
    points = [
        (16 + i * step, bottom - (v - low) / (high - low) * (bottom - top)) for i, v in enumerate(present)
    ]
    yield Line(points, 0)


@hookimpl
def register_chart_types() -> Iterable[ChartType[Any]]:
    return [StatCard()]
