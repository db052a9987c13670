"""Workbooks of Excel and OpenDocument, one sheet at a time.

The library that reads them holds a whole sheet in memory, as large as the sheet says that it
is. So it runs in a process of its own, with limits, and only rows come back.
"""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import IO, Annotated, Any, BinaryIO

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

from kernel.plugin_api import Cell, Importer, InvalidInputError, Row, column_names, hookimpl, opened_zip

LARGEST_FILE = 256 * 1024 * 1024
LARGEST_UNPACKED = 1024 * 1024 * 1024
"""Bytes of all parts of a workbook together, unpacked."""
MOST_COLUMNS = 2000
MEMORY = 3 * 1024 * 1024 * 1024
"""Address space of the reading process, in bytes."""
SECONDS = 120
"""Processor time of the reading process."""
AT_ONCE = 500
"""Rows that come back together, fewer when they are long."""
LARGEST_MESSAGE = 16 * 1024 * 1024
"""Bytes that come back together."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LENGTH = struct.Struct("<I")
_TOO_LARGE = "The workbook is too large to be read. Save the sheet as CSV and import that."
_DAMAGED = "The workbook is damaged, or is none. Open it and save it again, or save the sheet as CSV."


class WorkbookOptions(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which sheet to read, and whether its first row holds the names of the columns."""

    sheet: Annotated[str, msgspec.Meta(max_length=200)]
    header: bool = True


class WorkbookImporter(Importer[WorkbookOptions]):
    """Cells keep their types: numbers stay exact as far as the workbook holds them, dates become ISO 8601."""

    key = "workbook"
    label = "Excel or OpenDocument workbook"
    description = "A sheet of an .xlsx, .xlsm, .xlsb, .xls or .ods file."
    extensions = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
    options_type = WorkbookOptions

    def recognises(self, head: bytes, file_name: str) -> float:
        if not head.startswith((_ZIP, _OLE)):
            return 0.0
        if file_name.lower().endswith(self.extensions):
            return 1.0
        return 0.7 if b"xl/" in head or b"opendocument.spreadsheet" in head else 0.0

    def sniff(self, source: BinaryIO, given: Any) -> WorkbookOptions:
        """The wanted sheet, or the first that holds anything."""
        names, filled = _sheets(source)
        wanted = given.get("sheet") or next(iter(filled), None) or (names[0] if names else "")
        if wanted not in names:
            listed = ", ".join(f"'{name}'" for name in names[:20])
            raise InvalidInputError(f"There is no sheet '{wanted[:100]}'. There are: {listed or 'none'}.")
        return msgspec.convert({**given, "sheet": wanted}, WorkbookOptions)

    def columns(self, source: BinaryIO, options: WorkbookOptions) -> Sequence[str]:
        with _reading(source, options.sheet) as rows:
            first = next(rows, None)
        if first is None:
            raise InvalidInputError(f"The sheet '{options.sheet}' is empty.")
        if len(first) > MOST_COLUMNS:
            raise InvalidInputError(f"The sheet has {len(first):,} columns; {MOST_COLUMNS:,} are possible.")
        return column_names(first if options.header else [None] * len(first))

    def rows(self, source: BinaryIO, options: WorkbookOptions) -> Iterator[Row]:
        with _reading(source, options.sheet) as rows:
            yield from islice(rows, 1 if options.header else 0, None)

    def first_row(self, options: WorkbookOptions) -> int:
        return 2 if options.header else 1


def _sheets(source: BinaryIO) -> tuple[list[str], list[str]]:
    """The names of all sheets, and of those that hold anything."""
    _check(source)
    with _process(source, []) as output:
        names, filled = next(_messages(output))
    return names, filled


@contextmanager
def _reading(source: BinaryIO, sheet: str) -> Iterator[Iterator[list[Cell]]]:
    with _process(source, [sheet]) as output:
        yield (row for rows in _messages(output) for row in rows)


@contextmanager
def _process(source: BinaryIO, arguments: Sequence[str]) -> Iterator[IO[bytes]]:
    """The output of the reading process, which ends with the block."""
    with _as_file(source) as file:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, *arguments],
            stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


@contextmanager
def _as_file(source: BinaryIO) -> Iterator[BinaryIO]:
    """The source as a file that another process can read from its start."""
    source.seek(0)
    try:
        source.fileno()
    except io.UnsupportedOperation:
        with tempfile.TemporaryFile() as copy:
            copy.write(source.read())
            copy.flush()
            copy.seek(0)
            yield copy
    else:
        yield source


def _messages(output: IO[bytes]) -> Iterator[Any]:
    """What the reading process sends, until it says that this was all."""
    while len(head := output.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        if length > LARGEST_MESSAGE:
            break
        kind, content = msgspec.msgpack.decode(output.read(length))
        if kind == "end":
            return
        if kind == "error":
            raise InvalidInputError(content)
        yield content
    raise InvalidInputError(_TOO_LARGE)  # or the process was stopped by its limits


def _check(source: BinaryIO) -> None:
    """Refuse what unpacks to more than there is room for, whatever its table of contents says."""
    source.seek(0, io.SEEK_END)
    if source.tell() > LARGEST_FILE:
        raise InvalidInputError(_TOO_LARGE)
    source.seek(0)
    start = source.read(len(_OLE))
    if start == _OLE:
        return
    with opened_zip(source, _DAMAGED) as archive:
        room = LARGEST_UNPACKED
        for part in archive.infolist():
            room -= _unpacked(source, part, room)


def _unpacked(source: BinaryIO, part: zipfile.ZipInfo, room: int) -> int:
    """Bytes of a part, counted; the library that reads the sheet does not trust the table either."""
    source.seek(part.header_offset + 26)
    name, extra = struct.unpack("<HH", source.read(4))
    source.seek(name + extra, io.SEEK_CUR)
    if part.compress_type != zipfile.ZIP_DEFLATED:
        return part.compress_size
    left, count = part.compress_size, 0
    unpack = zlib.decompressobj(-15)
    while left > 0 and (block := source.read(min(left, 65536))):
        left -= len(block)
        while block:
            count += len(unpack.decompress(block, 1 << 20))
            block = unpack.unconsumed_tail
            if count > room:
                raise InvalidInputError(_TOO_LARGE)
    return count


def _serve(arguments: Sequence[str]) -> None:
    """The reading process: the workbook comes in on standard input, rows go out."""
    with suppress(ImportError):  # only where there are such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        if arguments:
            _send_rows(book, arguments[0])
        else:
            names = list(book.sheet_names)
            _send("sheets", (names, [n for n in names[:50] if book.get_sheet_by_name(n).total_height]))
    except MemoryError:
        _send("error", _TOO_LARGE)
    except (CalamineError, ValueError, OSError):
        _send("error", _DAMAGED)
    else:
        _send("end", None)


def _send_rows(book: CalamineWorkbook, name: str) -> None:
    block: list[list[Cell]] = []
    size = 0
    for row in book.get_sheet_by_name(name).iter_rows():
        cells = [_cell(value) for value in row]
        block.append(cells)
        size += sum(len(cell) for cell in cells if isinstance(cell, str))
        if len(block) == AT_ONCE or size > LARGEST_MESSAGE // 16:
            _send("rows", block)
            block, size = [], 0
    _send("rows", block)


def _cell(value: Any) -> Cell:
    """As the contract wants it: dates and times as ISO 8601, whole numbers without a fraction."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return None if value == "" else value  # text, a number or a truth value


def _send(kind: str, content: Any) -> None:
    message = msgspec.msgpack.encode((kind, content))
    sys.stdout.buffer.write(_LENGTH.pack(len(message)) + message)
    sys.stdout.buffer.flush()


@hookimpl
def register_importers() -> Iterable[Importer[Any]]:
    return [WorkbookImporter()]


if __name__ == "__main__":
    _serve(sys.argv[1:])
