"""Zip files that lie about themselves."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile

import pytest

from kernel.errors import InvalidInputError
from kernel.zip_input import LARGEST_DIRECTORY, opened_zip

ENTRY = b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, *[0] * 7, 1, *[0] * 6) + b"a"


def crowded(parts: int, wide: bool) -> bytes:
    """A table of contents that names one part again and again; `wide` as the 64-bit format has it."""
    size, ends = len(ENTRY) * parts, b""
    if wide:
        ends += b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, parts, parts, size, 0)
        ends += b"PK\x06\x07" + struct.pack("<IQI", 0, size, 1)
    few, small = (0xFFFF, 0xFFFFFFFF) if wide else (min(parts, 0xFFFE), size)
    return ENTRY * parts + ends + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, few, few, small, 0, 0)


@pytest.mark.parametrize("wide", [False, True])
def test_a_crowded_table_of_contents_is_not_read(wide: bool) -> None:
    with opened_zip(io.BytesIO(crowded(100, wide)), "Broken.") as archive:
        assert len(archive.infolist()) == 100
    source = io.BytesIO(crowded(LARGEST_DIRECTORY // len(ENTRY) + 1, wide))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInputError, match=r"Broken\."), opened_zip(source, "Broken."):
            pass
        assert tracemalloc.get_traced_memory()[1] < LARGEST_DIRECTORY
    finally:
        tracemalloc.stop()


def test_parts_are_read_and_what_is_wrong_with_them_is_told() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", b"content")
    with opened_zip(file, "Broken.") as archive:
        assert archive.read("a.txt") == b"content"
    damaged = io.BytesIO(file.getvalue().replace(b"content", b"contend"))
    with pytest.raises(InvalidInputError, match=r"Broken\."), opened_zip(damaged, "Broken.") as archive:
        archive.read("a.txt")
