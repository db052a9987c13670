"""Airtable: a zip file with the CSV of each table and, beside them, the schema of the base as JSON.

The CSV is what a view gives under "Download CSV"; the schema what the Metadata API answers
(`{"tables": [{"name", "fields": [{"name", "type", "options"}]}]}`), in `schema.json`. With the
schema, columns become fields of the types that they had.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from typing import Annotated, Any, BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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


class _Format(msgspec.Struct, frozen=True):
    name: str = ""


class _Details(msgspec.Struct, rename="camel"):
    choices: list[_Choice] = []
    precision: int = 0
    max: int = 5
    date_format: _Format = _Format()
    time_format: _Format = _Format()
    time_zone: str = ""
    result: _Field | None = None


class _Field(msgspec.Struct):
    name: str = ""
    type: str = ""
    options: _Details | None = None


class _Table(msgspec.Struct):
    name: str
    fields: list[_Field] = []


class _Base(msgspec.Struct):
    tables: list[_Table] = []


class AirtableImporter(Importer[AirtableOptions]):
    """One table at a time. Linked records come as names, one a line: map such a column to a reference, by
    title."""

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
        fields = _fields(base, options.table)
        return {name: made for name, field in fields.items() if (made := _proposal(field)) is not None}

    def rows(self, source: BinaryIO, options: AirtableOptions) -> Iterator[Row]:
        columns = self.columns(source, options)
        width = len(columns)
        with opened_zip(source, _DAMAGED) as archive:
            fields = _fields(_schema(archive), options.table)
        mended = [
            (place, mend)
            for place, name in enumerate(columns)
            if (field := fields.get(name)) is not None and (mend := _mending(field)) is not None
        ]
        for row in islice(_records(source, options.table), 1, None):
            if isinstance(row, BadRow):
                yield row
            elif len(row) > width and any(row[width:]):
                yield BadRow(f"The row has {len(row)} cells, the header {width}.", tuple(row))
            elif row:
                cells = (row + [""] * (width - len(row)))[:width]
                for place, mend in mended:
                    cells[place] = mend(cells[place])
                yield cells


def _fields(base: _Base, table: str) -> dict[str, _Field]:
    """The fields of a table by name. What is computed counts as a field of what comes out of it."""
    found = {field.name: field for each in base.tables if each.name == table for field in each.fields}
    return {name: _result(field) for name, field in found.items()}


def _result(field: _Field) -> _Field:
    result = None if field.options is None else field.options.result
    return result if result is not None and field.type != "multipleLookupValues" else field


def _mending(field: _Field) -> Callable[[str], str] | None:
    """How the cells of a field are brought into a form that every field reads; None for as they are."""
    if field.type in _SEVERAL:
        return _one_a_line
    if field.type == "multipleAttachments":
        return _files
    options = field.options or _Details()
    date_format = _DATES.get(options.date_format.name)
    if field.type not in ("date", "dateTime") or date_format is None:
        return None
    if field.type == "date":
        return partial(_iso_date, format_=date_format)
    clock = "%H:%M" if options.time_format.name == "24hour" else "%I:%M%p"
    return partial(_iso_time, format_=f"{date_format} {clock}", zone=options.time_zone)


def _one_a_line(cell: str) -> str:
    """Several names, which stand in a row of CSV inside the cell."""
    try:
        (names,) = csv.reader([cell], skipinitialspace=True)
    except (csv.Error, ValueError):
        return cell
    return "\n".join(names)


def _files(cell: str) -> str:
    """Names and addresses of files, each on a line of its own."""
    return re.sub(r"(?<=\)),\s*", "\n", cell)


def _iso_date(cell: str, format_: str) -> str:
    try:
        return datetime.strptime(cell.strip(), format_).date().isoformat()
    except ValueError:
        return cell


def _iso_time(cell: str, format_: str, zone: str) -> str:
    """A time with its zone, where that is not the one of whoever looked at the table."""
    try:
        moment = datetime.strptime(cell.strip(), format_)
        known = UTC if zone == "utc" else None if zone in ("client", "") else ZoneInfo(zone)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return cell
    return moment.replace(tzinfo=known).isoformat()


def _proposal(field: _Field) -> Proposal | None:
    """The type that a field had; None for what is linked, looked up or filled by Airtable itself."""
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
    "count": "number",
    "autoNumber": "number",
    "multipleAttachments": "long_text",
}

_SEVERAL = (
    "multipleSelects", "multipleRecordLinks", "multipleLookupValues", "multipleCollaborators",
)  # fmt: skip

_DATES = {"us": "%m/%d/%Y", "european": "%d/%m/%Y", "friendly": "%B %d, %Y", "iso": "%Y-%m-%d"}


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
