"""JSON: an array of objects, also inside an object, or JSON Lines with one object a line."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, BinaryIO

import msgspec

from kernel.plugin_api import (
    BadRow,
    Cell,
    Importer,
    InvalidInputError,
    NoOptions,
    Row,
    column_names,
    hookimpl,
)

BLOCK = 256 * 1024
LONGEST_OBJECT = 4 * 1024 * 1024
"""Characters of one object beyond which a file is refused."""
MOST_COLUMNS = 2000
DEEPEST = 5
"""Objects inside objects that become columns of their own; what lies deeper is kept as text."""

_HALF = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\r\n]*")

Item = dict[str, Any] | BadRow
Decode = json.JSONDecoder(parse_constant=lambda name: None).raw_decode


class JsonOptions(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`records` is the member of the outermost object that holds the array; none for an array."""

    records: Annotated[str, msgspec.Meta(max_length=200)] = ""


class JsonImporter(Importer[JsonOptions]):
    """Reads one object after the other, so memory stays flat."""

    key = "json"
    label = "JSON file"
    description = "An array of objects. What is nested becomes columns such as address.city."
    extensions = (".json",)
    options_type = JsonOptions

    def recognises(self, head: bytes, file_name: str) -> float:
        start = head.lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:1]
        if start not in (b"[", b"{"):
            return 0.0
        return 0.8 if file_name.lower().endswith(self.extensions) else 0.5

    def sniff(self, source: BinaryIO, given: Any) -> JsonOptions:
        if "records" in given:
            return msgspec.convert(given, JsonOptions)
        return JsonOptions(_member_of_array(_Text(source)))

    def columns(self, source: BinaryIO, options: JsonOptions) -> Sequence[str]:
        return _columns(self._items(source, options))

    def rows(self, source: BinaryIO, options: JsonOptions) -> Iterator[Row]:
        return _rows(self.columns(source, options), self._items(source, options))

    def first_row(self, options: JsonOptions) -> int:
        return 1

    def _items(self, source: BinaryIO, options: JsonOptions) -> Iterator[Item]:
        text = _Text(source)
        if text.peek() == "{":
            _enter(text, options.records)
        elif text.peek() != "[":
            raise InvalidInputError("The file is not JSON: it begins with neither '[' nor '{'.")
        text.skip("[")
        while text.peek() != "]":
            yield _record(text.value())
            if text.peek() == ",":
                text.skip(",")
            elif text.peek() != "]":
                raise InvalidInputError(f"The JSON is broken at character {text.place:,}: ',' is missing.")


class JsonLinesImporter(Importer[NoOptions]):
    """One object a line; a broken line is reported and the others go on."""

    key = "json_lines"
    label = "JSON Lines file"
    description = "One JSON object a line."
    extensions = (".jsonl", ".ndjson")

    def recognises(self, head: bytes, file_name: str) -> float:
        if file_name.lower().endswith(self.extensions):
            return 1.0
        first, _, rest = head.lstrip(codecs.BOM_UTF8).partition(b"\n")
        return 0.6 if first.strip().endswith(b"}") and rest.lstrip().startswith(b"{") else 0.0

    def columns(self, source: BinaryIO, options: NoOptions) -> Sequence[str]:
        return _columns(_lines(source))

    def rows(self, source: BinaryIO, options: NoOptions) -> Iterator[Row]:
        return _rows(self.columns(source, options), _lines(source))

    def first_row(self, options: NoOptions) -> int:
        return 1


class _Text:
    """The text of a file, read as far as it is needed and forgotten behind."""

    def __init__(self, source: BinaryIO) -> None:
        source.seek(0)
        self._reader = codecs.getreader("utf-8-sig")(source)
        self._buffer = ""
        self._at = 0
        self.place = 0
        """Characters behind us."""

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            self._move(len(space[0]) if space else 0)
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def skip(self, expected: str) -> None:
        if self.peek() != expected:
            raise InvalidInputError(
                f"The JSON is broken at character {self.place:,}: '{expected}' is missing."
            )
        self._move(1)

    def value(self) -> Any:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                value, end = Decode(self._buffer, self._at)
            except RecursionError:
                raise InvalidInputError("The JSON is nested too deeply.") from None
            except ValueError as error:
                self._broken(error)
                continue
            length, whole = end - self._at, end < len(self._buffer)
            if whole or not self._more():  # a number may go on in the next block
                self._move(length)
                return value

    def _broken(self, error: ValueError) -> None:
        """Read on when the value may only be cut; raise when it is broken."""
        if len(self._buffer) - self._at > LONGEST_OBJECT:
            raise InvalidInputError(f"A value after character {self.place:,} is too large or broken.")
        where = getattr(error, "pos", self._at) - self._at + self.place
        if not self._more():
            raise InvalidInputError(f"The JSON is broken at character {where:,}.") from error

    def _more(self) -> bool:
        try:
            block = self._reader.read(BLOCK)
        except UnicodeDecodeError:
            raise InvalidInputError("The file is not UTF-8 text, as JSON has to be.") from None
        self._buffer = self._buffer[self._at :] + block
        self._at = 0
        return bool(block)

    def _move(self, count: int) -> None:
        self._at += count
        self.place += count


def _member_of_array(text: _Text) -> str:
    """The first member of the outermost object that holds an array."""
    if text.peek() != "{":
        return ""
    text.skip("{")
    while text.peek() not in ("}", ""):
        name = text.value()
        text.skip(":")
        if text.peek() == "[":
            return str(name)
        text.value()
        if text.peek() == ",":
            text.skip(",")
    raise InvalidInputError("The file holds one object and no array of objects.")


def _enter(text: _Text, member: str) -> None:
    """Move to the array that a member of the outermost object holds."""
    text.skip("{")
    while text.peek() not in ("}", ""):
        name = text.value()
        text.skip(":")
        if name == member and text.peek() == "[":
            return
        text.value()
        if text.peek() == ",":
            text.skip(",")
    raise InvalidInputError(f"The file has no array '{member[:100]}'.")


def _lines(source: BinaryIO) -> Iterator[Item]:
    source.seek(0)
    while line := source.readline(LONGEST_OBJECT):
        if len(line) >= LONGEST_OBJECT:
            raise InvalidInputError("A line is too long. Is this a JSON Lines file?")
        text = line.decode("utf-8-sig", errors="replace").strip()
        if text:
            yield _line(text)


def _line(text: str) -> Item:
    try:
        value, end = Decode(text)
    except (ValueError, RecursionError):
        return BadRow("The line is not JSON.", (text[:1000],))
    if text[end:].strip():
        return BadRow("Something stands behind the JSON of the line.", (text[:1000],))
    return _record(value)


def _record(value: Any) -> Item:
    try:
        if isinstance(value, dict):
            return dict(_flat(value, "", 1))
        return BadRow("This is not an object.", (_cell(value),))
    except RecursionError:  # what could just be read may be too deep to be written
        return BadRow("The object is nested too deeply.")


def _flat(value: dict[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Cell]]:
    for name, member in value.items():
        path = _whole(prefix + " ".join(name.replace("\0", "").split()))[:200]
        if isinstance(member, dict) and member and depth < DEEPEST:
            yield from _flat(member, f"{path}.", depth + 1)
        else:
            yield path, _cell(member)


def _cell(value: Any) -> Cell:
    """Lists of plain values as people write them, parted by commas; what is more complex as JSON."""
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return _whole(", ".join("" if item is None else str(item) for item in value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else None
    return _whole(value) if isinstance(value, str) else value


def _whole(text: str) -> str:
    """Text without halves of characters, which JSON can hold and UTF-8 cannot."""
    if _HALF.search(text) is None:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _columns(items: Iterator[Item]) -> list[str]:
    """Every member that any object has, in the order in which they first appear."""
    names: dict[str, None] = {}
    for item in items:
        if isinstance(item, dict):
            names.update(dict.fromkeys(item))
        if len(names) > MOST_COLUMNS:
            raise InvalidInputError(f"The objects have more than {MOST_COLUMNS:,} different members.")
    if not names:
        raise InvalidInputError("The file holds no objects.")
    return column_names(names)


def _rows(columns: Sequence[str], items: Iterator[Item]) -> Iterator[Row]:
    """The cells of each object in the order of the columns, which were found in the same order."""
    places: dict[str, int] = {}
    for item in items:
        if isinstance(item, BadRow):
            yield item
            continue
        cells: list[Cell] = [None] * len(columns)
        for name, cell in item.items():
            cells[places.setdefault(name, len(places))] = cell
        yield cells


@hookimpl
def register_importers() -> Iterable[Importer[Any]]:
    return [JsonImporter(), JsonLinesImporter()]
