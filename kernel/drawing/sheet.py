"""A dashboard as one picture: a heading, and its charts as cards in their places.

Cards stand in a grid of twelve columns as in the pages: none over another, and none with nothing above it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kernel.charts import Mark, Text
from kernel.drawing.svg import drawn, escaped
from kernel.drawing.text_width import cut, wrapped
from kernel.drawing.theme import Theme, stylesheet

COLUMNS: Final = 12
MARGIN: Final = 24.0
GAP: Final = 12.0
ROW: Final = 76.0
MOST_ROWS: Final = 20
"""A card that is higher says no more."""

_PAD: Final = 12.0
_TITLE: Final = 14.0
_HEAD: Final = 36.0
_NOTE: Final = 22.0
_SMALL: Final = 11.0
_SIZES: Final = re.compile(r"\s(?:x|y|width|height)=\"[^\"]*\"")
_NAMED: Final = re.compile(r"(\bid=\"|\burl\(#|\bhref=\"#)")


@dataclass(frozen=True)
class Place:
    """Cells of the grid."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Card:
    """A chart on the sheet: `drawn` is its SVG, or None where `reason` says why there is none."""

    title: str
    box: Box
    drawn: str | None = None
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Heading:
    """What stands above the cards: the name, then smaller lines."""

    name: str
    lines: Sequence[str]

    def marks(self, width: float) -> list[Mark]:
        room = width - 2 * MARGIN
        marks: list[Mark] = []
        y = MARGIN
        for line in wrapped(self.name, room, 24, 2):
            y += 28
            marks.append(Text(MARGIN, y - 6, line, 24, bold=True))
        for text in self.lines:
            for line in wrapped(text, room, 12, 3):
                y += 18
                marks.append(Text(MARGIN, y - 3, line, 12, tone="muted"))
        return marks

    def height(self, width: float) -> float:
        """Where the cards begin."""
        last = self.marks(width)[-1]
        return last.y + 18 if isinstance(last, Text) else MARGIN


def settled(wanted: Sequence[Place]) -> list[Place]:
    """The places within the grid, without overlap and without rows that nothing stands in."""
    order = sorted(range(len(wanted)), key=lambda n: (wanted[n].y, wanted[n].x))
    done: dict[int, Place] = {}
    for n in order:
        given = wanted[n]
        w = max(2, min(COLUMNS, given.w))
        x = max(0, min(COLUMNS - w, given.x))
        above = (p.y + p.h for p in done.values() if x < p.x + p.w and p.x < x + w)
        done[n] = Place(x, max(above, default=0), w, max(2, min(MOST_ROWS, given.h)))
    return [done[n] for n in range(len(wanted))]


def boxes(places: Sequence[Place], width: float, top: float) -> list[Box]:
    """Where cards stand on a sheet of this width, below `top`."""
    column = (width - 2 * MARGIN + GAP) / COLUMNS
    row = ROW + GAP
    return [Box(MARGIN + p.x * column, top + p.y * row, p.w * column - GAP, p.h * row - GAP) for p in places]


def inside(box: Box, note: bool) -> Box:
    """The part of a card in which its chart is drawn."""
    height = box.height - _HEAD - _PAD / 2 - (_NOTE if note else 0)
    return Box(box.x + 2, box.y + _HEAD, box.width - 4, max(40.0, height))


def sheet(heading: Heading, cards: Sequence[Card], width: float, theme: Theme | None) -> tuple[str, float]:
    """The document, and its height."""
    height = max((card.box.y + card.box.height for card in cards), default=heading.height(width)) + MARGIN
    said = escaped(" · ".join(heading.lines))
    head = "".join(drawn(mark) for mark in heading.marks(width))
    body = "".join(_card(card, n) for n, card in enumerate(cards))
    size = f'width="{width:g}" height="{height:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {size} role="group" '
        f'class="smalt-sheet"><title>{escaped(heading.name)}</title><desc>{said}</desc>'
        f'<style>{stylesheet(theme)}</style><rect class="ground" {size}/>{head}{body}</svg>'
    ), height


def _card(card: Card, number: int) -> str:
    box = card.box
    frame = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
    left, room = box.x + _PAD, box.width - 2 * _PAD
    marks: list[Mark] = [Text(left, box.y + 24, cut(card.title, room, _TITLE), _TITLE, bold=True)]
    if card.note:
        marks.append(Text(left, box.y + box.height - 10, cut(card.note, room, _SMALL), _SMALL, tone="muted"))
    chart = ""
    if card.drawn is None:
        marks += _reason(card)
    else:
        chart = _placed(card.drawn, inside(box, bool(card.note)), f"c{number}-")
    words = "".join(drawn(mark) for mark in marks)
    return f'<g><rect class="card" rx="8" {frame}/>{words}{chart}</g>'


def _reason(card: Card) -> list[Mark]:
    box = card.box
    lines = wrapped(card.reason, box.width - 4 * _PAD, 13, 4)
    top = box.y + (box.height + _HEAD - 18 * len(lines)) / 2
    middle = box.x + box.width / 2
    return [Text(middle, top + 13 + 18 * n, line, 13, "middle", "muted") for n, line in enumerate(lines)]


def _placed(chart: str, box: Box, prefix: str) -> str:
    """A picture within another, as large as the box; what it names within itself has names of its own."""
    head, _, rest = chart.partition(">")
    place = f' x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
    return f"{_SIZES.sub('', head)}{place}>{_NAMED.sub(lambda found: found[0] + prefix, rest)}"
