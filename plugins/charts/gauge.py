"""Gauge: how far one figure is on its way to a target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Arc, Canvas, ChartData, ChartType, Mark, Text, Tone, hookimpl

_HALF = 0.25
"""Turns from the top to either end of the half ring."""


class GaugeFormat(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`maximum` is the end of the scale where the chart has no target. `falling_is_good` colors a
    figure below the target as a success."""

    maximum: Annotated[float, msgspec.Meta(gt=0)] | None = None
    caption: str = ""
    falling_is_good: bool = False


class Gauge(ChartType[GaugeFormat]):
    """A figure beyond the end of the scale fills the ring."""

    key = "gauge"
    label = "Gauge"
    description = "One figure on a half ring that ends at its target."
    config_type = GaugeFormat
    grouped = False

    def draw(self, data: ChartData, config: GaugeFormat, canvas: Canvas) -> Sequence[Mark]:
        end = data.target if data.target else config.maximum
        share = None if not end or data.total is None else float(data.total) / float(end)
        radius = max(20.0, min(canvas.width / 2 - 16, canvas.height * 0.72))
        x, y = canvas.width / 2, min(canvas.height - 40, canvas.height / 2 + radius / 2)
        filled = min(1.0, max(0.0, share or 0.0)) * 2 * _HALF
        told = (
            ""
            if share is None or not end
            else canvas.say("{} of {}", canvas.percent(share), canvas.number(end))
        )
        marks: list[Mark] = [Arc(x, y, radius, radius * 0.74, -_HALF + filled, _HALF, "faint")]
        if filled:
            title = f"{canvas.number(data.total)} ({told})"
            marks.append(
                Arc(x, y, radius, radius * 0.74, -_HALF, -_HALF + filled, _tone(share, data, config), title)
            )
        figure = canvas.number(data.total)
        size = min(36.0, radius * 1.3 / max(1.0, canvas.text_width(figure, 1)))
        marks.append(Text(x, y - 6, figure, size, "middle", bold=True))
        for line, text in enumerate(filter(None, (told, config.caption))):
            shown = canvas.cut(text, canvas.width - 16, 12)
            marks.append(Text(x, y + 16 + 17 * line, shown, 12, "middle", "muted"))
        return marks


def _tone(share: float | None, data: ChartData, config: GaugeFormat) -> Tone:
    if not data.target or share is None:
        return 0
    if config.falling_is_good:
        return "good" if share <= 1 else "bad"
    return "good" if share >= 1 else 0


@hookimpl
def register_chart_types() -> Iterable[ChartType[Any]]:
    return [Gauge()]
