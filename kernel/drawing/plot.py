"""The frame of charts with an axis of values and an axis of groups: grid, labels, legend."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.charts import Canvas, Mark, Rule, Text, Tone
from kernel.drawing.legend import LEGEND_ROW, legend
from kernel.drawing.scales import scale_for

_SMALL = 11
_GAP = 8
_TURNED = 40
_LONGEST_LABEL = 130.0
_SLANT = 0.77
"""The sine of 50°, rather more than that of the angle by which labels are turned."""
_LINE = 18.0


class Plot:
    """Lays a plot out and draws its frame; a chart type adds its own marks to `marks`.

    `labels` name the groups from left to right, `names` the series (a legend stands above where
    there are several). `lowest` and `highest` bound the values; the axis always holds 0. Give
    `percent` for an axis of shares.
    """

    def __init__(
        self,
        canvas: Canvas,
        labels: Sequence[str],
        lowest: float,
        highest: float,
        names: Sequence[str] = (),
        percent: bool = False,
    ) -> None:
        self.scale = scale_for(lowest, highest, most=max(2, int(canvas.height // 50)))
        ticks = [canvas.percent(t) if percent else canvas.short(_plain(t)) for t in self.scale.ticks]
        self.marks: list[Mark] = []
        above = self._legend(canvas, names)
        self.left = _GAP + max(canvas.text_width(t, _SMALL) for t in ticks) + 6
        self.right = canvas.width - _GAP
        self.band = (self.right - self.left) / max(1, len(labels))
        turned = any(canvas.text_width(label, _SMALL) > self.band - 4 for label in labels)
        shown = [canvas.cut(label, _LONGEST_LABEL, _SMALL) for label in labels]
        longest = max((canvas.text_width(label, _SMALL) for label in shown), default=0.0)
        room = min(longest, canvas.height / 3, self.left * 2.2) if turned else 0.0
        self.top = above + _GAP
        self.bottom = canvas.height - (_LINE + (room * _SLANT if turned else 4))
        self._grid(ticks)
        self._groups(canvas, shown, room if turned else None)
        if not labels:
            middle = (self.left + self.right) / 2, (self.top + self.bottom) / 2
            self.marks.append(Text(*middle, canvas.say("No data"), 14, "middle", "muted"))

    def y(self, value: float) -> float:
        """Where a value lies, from the top."""
        return self.bottom - self.scale.share(value) * (self.bottom - self.top)

    def x(self, index: int) -> float:
        """The middle of a group, from the left."""
        return self.left + (index + 0.5) * self.band

    def _legend(self, canvas: Canvas, names: Sequence[str]) -> float:
        if len(names) < 2:
            return 4.0
        entries: list[tuple[str, Tone]] = [(name, tone) for tone, name in enumerate(names)]
        marks, rows = legend(canvas, entries, _GAP, _GAP, canvas.width - 2 * _GAP)
        self.marks += marks
        return _GAP + rows * LEGEND_ROW

    def _grid(self, ticks: Sequence[str]) -> None:
        for value, text in zip(self.scale.ticks, ticks, strict=True):
            y = self.y(value)
            self.marks.append(Rule(self.left, y, self.right, y, axis=value == 0))
            self.marks.append(Text(self.left - 6, y + 4, text, _SMALL, "end", "muted"))

    def _groups(self, canvas: Canvas, labels: Sequence[str], room: float | None) -> None:
        """Names of groups: upright where they all fit, else turned, and no more than do not collide."""
        step = 1 if room is None else max(1, int(_LINE / self.band) + (_LINE % self.band > 0))
        base = self.bottom + _LINE - 4
        for index in range(0, len(labels), step):
            if room is None:
                self.marks.append(Text(self.x(index), base, labels[index], _SMALL, "middle", "muted"))
            else:
                text = canvas.cut(labels[index], room, _SMALL)
                self.marks.append(
                    Text(self.x(index) + 4, base - 2, text, _SMALL, "end", "muted", angle=-_TURNED)
                )


def _plain(tick: float) -> float | int:
    return int(tick) if tick == int(tick) else tick
