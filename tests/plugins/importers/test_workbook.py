"""Workbooks: typed cells, sheets, and files that are made to hurt."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter

from kernel.errors import InvalidInputError
from kernel.importers import Row
from plugins.importers import workbook
from plugins.importers.workbook import WorkbookImporter

IMPORTER = WorkbookImporter()
ODS_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type='
    '"application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)


def made(fill: Callable[[Any], None]) -> io.BytesIO:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        fill(book)
    return file


def read(source: io.BytesIO, **given: Any) -> tuple[list[str], list[Row]]:
    options = IMPORTER.sniff(source, given)
    return list(IMPORTER.columns(source, options)), list(IMPORTER.rows(source, options))


def sheets(book: Any) -> None:
    book.add_worksheet("Empty")
    deals = book.add_worksheet("Deals")
    deals.write_row(0, 0, ["Title", "Amount", "Closed on", "Won", "title"])
    deals.write_row(1, 0, ["Łódź", 12.5])
    deals.write_datetime(1, 2, datetime(2026, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    deals.write_boolean(1, 3, True)
    deals.write_string(2, 0, "=2+2")
    deals.write(2, 1, 3)
    deals.write_formula(2, 4, "=1+1", None, 2)
    book.add_worksheet("Other").write_row(0, 0, ["a", "b"])


def test_cells_keep_their_types() -> None:
    columns, rows = read(made(sheets))
    assert columns == ["Title", "Amount", "Closed on", "Won", "title (2)"]
    assert rows[0] == ["Łódź", 12.5, "2026-03-01", True, None]
    assert rows[1] == ["=2+2", 3, None, None, 2]


def test_a_sheet_can_be_chosen() -> None:
    assert read(made(sheets), sheet="Other", header=False) == (["Column 1", "Column 2"], [["a", "b"]])
    with pytest.raises(InvalidInputError, match="There are: 'Empty', 'Deals', 'Other'"):
        read(made(sheets), sheet="X")


def test_opendocument_is_read() -> None:
    file = io.BytesIO()
    content = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="S"><table:table-row><table:table-cell office:value-type="string">'
        "<text:p>Name</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell "
        'office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", ODS_MANIFEST)
        archive.writestr("content.xml", content)
    assert read(file) == (["Name"], [[7]])


def far_apart(book: Any) -> None:
    sheet = book.add_worksheet()
    sheet.write(0, 0, "a")
    sheet.write(1_048_575, 16_383, "b")


def wide(book: Any) -> None:
    book.add_worksheet().write_row(0, 0, ["x"] * 10_000)


def bomb() -> io.BytesIO:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/workbook.xml", "w") as part,
    ):
        for _ in range(40):
            part.write(b"\0" * (1 << 20))
    return file


@pytest.mark.parametrize(
    "source",
    [
        made(far_apart), made(wide), bomb(), io.BytesIO(b"PK\x03\x04 broken"), io.BytesIO(b""),
        io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 1000), io.BytesIO(b"Title,Amount\n1,2\n"),
    ],
    ids=["far apart", "wide", "bomb", "broken zip", "empty", "broken xls", "csv"],
)  # fmt: skip
def test_files_that_would_hurt_are_refused_in_words(
    source: io.BytesIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "LARGEST_UNPACKED", 32 << 20)
    with pytest.raises(InvalidInputError):
        read(source)


def test_a_table_of_contents_that_lies_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_UNPACKED", 32 << 20)
    data = bytearray(bomb().getvalue())
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(InvalidInputError, match="too large"):
        read(io.BytesIO(bytes(data)))
