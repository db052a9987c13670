"""Marks as SVG: accessible (role, title, description), themable (classes, no colors of its own)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from math import cos, pi, sin
from xml.sax.saxutils import escape

from kernel.charts import TONES, Arc, Area, Bar, FigurePlace, Line, Mark, Rule, Text, Tile, Tone
from kernel.drawing.theme import Theme, stylesheet

_FULL_TURN = 0.9999


@dataclass(frozen=True)
class Picture:
    """A drawn chart: its size, its title and what it says in words, and its marks."""

    width: float
    height: float
    title: str
    description: str
    marks: Sequence[Mark]


def svg(picture: Picture, theme: Theme | None = None, styled: bool = True) -> str:
    """The document. `theme` fixes the colors, None lets it follow its reader; a page that shows it
    within itself leaves the rules out (`styled=False`) and has its own."""
    width, height = _number(picture.width), _number(picture.height)
    style = f"<style>{stylesheet(theme)}</style>" if styled else ""
    shown = "".join(drawn(mark) for mark in picture.marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" class="smalt-chart">'
        f"<title>{escaped(picture.title)}</title><desc>{escaped(picture.description)}</desc>{style}"
        f'<rect class="back" width="{width}" height="{height}"/>{shown}</svg>'
    )


def described(chart: str, title: str, description: str) -> str:
    """A picture from elsewhere, made as accessible: with a role, a title and its table in words."""
    head, _, rest = chart.partition(">")
    opening = head if 'role="' in head else f'{head} role="img"'
    return f"{opening}><title>{escaped(title)}</title><desc>{escaped(description)}</desc>{rest}"


@singledispatch
def drawn(mark: Mark) -> str:
    """One mark as an element."""
    raise TypeError(f"{mark!r:.80} is no mark")


@drawn.register
def _(mark: Bar) -> str:
    return _element("rect", _box(mark) | _place(mark.at), _fill(mark.tone), mark.title)


@drawn.register
def _(mark: Tile) -> str:
    strength = {"fill-opacity": _number(0.08 + 0.92 * min(1.0, max(0.0, mark.share)))}
    return _element("rect", _box(mark) | strength | _place(mark.at), _fill(mark.tone), mark.title)


@drawn.register
def _(mark: Arc) -> str:
    return _element("path", {"d": _ring(mark)} | _place(mark.at), f"slice {_fill(mark.tone)}", mark.title)


@drawn.register
def _(mark: Line) -> str:
    dashed = " dashed" if mark.dashed else ""
    points = {"points": _points(mark.points)}
    return _element("polyline", points, f"line {_stroke(mark.tone)}{dashed}", mark.title)


@drawn.register
def _(mark: Area) -> str:
    return _element("polygon", {"points": _points(mark.points)}, f"area {_fill(mark.tone)}", mark.title)


@drawn.register
def _(mark: Rule) -> str:
    ends = {name: _number(getattr(mark, name)) for name in ("x1", "y1", "x2", "y2")}
    return _element("line", ends, "axis" if mark.axis else "grid", "")


@drawn.register
def _(mark: Text) -> str:
    x, y = _number(mark.x), _number(mark.y)
    place = {"x": x, "y": y, "font-size": _number(mark.size)}
    if mark.anchor != "start":
        place["text-anchor"] = mark.anchor
    if mark.angle:
        place["transform"] = f"rotate({_number(mark.angle)} {x} {y})"
    place |= _place(mark.at)
    bold = " bold" if mark.bold else ""
    return f'<text class="{_fill(mark.tone)}{bold}"{_attributes(place)}>{escaped(mark.text)}</text>'


def _element(name: str, attributes: Mapping[str, str], classes: str, title: str) -> str:
    opening = f'<{name} class="{classes}"{_attributes(attributes)}'
    return f"{opening}><title>{escaped(title)}</title></{name}>" if title else f"{opening}/>"


def _attributes(attributes: Mapping[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items())


def _box(mark: Bar | Tile) -> dict[str, str]:
    width, height = max(0.0, mark.width), max(0.0, mark.height)
    values = {"x": mark.x, "y": mark.y, "width": width, "height": height}
    return {name: _number(value) for name, value in values.items()}


def _place(at: FigurePlace | None) -> dict[str, str]:
    """Which figure of the chart's data an element shows."""
    return {} if at is None else {"data-series": str(at.series), "data-point": str(at.point)}


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _ring(arc: Arc) -> str:
    """A whole turn has no two ends, so it is drawn a hair short of one."""
    end = min(arc.end, arc.start + _FULL_TURN)
    large = 1 if end - arc.start > 0.5 else 0
    at: Callable[[float, float], str] = lambda radius, turn: (  # noqa: E731 - two short uses
        f"{_number(arc.x + radius * sin(2 * pi * turn))} {_number(arc.y - radius * cos(2 * pi * turn))}"
    )
    radius, inner = _number(arc.radius), _number(arc.inner)
    outside = f"M{at(arc.radius, arc.start)}A{radius} {radius} 0 {large} 1 {at(arc.radius, end)}"
    if not arc.inner:
        return f"{outside}L{_number(arc.x)} {_number(arc.y)}Z"
    return f"{outside}L{at(arc.inner, end)}A{inner} {inner} 0 {large} 0 {at(arc.inner, arc.start)}Z"


def _fill(tone: Tone) -> str:
    return f"f{tone % TONES}" if isinstance(tone, int) else f"f-{tone}"


def _stroke(tone: Tone) -> str:
    return f"s{tone % TONES}" if isinstance(tone, int) else f"s-{tone}"


def _number(value: float) -> str:
    """Two decimal places, without trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def escaped(text: str) -> str:
    """A text for XML, without what XML cannot hold."""
    return escape("".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff"), {'"': "&quot;"})
