"""Legends: which tone stands for what."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.charts import Bar, Canvas, Mark, Text, Tone

LEGEND_ROW = 18
_BOX = 10
_GAP = 16
_SIZE = 11
_LONGEST = 160.0
_MOST_ROWS = 3


def legend(
    canvas: Canvas, entries: Sequence[tuple[str, Tone]], left: float, top: float, width: float
) -> tuple[list[Mark], int]:
    """The marks of a legend in rows of at most `width`, and the number of rows.

    What does not fit into three rows is left out: every mark and the table of the chart name it too.
    """
    marks: list[Mark] = []
    x, row = left, 0
    for name, tone in entries:
        text = canvas.cut(name, min(_LONGEST, width - _BOX - 6), _SIZE)
        wide = _BOX + 6 + canvas.text_width(text, _SIZE)
        if x > left and x + wide > left + width:
            x, row = left, row + 1
        if row == _MOST_ROWS:
            return marks, row
        y = top + row * LEGEND_ROW
        marks += [Bar(x, y, _BOX, _BOX, tone), Text(x + _BOX + 6, y + 9, text, _SIZE)]
        x += wide + _GAP
    return marks, row + 1
