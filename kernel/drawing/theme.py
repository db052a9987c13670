"""Colors of charts, as CSS: variables for both themes, or the plain colors of one.

A page that shows charts inside itself sets the same variables, `--chart-0` and so on.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

from kernel.charts import TONES

Theme = Literal["light", "dark"]

_LIGHT: Final[Mapping[str, str]] = {
    "back": "#ffffff", "text": "#1f2933", "soft": "#52606d", "grid": "#e4e7eb", "axis": "#9aa5b1",
    "good": "#137547", "bad": "#b42318", "ground": "#f4f6f8",
    "0": "#2f6fdb", "1": "#e07a1f", "2": "#2a9d6f", "3": "#a14ebf",
    "4": "#c9a400", "5": "#d6456b", "6": "#1b98b8", "7": "#7a6a58",
    "8": "#6f5a00", "9": "#76263b", "10": "#0f5465", "11": "#433a30",
    "12": "#1a3d78", "13": "#7b4311", "14": "#17563d", "15": "#592b69",
}  # fmt: skip
_DARK: Final[Mapping[str, str]] = {
    "back": "#16191d", "text": "#eceff3", "soft": "#a5b0bd", "grid": "#2c333b", "axis": "#66727f",
    "good": "#4fcb8d", "bad": "#ff8a7a", "ground": "#0d0f12",
    "0": "#6ea3ff", "1": "#ffa65c", "2": "#57cf9f", "3": "#ce8fe6",
    "4": "#e6cc4d", "5": "#ff85a3", "6": "#5cc9e6", "7": "#bda88f",
    "8": "#f4e8af", "9": "#ffc8d6", "10": "#b6e7f4", "11": "#e1d8cd",
    "12": "#bed6ff", "13": "#ffd7b6", "14": "#b3e9d4", "15": "#e9cdf4",
}  # fmt: skip
"""The second eight are the first again, darker on light ground and lighter on dark, beginning with the fifth:
so a ninth slice of a pie does not look like the first, which it touches."""

_FONT = "font-family:system-ui,'Liberation Sans',Arial,sans-serif;font-variant-numeric:tabular-nums"


@cache
def stylesheet(theme: Theme | None) -> str:
    """The rules of a picture that stands alone; with None it follows the reader's theme."""
    if theme is not None:
        return _rules(_LIGHT if theme == "light" else _DARK)
    named = {name: f"var(--chart-{name})" for name in _LIGHT}
    dark = f"@media (prefers-color-scheme:dark){{svg{{{_variables(_DARK)}}}}}"
    return f"svg{{{_variables(_LIGHT)}}}{dark}{_rules(named)}"


def _variables(colors: Mapping[str, str]) -> str:
    return ";".join(f"--chart-{name}:{color}" for name, color in colors.items())


def _rules(colors: Mapping[str, str]) -> str:
    fills = "".join(f".f{n}{{fill:{colors[str(n)]}}}" for n in range(TONES))
    strokes = "".join(f".s{n}{{stroke:{colors[str(n)]}}}" for n in range(TONES))
    words = {"plain": "text", "muted": "soft", "faint": "grid", "good": "good", "bad": "bad"}
    fills += "".join(f".f-{word}{{fill:{colors[name]}}}" for word, name in words.items())
    strokes += "".join(f".s-{word}{{stroke:{colors[name]}}}" for word, name in words.items())
    return (
        f".back{{fill:{colors['back']}}}.ground{{fill:{colors['ground']}}}"
        f".card{{fill:{colors['back']};stroke:{colors['grid']}}}text{{{_FONT}}}.bold{{font-weight:600}}"
        f".line{{fill:none;stroke-width:2;stroke-linejoin:round}}.dashed{{stroke-dasharray:5 4}}"
        f".area{{fill-opacity:.25}}.slice{{stroke:{colors['back']};stroke-width:1}}"
        f".grid{{stroke:{colors['grid']}}}.axis{{stroke:{colors['axis']}}}{fills}{strokes}"
    )
