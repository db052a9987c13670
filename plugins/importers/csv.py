"""Comma-separated values: CSV and TSV in any common encoding, delimiter and quoting."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import dropwhile, islice
from typing import Annotated, Any, BinaryIO

import charset_normalizer
import msgspec

from kernel.plugin_api import BadRow, Importer, InvalidInputError, Row, column_names, hookimpl

SAMPLE_BYTES = 256 * 1024
BLOCK_BYTES = 1024 * 1024
SCANNED_BLOCKS = 128
"""How much of a file is looked through for letters that are not UTF-8."""
ENOUGH_BYTES = 12
"""Bytes beyond ASCII from which on words that mix them with ASCII may be of two bytes a sign."""
MOST_COLUMNS = 2000
LONGEST_LINE = 4 * 1024 * 1024
"""Characters of a line, and of a record of several lines, beyond which a file is refused."""

_BOMS: Sequence[tuple[bytes, str]] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")
_NOT_PLAIN = frozenset(
    {
        "unicode_escape",
        "unicode-escape",
        "raw_unicode_escape",
        "raw-unicode-escape",
        "utf-7",
        "idna",
        "punycode",
    }
)
_DELIMITERS = ",;\t|"
_LATIN = ["cp1252", "cp1250", "cp1254"]
_OTHER_SCRIPTS = ["cp1251", "cp1253", "cp1255", "cp1256"]
_MULTI_BYTE = ["cp932", "gb18030", "big5", "euc_kr", "euc_jp"]
_FOREIGN_WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_CENTRAL_EUROPEAN = re.compile(rb"[A-Za-z\x80-\xff][\xa3\xa5\xaf\xb3\xb9\xbc\xbe\xbf]|[\xa3\xa5\xaf][a-z]")
"""Next to letters these bytes are letters of Windows-1250, but signs (¹ ³ ¼ £) of Windows-1252."""
_DEFUSED = re.compile("'[=+@\t\r-]").match
"""An apostrophe that exports put before what a spreadsheet would take for a formula."""
_BARE_QUOTED = "(?:^|[,;\t|])'[^'\r\n]*'(?:[,;\t|]|$)"


class CsvOptions(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How the text of the file is to be read."""

    encoding: str
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)]
    quote: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = '"'
    header: bool = True


class CsvImporter(Importer[CsvOptions]):
    """Reads rows lazily: memory stays flat however large the file is."""

    key = "csv"
    label = "CSV or TSV file"
    description = "Text with one record a line, its cells parted by commas, semicolons, tabs or bars."
    extensions = (".csv", ".tsv", ".txt")
    options_type = CsvOptions

    def recognises(self, head: bytes, file_name: str) -> float:
        if head.startswith(_ARCHIVES):
            return 0.0
        if file_name.lower().endswith(self.extensions):
            return 1.0
        return 0.3 if b"\0" not in head else 0.0

    def sniff(self, source: BinaryIO, given: Mapping[str, Any]) -> CsvOptions:
        """Find out what `given` leaves open."""
        sample = _sample(source)
        encoding = _known_encoding(given["encoding"]) if given.get("encoding") else _encoding(source, sample)
        text = _decoded_start(sample, encoding)
        quote = given.get("quote") or _quote(text)
        delimiter = given.get("delimiter") or _delimiter(text, quote)
        found = {**given, "encoding": encoding, "quote": quote, "delimiter": delimiter}
        options = msgspec.convert(found, CsvOptions)
        _check_marks(options)
        return options

    def columns(self, source: BinaryIO, options: CsvOptions) -> list[str]:
        """The names in the header, each present and used once."""
        first = next(_from_header(source, options), None)
        if first is None:
            raise InvalidInputError("The file is empty.")
        if isinstance(first, BadRow):
            raise InvalidInputError(f"The header of the file cannot be read. {first.detail}")
        if len(first) > MOST_COLUMNS:
            raise InvalidInputError(f"The file has {len(first):,} columns; {MOST_COLUMNS:,} are possible.")
        return column_names(first if options.header else [""] * len(first))

    def first_row(self, options: CsvOptions) -> int:
        return 2 if options.header else 1

    def rows(self, source: BinaryIO, options: CsvOptions) -> Iterator[Row]:
        """The rows after the header. Short ones are padded; overlong ones are bad."""
        width = len(self.columns(source, options))
        records = _from_header(source, options)
        for row in islice(records, 1 if options.header else 0, None):
            if isinstance(row, BadRow) or len(row) == width:
                yield row
            elif len(row) < width:
                yield row + [""] * (width - len(row))
            elif any(row[width:]):
                yield BadRow(f"The row has {len(row)} cells, the header {width}.", tuple(row))
            else:
                yield row[:width]


class _Lines:
    """The lines of a text file, none longer than memory can take; the last one is kept."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.line = ""
        self.nul = False
        self.apostrophe = False
        self.count = 0
        self.started = 1
        """The line on which the record at hand begins."""
        self.size = 0
        """Characters of the record at hand."""

    def __iter__(self) -> Iterator[str]:
        readline = self._text.readline
        while line := readline(LONGEST_LINE):
            self.line = line
            self.count += 1
            self.size += len(line)
            if "'" in line:
                self.apostrophe = True
            if "\0" in line:
                self.nul = True
            if self.size >= LONGEST_LINE:
                raise InvalidInputError(self._too_long())
            yield line

    def _too_long(self) -> str:
        if self.count > self.started:
            return _never_closed(self.started)
        return f"Line {self.count} is longer than {LONGEST_LINE:,} characters. Is this a CSV file?"


def _from_header(source: BinaryIO, options: CsvOptions) -> Iterator[list[str] | BadRow]:
    """The records from the first one on that is not blank."""
    return dropwhile(lambda row: not row, _records(source, options))


def _records(source: BinaryIO, options: CsvOptions) -> Iterator[list[str] | BadRow]:
    """Every record of the file, header included; blank lines are records without cells."""
    source.seek(0)
    text = io.TextIOWrapper(source, encoding=options.encoding, newline="")
    lines = _Lines(text)
    try:
        yield from _parsed(lines, options)
    except UnicodeError as error:
        raise InvalidInputError(
            f"The file is not {options.encoding} text: line {lines.count + 1} or one shortly after cannot be "
            "read. Choose another encoding."
        ) from error
    finally:
        text.detach()


def _parsed(lines: _Lines, options: CsvOptions) -> Iterator[list[str] | BadRow]:
    reader = csv.reader(iter(lines), delimiter=options.delimiter, quotechar=options.quote, strict=True)
    while True:
        lines.size = 0
        lines.started = lines.count + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _malformed(lines, options, str(error))
            continue
        if lines.apostrophe and options.quote != "'":
            lines.apostrophe = False
            cells = [cell[1:] if _DEFUSED(cell) else cell for cell in cells]
        if lines.nul:
            lines.nul = False
            yield BadRow(_NUL, tuple(cells))
        else:
            yield cells


_NUL = "The row contains a NUL character, which no text may hold."


def _malformed(lines: _Lines, options: CsvOptions, reason: str) -> BadRow:
    """A row that breaks the rules of quoting; its cells are read as well as they can be."""
    several = lines.count > lines.started
    where = f"lines {lines.started} to {lines.count}" if several else f"line {lines.count}"
    if "field larger" in reason:
        if several:
            raise InvalidInputError(_never_closed(lines.started))
        explained = f"A cell on {where} is longer than {csv.field_size_limit():,} characters."
    elif "unexpected end" in reason:
        explained = _never_closed(lines.started)
    else:
        explained = f"On {where} a quote inside a quoted cell is not doubled."
    return BadRow(explained, _lenient(lines.line.rstrip("\r\n"), options))


def _never_closed(line: int) -> str:
    return f"A quoted cell that begins on line {line} is never closed."


def _lenient(line: str, options: CsvOptions) -> tuple[str, ...]:
    if len(line) >= csv.field_size_limit():
        return (line[:1000],)
    cells = next(csv.reader([line], delimiter=options.delimiter, quotechar=options.quote), [line])
    return tuple(cells)


def _sample(source: BinaryIO) -> bytes:
    source.seek(0)
    sample = source.read(SAMPLE_BYTES)
    if not sample.strip():
        raise InvalidInputError("The file is empty.")
    if sample.startswith(_ARCHIVES):
        raise InvalidInputError("This is a workbook or an archive, not CSV. Save the sheet as CSV first.")
    return sample


def _known_encoding(name: str) -> str:
    """The encoding under its Python name; only encodings of text will do."""
    try:
        info = codecs.lookup(name)
        "a".encode(info.name)
    except (LookupError, UnicodeError, ValueError) as error:
        raise InvalidInputError(f"There is no text encoding '{name[:40]}'.") from error
    if info.name in _NOT_PLAIN:
        raise InvalidInputError(f"'{info.name}' is not an encoding of text files.")
    return info.name


def _encoding(source: BinaryIO, sample: bytes) -> str:
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name
    if b"\0" in sample[:4096]:
        return _wide(sample[:4096])
    block = _first_not_utf8(source)
    return "utf-8" if block is None else _legacy(block)


def _wide(start: bytes) -> str:
    """UTF-16 without a mark, told by which of two neighbouring bytes is NUL; else no text."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > len(start) * 0.3 and even == 0:
        return "utf-16-le"
    if even > len(start) * 0.3 and odd == 0:
        return "utf-16-be"
    return "utf-8"


def _first_not_utf8(source: BinaryIO) -> bytes | None:
    """The first block that is not UTF-8; None when all that is looked at is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    source.seek(0)
    block = b""
    for _ in range(SCANNED_BLOCKS):
        before, block = block, source.read(BLOCK_BYTES)
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            return block or before
        if not block:
            break
    return None


def _legacy(block: bytes) -> str:
    """The likeliest of the encodings that were common before UTF-8."""
    telling = b"\n".join(line[:1000] for line in block.split(b"\n") if not line.isascii())[:65536]
    best = charset_normalizer.from_bytes(telling, cp_isolation=_candidates(telling)).best()
    found = best.encoding if best is not None else "cp1252"
    if found in _LATIN:
        found = "cp1250" if _CENTRAL_EUROPEAN.search(telling) else "cp1252"
    try:
        block.decode(found)
    except UnicodeDecodeError:
        return found if found in _MULTI_BYTE else "iso8859-1"
    return found


def _candidates(telling: bytes) -> list[str]:
    """Latin words mix ASCII with other bytes, other scripts do not; two bytes a sign come in pairs."""
    words = _FOREIGN_WORD.findall(telling)
    mixed = sum(1 for word in words if re.search(rb"[A-Za-z]", word))
    high = sum(len(re.findall(rb"[\x80-\xff]", word)) for word in words)
    paired = sum(len(run) for word in words for run in re.findall(rb"[\x80-\xff]{2,}", word))
    one = _LATIN if mixed * 2 > len(words) else _OTHER_SCRIPTS
    several = paired * 2 > high and (mixed * 2 <= len(words) or high >= ENOUGH_BYTES)
    return one + (_MULTI_BYTE if several else [])


def _decoded_start(sample: bytes, encoding: str) -> str:
    """The sample as text, up to its last whole line where it has one."""
    text = sample.decode(encoding, errors="replace")
    if len(sample) < SAMPLE_BYTES:
        return text
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if end > 0 else text


def _quote(text: str) -> str:
    return "'" if '"' not in text and len(re.findall(_BARE_QUOTED, text, re.MULTILINE)) > 2 else '"'


def _delimiter(text: str, quote: str) -> str:
    """The delimiter by which the first records have the most even, and then the largest, width."""
    return max(_DELIMITERS, key=lambda delimiter: _evenness(text, delimiter, quote))


def _evenness(text: str, delimiter: str, quote: str) -> tuple[float, int]:
    widths = Counter(_widths(text, delimiter, quote))
    if not widths:
        return (0.0, 0)
    width, count = widths.most_common(1)[0]
    return (0.0, 0) if width < 2 else (round(count / widths.total(), 1), width)


def _widths(text: str, delimiter: str, quote: str) -> Iterable[int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
    try:
        for cells in islice(reader, 100):
            if cells:
                yield len(cells)
    except csv.Error:
        return


def _check_marks(options: CsvOptions) -> None:
    if options.delimiter == options.quote or {options.delimiter, options.quote} & {"\r", "\n", "\0"}:
        raise InvalidInputError("Delimiter and quote must be two different characters, not line ends.")


@hookimpl
def register_importers() -> Iterable[Importer[Any]]:
    return [CsvImporter()]
