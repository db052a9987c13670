"""What a chart says, in words: its table as the text alternative of its picture."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.charts import Canvas, ChartData

_MOST = 200
"""Figures that are read out; the rest is only counted."""


def description(data: ChartData, canvas: Canvas) -> str:
    """`Total: €3,000.00. Won: March 2026 €1,000.00, April 2026 €2,000.00.`"""
    parts = [] if data.total is None else [canvas.say("Total: {}", canvas.number(data.total)) + "."]
    if data.comparison is not None:
        parts.append(canvas.say("Before: {}", canvas.number(data.comparison.total)) + ".")
    if data.target is not None:
        parts.append(canvas.say("Target: {}", canvas.number(data.target)) + ".")
    parts += _series(data, canvas)
    parts += [canvas.say("Left out: {} ({})", left.count, left.reason) + "." for left in data.left_out]
    return " ".join(parts)


def _series(data: ChartData, canvas: Canvas) -> Iterator[str]:
    room = _MOST
    for series in data.series:
        listed = ", ".join(f"{p.label} {canvas.number(p.value)}" for p in series.points[: max(0, room)])
        more = len(series.points) - max(0, room)
        room -= len(series.points)
        rest = f", {canvas.say('and {} more', more)}" if more > 0 else ""
        if series.points:
            yield f"{series.name}: {listed}{rest}." if series.name else f"{listed}{rest}."
