"""Components of content lines: each told, none in memory for longer than it takes."""

from __future__ import annotations

import io
import tracemalloc

from kernel.content_lines import LONGEST, Component, components


def found(text: bytes) -> list[Component]:
    return list(components(io.BytesIO(text), ["VCARD"], ["PHOTO"]))


def test_every_component_is_told_also_those_that_never_end() -> None:
    text = b"junk\nBEGIN:VCARD\nFN:a\nbegin:vcard\r\nFN:b\r\nEND:VCARD\r\nFN:nobody\nBEGIN:VCARD\nFN:c"
    assert found(text) == [
        ("VCARD", b"BEGIN:VCARD\nFN:a\n", "is cut off"),
        ("VCARD", b"begin:vcard\r\nFN:b\r\nEND:VCARD\r\n", None),
        ("VCARD", b"BEGIN:VCARD\nFN:c", "is cut off"),
    ]


def test_what_is_left_out_takes_no_memory_and_what_is_too_large_is_told() -> None:
    portrait = b"item1.PHOTO;ENCODING=b:" + b"x" * (8 * LONGEST) + b"\n" + b" folded\n" * 20_000
    note = b"NOTE:" + b"x\n " * 100_000 + b"\n"
    source = b"BEGIN:VCARD\nFN:a\n" + portrait + b"END:VCARD\nBEGIN:VCARD\nFN:b\n" + note + b"END:VCARD\n"
    tracemalloc.start()
    try:
        small, large = found(source)
        assert tracemalloc.get_traced_memory()[1] < len(source) + 5 * LONGEST
    finally:
        tracemalloc.stop()
    assert small == ("VCARD", b"BEGIN:VCARD\nFN:a\nEND:VCARD\n", None)
    assert (large.text[:17], large.fault, len(large.text) <= LONGEST) == (
        b"BEGIN:VCARD\nFN:b\n", "is too large", True,
    )  # fmt: skip
