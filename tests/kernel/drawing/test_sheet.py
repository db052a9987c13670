"""A dashboard as one picture: cards in their places, and what they hold."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.drawing.sheet import COLUMNS, MOST_ROWS, Box, Card, Heading, Place, boxes, settled, sheet
from kernel.drawing.text_width import text_width, wrapped

SPACE = "{http://www.w3.org/2000/svg}"
cells = st.integers(0, 1000)
sizes = st.integers(1, 1000)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(Place, cells, cells, sizes, sizes), max_size=8))
def test_cards_overlap_nowhere_and_leave_no_empty_rows(wanted: list[Place]) -> None:
    found = settled(wanted)
    for place in found:
        assert 0 <= place.x <= place.x + place.w <= COLUMNS
        assert 2 <= place.h <= MOST_ROWS
        rests = any(other.y + other.h == place.y for other in found)
        assert place.y == 0 or rests
    for a, b in combinations(found, 2):
        beside = a.x >= b.x + b.w or b.x >= a.x + a.w
        assert beside or a.y >= b.y + b.h or b.y >= a.y + a.h
    frames = boxes(found, 1200, 50)
    assert all(f.x > 0 and f.x + f.width < 1200 and f.y >= 50 for f in frames)


def test_what_cards_hold() -> None:
    chart = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9"><title>t</title>'
        '<clipPath id="a"/><g clip-path="url(#a)"/><rect x="1" width="2" height="3"/></svg>'
    )
    frame = Box(24, 60, 300, 200)
    cards = [Card("Won & lost", frame, chart, note="Left out: 3"), Card("Cost", frame, reason="Not for you.")]
    text, height = sheet(Heading("Sales", ["As of today"]), [cards[0], cards[0], cards[1]], 600, "light")
    root = ElementTree.fromstring(text)
    assert (root.get("width"), root.get("height"), height) == ("600", "284", 284)
    said = "".join(root.itertext())
    assert all(word in said for word in ("Sales", "As of today", "Won & lost", "Left out: 3", "Not for you."))
    first, second = (
        root.iter(f"{SPACE}svg") if root.tag != f"{SPACE}svg" else list(root.iter(f"{SPACE}svg"))[1:]
    )
    assert (first.get("width"), first.get("viewBox")) == ("296", "0 0 9 9")
    named = [node.get("id") for node in root.iter(f"{SPACE}clipPath")]
    assert len(set(named)) == 2, "pictures do not name things alike"
    assert [g.get("clip-path") for g in root.iter(f"{SPACE}g") if g.get("clip-path")] == [
        f"url(#{name})" for name in named
    ]
    assert second.find(f"{SPACE}rect").attrib == {"x": "1", "width": "2", "height": "3"}  # type: ignore[union-attr]


def test_long_texts_are_broken_between_words() -> None:
    lines = wrapped("one two three four five six seven eight nine", 90, 12, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(text_width(line, 12) <= 90 for line in lines)
    assert wrapped("Donaudampfschifffahrtsgesellschaft ahoy", 60, 12, 2)[1] == "ahoy"
    assert wrapped("", 60) == []
