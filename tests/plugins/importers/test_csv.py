"""The CSV importer on clean, foreign and hostile files."""

import io
import tracemalloc
from collections.abc import Iterator
from typing import Any, BinaryIO

import pytest

from kernel.errors import InvalidInputError
from kernel.importers import BadRow, Row
from plugins.importers.csv import LONGEST_LINE, CsvImporter

IMPORTER = CsvImporter()


def read(data: bytes, **given: Any) -> tuple[list[str], list[Row]]:
    source = io.BytesIO(data)
    options = IMPORTER.sniff(source, given)
    return IMPORTER.columns(source, options), list(IMPORTER.rows(source, options))


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("name,city\nŻółw,Łódź\n", "utf-8", "utf-8"),
        ("name,city\nŻółw,Łódź\n", "utf-8-sig", "utf-8-sig"),
        ("name,city\nŻółw,Łódź\n", "utf-16", "utf-16"),
        ("name,city\nŻółw,Łódź\n", "utf-16-le", "utf-16-le"),
        ("name,city\nŻółw,Łódź\n", "cp1250", "cp1250"),
        ("name,city\nZażółć gęślą jaźń,Kraków\n", "cp1250", "cp1250"),
        ("name,city\nMüller GmbH,München\nPeña,Málaga\n", "cp1252", "cp1252"),
        ("имя,город\nООО Ромашка,Москва\n", "cp1251", "cp1251"),
        ("名前,市\n株式会社テスト,大阪\n", "cp932", "cp932"),
    ],
)
def test_encodings_are_recognised(text: str, encoding: str, expected: str) -> None:
    source = io.BytesIO(text.encode(encoding))
    options = IMPORTER.sniff(source, {})
    assert options.encoding == expected
    columns = IMPORTER.columns(source, options)
    assert ",".join(columns) == text.splitlines()[0]
    assert [",".join(row) for row in IMPORTER.rows(source, options)] == text.splitlines()[1:]


def test_a_legacy_letter_far_into_the_file_is_noticed() -> None:
    data = b"name\n" + b"plain\n" * 500_000 + "Peña\n".encode("cp1252")
    assert read(data)[1][-1] == ["Peña"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_recognised(delimiter: str) -> None:
    lines = [["name", "note"], ["Acme", '"a,b;c|d\te"'], ["Beta", '"two\nlines"']]
    data = "\n".join(delimiter.join(cells) for cells in lines).encode()
    columns, rows = read(data)
    assert columns == ["name", "note"]
    assert rows == [["Acme", "a,b;c|d\te"], ["Beta", "two\nlines"]]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(ending: str) -> None:
    assert read(ending.join(["a,b", "1,2", "3,4"]).encode())[1] == [["1", "2"], ["3", "4"]]


def test_single_quotes_and_given_options() -> None:
    assert read(b"'a','b'\n'1,5','2'\n'3','it''s'\n")[1] == [["1,5", "2"], ["3", "it's"]]
    columns, rows = read(b"1;2\n3;4\n", header=False)
    assert columns == ["Column 1", "Column 2"]
    assert rows == [["1", "2"], ["3", "4"]]
    assert read(b"a,b;c\n1,2;3\n", delimiter=";")[0] == ["a,b", "c"]


def test_headers_are_made_unique() -> None:
    assert read(b" Name ,name,,\n1,2,3,4\n")[0] == ["Name", "name (2)", "Column 3", "Column 4"]


def test_short_rows_are_padded_and_overlong_rows_are_bad() -> None:
    _, rows = read(b"a,b\n1\n\n1,2,\n1,2,3\n")
    assert rows[:3] == [["1", ""], ["", ""], ["1", "2"]]
    assert rows[3] == BadRow("The row has 3 cells, the header 2.", ("1", "2", "3"))


def test_broken_quotes_and_nul_spoil_only_their_row() -> None:
    _, rows = read(b'a,b\n1,2\0\n"x" y,2\n3,4\n"open,5\n6,7\n')
    assert [type(row) for row in rows] == [BadRow, BadRow, list, BadRow]
    assert "NUL" in rows[0].detail  # type: ignore[union-attr]
    assert "line 3" in rows[1].detail  # type: ignore[union-attr]
    assert rows[2] == ["3", "4"]
    assert "line 5 is never closed" in rows[3].detail  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"PK\x03\x04rest", "workbook"),
        (b"," * 3000 + b"\n", "columns"),
        (b'a,b\n"' + b"x\n" * 200_000, "never closed"),
        (b"a,b\n" + b"\0" * 5_000_000, "longer"),
    ],
)
def test_what_is_no_csv_is_refused(data: bytes, part: str) -> None:
    with pytest.raises(InvalidInputError, match=part):
        read(data)


@pytest.mark.parametrize("name", ["rot13", "nonsense", "idna", "unicode_escape", "a\0b", "undefined"])
def test_only_text_encodings_are_taken(name: str) -> None:
    with pytest.raises(InvalidInputError):
        read(b"a,b\n", encoding=name)


def test_text_that_contradicts_the_encoding_is_named() -> None:
    with pytest.raises(InvalidInputError, match="utf-8"):
        read(b"a,b\n1,\xff\n", encoding="utf-8")


class Endless(io.RawIOBase):
    """A file of one line of any length."""

    def __init__(self, start: bytes, size: int) -> None:
        self._start, self._size, self._at = start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset
        return offset

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self._size - self._at)
        head = self._start[self._at : self._at + count]
        buffer[:count] = head + b"x" * (count - len(head))
        self._at += count
        return count


@pytest.mark.parametrize("start", [b"", b'a,b\n1,"', b"a,b\n1,2\n"])
def test_a_line_of_a_gigabyte_is_refused_in_little_memory(start: bytes) -> None:
    source: BinaryIO = io.BufferedReader(Endless(start, 1 << 30))
    tracemalloc.start()
    try:
        options = IMPORTER.options_type(encoding="utf-8", delimiter=",")
        with pytest.raises(InvalidInputError, match="longer than"):
            list(IMPORTER.rows(source, options))
        assert tracemalloc.get_traced_memory()[1] < 16 * LONGEST_LINE
    finally:
        tracemalloc.stop()


def test_memory_stays_flat_over_many_rows() -> None:
    source = io.BytesIO(b"a,b\n" + b"some text,more text\n" * 200_000)
    tracemalloc.start()
    try:
        rows: Iterator[Row] = IMPORTER.rows(source, IMPORTER.sniff(source, {}))
        assert sum(1 for _ in rows) == 200_000
        assert tracemalloc.get_traced_memory()[1] < 16 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_files_are_recognised_by_name_and_first_bytes() -> None:
    assert IMPORTER.recognises(b"a,b", "x.CSV") == 1.0
    assert 0 < IMPORTER.recognises(b"a,b", "x.dat") < 1
    assert IMPORTER.recognises(b"PK\x03\x04", "x.csv") == 0.0
