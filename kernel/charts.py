"""The contract of a chart type: what a plugin in `plugins/charts/` implements.

The kernel computes a chart's data: series of points, exact, for one reader. A chart type turns
them into marks of a small drawing contract, which the kernel draws as accessible SVG for light
and dark, or into a Vega-Lite specification. Lengths are pixels of the canvas, from its top left
corner; colors are not named but counted (`Tone`), so that themes decide on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Generic, Literal, NamedTuple, Protocol, TypeAlias, TypeVar

import msgspec

F = TypeVar("F", bound=msgspec.Struct)

Number: TypeAlias = int | float | Decimal
"""Whole numbers, double precision, and exact decimals such as money."""

Tone: TypeAlias = int | Literal["plain", "muted", "faint", "good", "bad"]
"""A color: that of the n-th series, from 0; or one with a meaning."""

TONES: Final = 16
"""Colors of series that are told apart; a seventeenth looks like the first."""


# Data
class Point(msgspec.Struct, frozen=True):
    """A figure of one group. `key` tells groups apart: the first day of an interval (ISO 8601), a
    name, an id, null for what is empty. `label` is what people read; `value` null is empty, not 0."""

    key: str | None
    label: str
    value: Number | None


class Series(msgspec.Struct, frozen=True):
    """Figures that belong together. All series of a chart have the same groups in the same order."""

    name: str
    points: Sequence[Point]
    key: str | None = None


class LeftOut(msgspec.Struct, frozen=True):
    """How many records the figures do not include, and why."""

    reason: str
    count: int


class Comparison(msgspec.Struct, frozen=True):
    """The same figures one period earlier, group by group. `change` is a share: 0.25 is a quarter more."""

    total: Number | None
    change: float | None
    series: Sequence[Series] = ()


class ChartData(msgspec.Struct, frozen=True):
    """What a chart shows. `total` is the measure over all records of the chart, `currency` the
    unit of all figures where they are money."""

    as_of: str
    series: Sequence[Series]
    total: Number | None
    currency: str | None
    left_out: Sequence[LeftOut] = ()
    target: Number | None = None
    comparison: Comparison | None = None
    unit: Literal["share"] | None = None


# Marks
class FigurePlace(NamedTuple):
    """Which figure a mark shows: the number of its series and of its point, from 0. Pages lead from it to
    the records behind."""

    series: int
    point: int


class Bar(msgspec.Struct, frozen=True):
    """A filled rectangle. `title` is told by assistive technology and under the pointer."""

    x: float
    y: float
    width: float
    height: float
    tone: Tone = 0
    title: str = ""
    at: FigurePlace | None = None


class Arc(msgspec.Struct, frozen=True):
    """A slice of a ring around (x, y). `start` and `end` are turns, clockwise from the top."""

    x: float
    y: float
    radius: float
    inner: float
    start: float
    end: float
    tone: Tone = 0
    title: str = ""
    at: FigurePlace | None = None


class Line(msgspec.Struct, frozen=True):
    """A line through points; `dashed` for what is a target or was before."""

    points: Sequence[tuple[float, float]]
    tone: Tone = 0
    title: str = ""
    dashed: bool = False


class Area(msgspec.Struct, frozen=True):
    """A filled polygon."""

    points: Sequence[tuple[float, float]]
    tone: Tone = 0
    title: str = ""


class Tile(msgspec.Struct, frozen=True):
    """A filled rectangle whose strength, from 0 to 1, tells a value."""

    x: float
    y: float
    width: float
    height: float
    share: float
    tone: Tone = 0
    title: str = ""
    at: FigurePlace | None = None


class Rule(msgspec.Struct, frozen=True):
    """A thin straight line that helps reading: of a grid, or an axis."""

    x1: float
    y1: float
    x2: float
    y2: float
    axis: bool = False


class Text(msgspec.Struct, frozen=True):
    """One line of text, `y` at its base line, `size` in pixels, turned by `angle` degrees."""

    x: float
    y: float
    text: str
    size: float = 12
    anchor: Literal["start", "middle", "end"] = "start"
    tone: Tone = "plain"
    bold: bool = False
    angle: float = 0
    at: FigurePlace | None = None


Mark: TypeAlias = Bar | Arc | Line | Area | Tile | Rule | Text


class Canvas(Protocol):
    """Where a chart is drawn, and how figures are written for its reader."""

    @property
    def width(self) -> float: ...

    @property
    def height(self) -> float: ...

    def number(self, value: Number | None) -> str:
        """A figure of the chart in full: `€1,200.50`."""
        ...

    def short(self, value: Number | None) -> str:
        """A figure in few characters, for axes: `€1.2K`."""
        ...

    def percent(self, share: float) -> str:
        """A share: 0.25 is `25%`."""
        ...

    def say(self, text: str, *values: object) -> str:
        """An English text of a chart in the reader's language, its `{}` filled in."""
        ...

    def text_width(self, text: str, size: float = 12) -> float:
        """About how wide a text becomes; never less than it does."""
        ...

    def cut(self, text: str, width: float, size: float = 12) -> str:
        """The text, shortened by `…` where it is wider."""
        ...


class NoFormat(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A chart type without options."""


class ChartType(Generic[F]):
    """A kind of chart.

    Subclasses set `key`, `label` and `config_type`, the options under the chart's `format`, and
    override `draw` or `specification`. `grouped` is false for charts that show the total alone.
    """

    key: str
    label: str
    description: str = ""
    config_type: type[F] = NoFormat  # type: ignore[assignment]
    grouped: bool = True

    def draw(self, data: ChartData, config: F, canvas: Canvas) -> Sequence[Mark]:
        """The marks of a chart, from back to front. Data may be empty, and values too."""
        raise NotImplementedError

    def specification(self, data: ChartData, config: F, canvas: Canvas) -> Mapping[str, Any] | None:
        """A Vega-Lite specification with its data inline, to be drawn instead of marks."""
        return None
