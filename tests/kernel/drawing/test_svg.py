"""Marks become accessible, themable SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from kernel.charts import Arc, Area, Bar, ChartData, LeftOut, Line, Mark, Point, Rule, Series, Text, Tile
from kernel.drawing.canvas import ChartCanvas
from kernel.drawing.svg import Picture, svg
from kernel.drawing.table import description
from kernel.translations import OWN, Translations

SPACE = "{http://www.w3.org/2000/svg}"
MARKS: list[Mark] = [
    Bar(1, 2, 3.456, 4, 0, "A & <b>"), Tile(1, 2, 3, 4, 0.5, 17), Arc(50, 50, 40, 0, 0, 1),
    Arc(50, 50, 40, 20, 0.1, 0.4, 1), Line([(0, 0), (1.5, 2)], 2, dashed=True),
    Area([(0, 0), (1, 1), (0, 1)], 3), Rule(0, 0, 9, 0, axis=True), Text(1, 2, "x\0\ud800 < y", 12, "end", "bad", True, 40),
]  # fmt: skip


@pytest.mark.parametrize("theme", [None, "light", "dark"])
def test_every_mark_is_drawn(theme: str | None) -> None:
    text = svg(Picture(200, 100, "Won & lost", "Total: 3.", MARKS), theme)  # type: ignore[arg-type]
    root = ElementTree.fromstring(text)
    assert (root.get("role"), root.get("viewBox")) == ("img", "0 0 200 100")
    assert root.findtext(f"{SPACE}title") == "Won & lost"
    assert root.findtext(f"{SPACE}desc") == "Total: 3."
    drawn = [e.tag.removeprefix(SPACE) for e in root if e.get("class") not in (None, "back")]
    assert drawn == ["rect", "rect", "path", "path", "polyline", "polygon", "line", "text"]
    assert root.find(f"{SPACE}rect/{SPACE}title").text == "A & <b>"  # type: ignore[union-attr]
    assert root.find(f"{SPACE}text").text == "x < y"  # type: ignore[union-attr]
    assert "style=" not in text
    assert "f1" in text, "the eighteenth tone is the second again"


def test_one_picture_for_both_themes() -> None:
    follows, light = (svg(Picture(9, 9, "", "", MARKS), theme) for theme in (None, "light"))
    assert "prefers-color-scheme:dark" in follows
    assert "var(--" not in light, "what draws PNG knows no variables"
    bare = svg(Picture(9, 9, "", "", MARKS), styled=False)
    assert "<style>" not in bare
    assert not re.search(r"#[0-9a-f]{6}", bare)


def test_the_table_in_words() -> None:
    points = [Point("a", "March 2026", 3), Point("b", "April 2026", None)]
    data = ChartData("x", [Series("Won", points)], 3, "PLN", [LeftOut("No currency rate", 2)], target=10)
    canvas = ChartCanvas(currency="PLN", locale="pl", wording=Translations(OWN, ()).of("pl"))
    said = description(data, canvas).replace("\u00a0", " ")
    assert said == (
        "Razem: 3,00 zł. Cel: 10,00 zł. Won: March 2026 3,00 zł, April 2026 –. "
        "Pominięto: 2 (No currency rate)."
    )


@pytest.mark.parametrize(
    ("value", "full", "short"),
    [
        (1234567.5, "€1,234,567.50", "€1.2M"),
        (7_500_000, "€7,500,000.00", "€7.5M"),
        (12, "€12.00", "€12"),
        (-0.5, "-€0.50", "-€0.5"),
        (None, "–", "–"),
    ],
)
def test_money(value: float | None, full: str, short: str) -> None:
    canvas = ChartCanvas(currency="EUR")
    assert (canvas.number(value), canvas.short(value)) == (full, short)


def test_figures_in_the_language_of_the_reader() -> None:
    polish = ChartCanvas(locale="pl-PL")
    assert polish.number(1234567.891).replace("\u00a0", " ") == "1 234 567,89"
    assert ChartCanvas(locale="xx-nothing").percent(0.125) == "12.5%"
    assert ChartCanvas(unit="share").number(0.25) == "25%"
