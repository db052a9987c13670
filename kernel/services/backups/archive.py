"""The file of a backup: a zip with one JSON Lines file for each table, and the contents of files.

`manifest.json` comes last, so a file that was cut off is known as such. A table is a first line
with the names of its columns and a line for each row. Values are those of JSON: exact decimals
and times as text, whatever the engine makes of them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from kernel.errors import InvalidInputError
from kernel.values import Kind, ValueType

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
LONGEST_LINE: Final = 256 * 1024 * 1024

DAMAGED: Final = "The file is no archive of Smalt, or it is damaged."


class Manifest(msgspec.Struct, kw_only=True):
    """What the file holds. `migrations` are those of the kernel's tables that it was made with;
    `kind` is backup, or projects for `kernel.services.archives`."""

    format: int
    smalt: str
    created_at: str
    engine: str
    migrations: list[str]
    rows: dict[str, int]
    files: int
    kind: str = "backup"


class ArchiveWriter:
    """Writes a backup. All of it blocks."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.rows: dict[str, int] = {}
        self.files = 0

    @contextmanager
    def table(self, name: str, columns: Sequence[str]) -> Iterator[Callable[[Sequence[Any]], None]]:
        """A table, to which the block adds rows."""
        encode = msgspec.json.Encoder(decimal_format="string").encode_lines
        with self._zip.open(f"tables/{name}.jsonl", "w", force_zip64=True) as part:
            part.write(encode([list(columns)]))
            self.rows[name] = 0

            def add(rows: Sequence[Any]) -> None:
                part.write(encode(rows))
                self.rows[name] += len(rows)

            yield add

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        """The contents of a file."""
        self.files += 1
        with self._zip.open(f"files/{name}", "w", force_zip64=True) as part:
            yield part

    def finish(self, manifest: Manifest) -> None:
        self._zip.writestr(MANIFEST, msgspec.json.encode(manifest))
        self._zip.close()


class ArchiveReader:
    """Reads a backup. All of it blocks. InvalidInputError for what is none."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest = msgspec.json.decode(self._zip.read(MANIFEST), type=Manifest)
        except FileNotFoundError as error:
            raise InvalidInputError(f"There is no file {path}.") from error
        except (zipfile.BadZipFile, KeyError, OSError, msgspec.MsgspecError) as error:
            raise InvalidInputError(DAMAGED) from error
        if self.manifest.format != FORMAT:
            raise InvalidInputError(
                f"The file is of format {self.manifest.format}; this Smalt reads {FORMAT}."
            )
        self._names = set(self._zip.namelist())

    @property
    def unpacked(self) -> int:
        """The bytes that the file says it holds. Reading never gives more."""
        return sum(entry.file_size for entry in self._zip.infolist())

    @property
    def size(self) -> int:
        """The bytes of the file itself, as they are packed."""
        return sum(entry.compress_size for entry in self._zip.infolist())

    def names(self) -> list[str]:
        """The names of the tables."""
        found = (name.removeprefix("tables/").removesuffix(".jsonl") for name in self._names)
        return sorted(name for name in found if f"tables/{name}.jsonl" in self._names)

    def close(self) -> None:
        self._zip.close()

    def rows(self, name: str, size: int) -> Iterator[list[dict[str, Any]]]:
        """The rows of a table by column, `size` at a time; none for a table that is not there."""
        path = f"tables/{name}.jsonl"
        if path not in self._names:
            return
        try:
            with self._zip.open(path) as part:
                columns: list[str] = msgspec.json.decode(part.readline(LONGEST_LINE))
                block: list[dict[str, Any]] = []
                while line := part.readline(LONGEST_LINE):
                    block.append(dict(zip(columns, msgspec.json.decode(line), strict=True)))
                    if len(block) == size:
                        yield block
                        block = []
                if block:
                    yield block
        except (zipfile.BadZipFile, msgspec.MsgspecError, OSError, ValueError) as error:
            raise InvalidInputError(DAMAGED) from error

    def file(self, name: str, size: int) -> Iterator[bytes]:
        """The contents of a file in pieces."""
        try:
            with self._zip.open(f"files/{name}") as part:
                while piece := part.read(size):
                    yield piece
        except (zipfile.BadZipFile, KeyError, OSError) as error:
            raise InvalidInputError(DAMAGED) from error


Decode = Callable[[Any], Any]

_READ: Final[Mapping[Kind, Decode]] = {
    Kind.DATE: date.fromisoformat,
    Kind.DATETIME: datetime.fromisoformat,
}


def reader_of(type_: ValueType) -> Decode:
    """From a value of a line to the Python value of its type."""
    if type_.kind.numeric and type_.scale is not None:
        return lambda value: None if value is None else Decimal(value)
    read = _READ.get(type_.kind)
    return (lambda value: value) if read is None else (lambda value: None if value is None else read(value))
