"""Files of records, written row by row."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec
import xlsxwriter
from xlsxwriter.format import Format as CellFormat

from kernel.errors import InvalidInputError
from kernel.queries.shown_fields import ShownField
from kernel.services.exports.cells import Amount, TableCell, cell_text
from kernel.services.exports.model import Format

MOST_ROWS: Final = 1_048_575
"""Rows of a sheet, below its header."""
LONGEST_CELL: Final = 32_767
_CUT: Final = " … (cut: a cell of a workbook holds no more)"
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")


def defused(text: str) -> str:
    """Text that no spreadsheet takes for a formula. Imports take the apostrophe away again."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


class Writer(Protocol):
    """Writes one file. All of it blocks."""

    def rows(self, records: Sequence[Mapping[str, Any]], cells: Sequence[Sequence[TableCell]]) -> None:
        """Write some records, given whole and as cells in the order of the columns."""
        ...

    def close(self) -> None: ...


class CsvWriter:
    """UTF-8 with a mark and commas, so that spreadsheets read it right."""

    def __init__(self, path: Path, columns: Sequence[ShownField]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([defused(column.name) for column in columns])

    def rows(self, records: Sequence[Mapping[str, Any]], cells: Sequence[Sequence[TableCell]]) -> None:
        self._writer.writerows([_csv_cell(cell) for cell in row] for row in cells)

    def close(self) -> None:
        self._file.close()


class JsonLinesWriter:
    """The records as the API gives them, one a line; of their members only the chosen ones."""

    def __init__(self, path: Path, columns: Sequence[ShownField]) -> None:
        self._file = path.open("wb")
        self._names = ["list_id" if c.key == "list" else c.key for c in columns if c.built_in]

    def rows(self, records: Sequence[Mapping[str, Any]], cells: Sequence[Sequence[TableCell]]) -> None:
        names = ["id", *self._names]
        chosen = [{n: r[n] for n in names if n in r} | {"fields": r["fields"]} for r in records]
        self._file.write(msgspec.json.Encoder().encode_lines(chosen))

    def close(self) -> None:
        self._file.close()


class WorkbookWriter:
    """One sheet with typed cells. Rows go to the disk as they come, so memory stays flat."""

    def __init__(self, path: Path, columns: Sequence[ShownField]) -> None:
        options = {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False, "tmpdir": str(path.parent),
        }  # fmt: skip
        self._book = xlsxwriter.Workbook(str(path), options)
        self._sheet = self._book.add_worksheet("Records")
        self._formats: dict[str, CellFormat] = {}
        self._row = 0
        bold = self._book.add_format({"bold": True})
        self._sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, 32 if place == 0 else 18)
            self._sheet.write_string(0, place, column.name, bold)

    def rows(self, records: Sequence[Mapping[str, Any]], cells: Sequence[Sequence[TableCell]]) -> None:
        if self._row + len(cells) > MOST_ROWS:
            raise InvalidInputError(f"A sheet holds {MOST_ROWS:,} records. Export them as CSV.")
        for row in cells:
            self._row += 1
            for place, cell in enumerate(row):
                self._write(place, cell)

    def close(self) -> None:
        self._book.close()

    def _write(self, place: int, cell: TableCell) -> None:
        sheet, row = self._sheet, self._row
        if isinstance(cell, bool):
            sheet.write_boolean(row, place, cell)
        elif isinstance(cell, Amount):
            sheet.write_number(row, place, float(cell.amount), self._format(f'#,##0.00 "{cell.currency}"'))
        elif isinstance(cell, int | Decimal):
            sheet.write_number(row, place, float(cell))
        elif isinstance(cell, datetime):
            sheet.write_datetime(row, place, cell, self._format("yyyy-mm-dd hh:mm:ss"))
        elif isinstance(cell, date):
            sheet.write_datetime(row, place, cell, self._format("yyyy-mm-dd"))
        elif cell is not None:
            text = cell if len(cell) <= LONGEST_CELL else cell[: LONGEST_CELL - len(_CUT)] + _CUT
            sheet.write_string(row, place, text)

    def _format(self, pattern: str) -> CellFormat:
        if pattern not in self._formats:
            self._formats[pattern] = self._book.add_format({"num_format": pattern})
        return self._formats[pattern]


def _csv_cell(cell: TableCell) -> str:
    """Numbers stay numbers, negative ones too; texts are no formulas."""
    text = cell_text(cell)
    return defused(text) if isinstance(cell, str) else text


WRITERS: Final[Mapping[Format, Callable[[Path, Sequence[ShownField]], Writer]]] = {
    "csv": CsvWriter,
    "xlsx": WorkbookWriter,
    "jsonl": JsonLinesWriter,
}
