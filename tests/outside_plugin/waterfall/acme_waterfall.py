"""A chart type: each bar begins where the one before it has ended, so that the last ends at the whole."""

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any, Literal

import msgspec

from kernel.plugin_api import Bar, Canvas, ChartData, ChartType, Mark, Plot, hookimpl


class WaterfallFormat(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`good` is the direction that is drawn as a success."""

    good: Literal["up", "down"] = "up"


class WaterfallChart(ChartType[WaterfallFormat]):
    key = "waterfall"
    label = "Waterfall chart"
    description = "How the groups add up to the whole, one after the other."
    config_type = WaterfallFormat

    def draw(self, data: ChartData, config: WaterfallFormat, canvas: Canvas) -> Sequence[Mark]:
        points = data.series[0].points if data.series else ()
        levels = list(accumulate((float(p.value or 0) for p in points), initial=0.0))
        plot = Plot(canvas, [p.label for p in points], min(levels), max(levels))
        for index, (start, end) in enumerate(pairwise(levels)):
            top, bottom = plot.y(max(start, end)), plot.y(min(start, end))
            left, width = plot.x(index) - plot.band * 0.4, plot.band * 0.8
            tone: Any = "good" if (end >= start) == (config.good == "up") else "bad"
            title = f"{points[index].label}: {canvas.number(points[index].value)}"
            plot.marks.append(Bar(left, top, width, bottom - top, tone, title))
        return plot.marks


@hookimpl
def register_chart_types() -> Iterable[ChartType[Any]]:
    return [WaterfallChart()]
