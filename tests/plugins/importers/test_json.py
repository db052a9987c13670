"""JSON and JSON Lines: nested, broken, deep and large."""

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import InvalidInputError
from kernel.importers import BadRow, NoOptions, Row
from plugins.importers.json import BLOCK, JsonImporter, JsonLinesImporter

ARRAY, LINES = JsonImporter(), JsonLinesImporter()


def read(data: str | bytes) -> tuple[list[str], list[Row]]:
    source = io.BytesIO(data.encode() if isinstance(data, str) else data)
    options = ARRAY.sniff(source, {})
    return list(ARRAY.columns(source, options)), list(ARRAY.rows(source, options))


def read_lines(data: str) -> tuple[list[str], list[Row]]:
    source = io.BytesIO(data.encode())
    return list(LINES.columns(source, NoOptions())), list(LINES.rows(source, NoOptions()))


def test_nested_members_become_columns_and_lists_texts() -> None:
    columns, rows = read('[{"a": 1, "b": {"c": "x", "d": [1, "two", null]}}, {"A": true, "e": [{"f": 1}]}]')
    assert columns == ["a", "b.c", "b.d", "A (2)", "e"]
    assert rows == [[1, "x", "1, two, ", None, None], [None, None, None, True, '[{"f": 1}]']]


def test_the_array_may_stand_inside_an_object() -> None:
    text = '{"count": 2, "meta": {"x": []}, "records": [{"a": 1}, 5, {"a": 2}]}'
    assert read(text) == (["a"], [[1], BadRow("This is not an object.", (5,)), [2]])
    assert ARRAY.sniff(io.BytesIO(text.encode()), {}).records == "records"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"{}", b"[1, 2", b'[{"a": 1} {"a": 2}]', b'[{"a": 1', b"[" * 100_000, b'{"a":' * 100_000,
        b'[{"a": ' + b"9" * 5000 + b"}]", b"\xff\xfe[", b'"text"', b'{"a": 1}', b'[{"a": "' + b"x" * 5_000_000,
    ],
)  # fmt: skip
def test_what_is_no_array_of_objects_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(InvalidInputError):
        read(data)


def test_a_broken_line_does_not_stop_the_others() -> None:
    columns, rows = read_lines('{"a": 1}\n\n{broken\n{"a": 2} x\n{"b": 3}\n')
    assert columns == ["a", "b"]
    assert [row if isinstance(row, list) else type(row) for row in rows] == [
        [1, None],
        BadRow,
        BadRow,
        [None, 3],
    ]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abcdef"), VALUES, max_size=4), min_size=1, max_size=20))
def test_both_formats_read_the_same(objects: list[dict[str, Any]]) -> None:
    array = json.dumps(objects, ensure_ascii=False, indent=1)
    lines = "\n".join(json.dumps(found, ensure_ascii=False) for found in objects)
    if not any(objects):
        return
    assert read(array) == read_lines(lines)


def test_memory_does_not_grow_with_the_file() -> None:
    data = b"[" + b",".join(b'{"n": %d, "text": "%s"}' % (i, b"x" * 80) for i in range(40_000)) + b"]"
    assert len(data) > 10 * BLOCK
    source = io.BytesIO(data)
    options = ARRAY.sniff(source, {})
    tracemalloc.start()
    count = sum(1 for _ in ARRAY.rows(source, options))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 40_000
    assert peak < 3_000_000
