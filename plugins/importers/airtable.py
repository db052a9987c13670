"""Airtable: a zip file with the CSV of each table and, beside them, the schema of the base as JSON.

The CSV is what a view gives under "Download CSV"; the schema what the Metadata API answers
(`{"tables": [{"name", "fields": [{"name", "type", "options"}]}]}`), in `schema.json`. With the
schema, columns become fields of the types that they had.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Annotated, Any, BinaryIO

import msgspec

from kernel.plugin_api import (
    BadRow,
    Importer,
    InvalidInputError,
    Proposal,
    Row,
    column_names,
    hookimpl,
    opened_zip,
)

LARGEST_SCHEMA = 32 * 1024 * 1024
LARGEST_TABLE = 2 * 1024 * 1024 * 1024
"""Bytes of a table, unpacked."""
LONGEST_ROW = 4 * 1024 * 1024
"""Characters of a row of a table."""
MOST_COLUMNS = 2000
SCHEMA = "schema.json"

_DAMAGED = "The zip file is damaged, or is none."


class AirtableOptions(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The table to read."""

    table: Annotated[str, msgspec.Meta(max_length=200)]


class _Choice(msgspec.Struct):
    name: str


class _Details(msgspec.Struct, rename="camel"):
    choices: list[_Choice] = []
    precision: int = 0
    max: int = 5
    symbol: str = ""


class _Field(msgspec.Struct):
    name: str
    type: str = ""
    options: _Details | None = None


class _Table(msgspec.Struct):
    name: str
    fields: list[_Field] = []


class _Base(msgspec.Struct):
    tables: list[_Table] = []


class AirtableImporter(Importer[AirtableOptions]):
    """One table at a time. Linked records come as text: map such a column to a reference, by title."""

    key = "airtable"
    label = "Airtable base"
    description = "A zip file with a CSV file for each table and the base's schema as schema.json."
    extensions = (".zip",)
    options_type = AirtableOptions

    def recognises(self, head: bytes, file_name: str) -> float:
        names = b".csv" in head or SCHEMA.encode() in head
        return 0.9 if head.startswith(b"PK\x03\x04") and names and b"xl/" not in head else 0.0

    def sniff(self, source: BinaryIO, given: Any) -> AirtableOptions:
        with opened_zip(source, _DAMAGED) as archive:
            names = list(_tables(archive))
        wanted = given.get("table") or (names[0] if names else "")
        if wanted not in names:
            listed = ", ".join(f"'{name}'" for name in names[:20])
            raise InvalidInputError(
                f"The zip file has no table '{wanted[:100]}'. It has: {listed or 'none'}."
            )
        return AirtableOptions(wanted)

    def columns(self, source: BinaryIO, options: AirtableOptions) -> Sequence[str]:
        first = next(_records(source, options.table), None)
        if first is None:
            raise InvalidInputError(f"The table '{options.table}' is empty.")
        if isinstance(first, BadRow):
            raise InvalidInputError(f"The header of the table cannot be read. {first.detail}")
        if len(first) > MOST_COLUMNS:
            raise InvalidInputError(f"The table has {len(first):,} columns; {MOST_COLUMNS:,} are possible.")
        return column_names(first)

    def proposals(self, source: BinaryIO, options: AirtableOptions) -> Mapping[str, Proposal]:
        with opened_zip(source, _DAMAGED) as archive:
            base = _schema(archive)
        found = (field for table in base.tables if table.name == options.table for field in table.fields)
        return {field.name: made for field in found if (made := _proposal(field)) is not None}

    def rows(self, source: BinaryIO, options: AirtableOptions) -> Iterator[Row]:
        width = len(self.columns(source, options))
        for row in islice(_records(source, options.table), 1, None):
            if isinstance(row, BadRow):
                yield row
            elif len(row) > width and any(row[width:]):
                yield BadRow(f"The row has {len(row)} cells, the header {width}.", tuple(row))
            elif row:
                yield (row + [""] * (width - len(row)))[:width]


def _proposal(field: _Field) -> Proposal | None:
    """The type that a field had; None for what is computed, linked or filled by Airtable itself."""
    options = field.options or _Details()
    if field.type in ("singleSelect", "multipleSelects"):
        names = dict.fromkeys(choice.name for choice in options.choices)
        key = "select" if field.type == "singleSelect" else "multi_select"
        return Proposal(key, {"options": [{"name": name} for name in names]})
    if field.type == "number":
        return Proposal("number", {"decimals": min(options.precision, 8)})
    if field.type == "rating":
        return Proposal("rating", {"maximum": min(max(options.max, 1), 10)})
    if field.type == "dateTime":
        return Proposal("date", {"time": True})
    plain = _PLAIN.get(field.type)
    return None if plain is None else Proposal(plain)


_PLAIN: Mapping[str, str] = {
    "singleLineText": "text",
    "multilineText": "long_text",
    "richText": "long_text",
    "email": "email",
    "url": "url",
    "phoneNumber": "phone",
    "percent": "percent",
    "currency": "currency",
    "date": "date",
    "checkbox": "checkbox",
    "duration": "duration",
}


def _tables(archive: zipfile.ZipFile) -> Mapping[str, zipfile.ZipInfo]:
    """The CSV files by the names of their tables; "Deals-Grid view.csv" is one of "Deals"."""
    schema = {table.name for table in _schema(archive).tables}
    found: dict[str, zipfile.ZipInfo] = {}
    for part in archive.infolist():
        path = PurePosixPath(part.filename)
        if path.suffix.lower() == ".csv" and not path.name.startswith("."):
            start = path.stem.partition("-")[0]
            found.setdefault(start if start in schema else path.stem, part)
    return found


def _schema(archive: zipfile.ZipFile) -> _Base:
    part = next((p for p in archive.infolist() if PurePosixPath(p.filename).name == SCHEMA), None)
    if part is None:
        return _Base()
    with archive.open(part) as file:
        content = file.read(LARGEST_SCHEMA + 1)
    if len(content) > LARGEST_SCHEMA:
        raise InvalidInputError(f"{SCHEMA} is too large.")
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_Base)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInputError(f"{SCHEMA} is no schema of a base: {error}.") from error


def _records(source: BinaryIO, table: str) -> Iterator[list[str] | BadRow]:
    """The rows of a table with its header."""
    with opened_zip(source, _DAMAGED) as archive:
        part = _tables(archive).get(table)
        if part is None:
            raise InvalidInputError(f"The zip file has no table '{table[:100]}'.")
        if part.file_size > LARGEST_TABLE:
            raise InvalidInputError(f"The table '{table[:100]}' is too large.")
        with archive.open(part) as file:
            try:
                yield from _parsed(_Lines(io.TextIOWrapper(file, "utf-8-sig", newline=""), table))
            except UnicodeDecodeError as error:
                raise InvalidInputError(f"The table '{table[:100]}' is not UTF-8 text.") from error


class _Lines:
    """The lines of a table. No row of them, `left` so many characters, is larger than memory can take."""

    def __init__(self, text: io.TextIOWrapper, table: str) -> None:
        self._text = text
        self._table = table
        self.left = LONGEST_ROW

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_ROW):
            self.left -= len(line)
            if self.left <= 0:
                raise InvalidInputError(f"The table '{self._table[:100]}' has a row that is too long.")
            yield line


def _parsed(lines: _Lines) -> Iterator[list[str] | BadRow]:
    reader = csv.reader(iter(lines), strict=True)
    while True:
        lines.left = LONGEST_ROW
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadRow(f"The row is no CSV: {error}.")


@hookimpl
def register_importers() -> Iterable[Importer[Any]]:
    return [AirtableImporter()]
