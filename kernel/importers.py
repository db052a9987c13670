"""The contract of an importer: what a plugin in `plugins/importers/` implements.

An importer knows one file format. It proposes how to read a file from its first bytes, names
the columns, and gives the rows one by one, so that memory does not grow with the file. What the
columns mean (fields, types, references) is the business of the import service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Generic, TypeAlias, TypeVar

import msgspec

from kernel.text_input import is_unseen

O = TypeVar("O", bound=msgspec.Struct)  # noqa: E741 - the letter stands for options

Cell: TypeAlias = str | int | float | bool | None
"""The content of a cell as the format holds it; dates and times as ISO 8601 text."""


class NoOptions(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A format with nothing to choose."""


class BadRow(msgspec.Struct, frozen=True):
    """A row that could not be read, in its place among the rows: it is reported, not imported."""

    detail: str
    cells: tuple[Cell, ...] = ()


class Proposal(msgspec.Struct, frozen=True):
    """What a column is, where the file itself says it: a field type by its key, with its config."""

    type: str
    config: Mapping[str, Any] = {}


Row: TypeAlias = Sequence[Cell] | BadRow


def column_names(header: Iterable[Cell]) -> list[str]:
    """Names of columns out of a header: on one line, none blank, none twice whatever its case."""
    names: list[str] = []
    taken: set[str] = set()
    for place, cell in enumerate(header, start=1):
        text = "" if cell is None else str(cell)
        text = "" if is_unseen(text) else " ".join(text.replace("\0", "").split())
        name = wanted = text[:200] or f"Column {place}"
        again = 2
        while name.casefold() in taken:
            name, again = f"{wanted} ({again})", again + 1
        taken.add(name.casefold())
        names.append(name)
    return names


class Importer(Generic[O]):
    """A file format that records can come from.

    Subclasses set `key`, `label`, `options_type` and `extensions` (with the dot, lower case).
    A `source` is a binary file, seekable, opened for this call and read from its start.
    Raise `InvalidInputError` for a file that a person can mend or options that do not fit it.
    """

    key: str
    label: str
    description: str = ""
    options_type: type[O] = NoOptions  # type: ignore[assignment]
    extensions: Sequence[str] = ()

    def recognises(self, head: bytes, file_name: str) -> float:
        """How surely a file is of this format, 0 to 1, by its first bytes and its name."""
        return 1.0 if file_name.lower().endswith(tuple(self.extensions)) else 0.0

    def sniff(self, source: BinaryIO, given: Mapping[str, Any]) -> O:
        """The options that fit a file best; those `given` (checked against the schema) stand."""
        return msgspec.convert(given, self.options_type)

    def first_row(self, options: O) -> int:
        """The number by which people know the first row after the header."""
        return 2

    def columns(self, source: BinaryIO, options: O) -> Sequence[str]:
        """The names of the columns, as many as a row has cells; never blank, never twice."""
        raise NotImplementedError

    def proposals(self, source: BinaryIO, options: O) -> Mapping[str, Proposal]:
        """What the file says of its columns; what it does not say is guessed from the cells."""
        return {}

    def rows(self, source: BinaryIO, options: O) -> Iterator[Row]:
        """The rows after the header, in the order of the columns."""
        raise NotImplementedError
