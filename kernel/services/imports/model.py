"""What an import is: the shapes that clients see, and the state that a job carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from kernel.fields import ParseContext
from kernel.schema import Project

KIND = "import"
"""The kind of the job."""

DateOrder = Literal["dmy", "mdy", "ymd"]
Missing = Literal["lists", "tags", "options", "references"]

ERRORS_SHOWN = 100


class Column(msgspec.Struct, frozen=True):
    """A column of the file: what it seems to be, and a few of its cells.

    `guess` is `{"field"}`, with `match` for references, or `{"type", "config"}` of a new field.
    """

    name: str
    guess: dict[str, Any] | None
    samples: list[str]


class NewField(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A field to be made for a column."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    type: str
    config: dict[str, Any] = {}


class Mapped(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """What becomes of a column: a field (built-in or custom) or a new field.

    `match` names the field of the referred project by which records are found; `title` when
    left out.
    """

    field: str | None = None
    match: str | None = None
    create: NewField | None = None


class RowError(msgspec.Struct, frozen=True):
    """Why a row, or one cell of it, was refused. `column` None means the whole row."""

    row: int
    column: str | None
    reason: str


class Reading(msgspec.Struct, frozen=True):
    """How text is read, whatever the format. `ambiguous`: the dates fit more than one order."""

    date_order: DateOrder | None = None
    decimal_comma: bool = False
    ambiguous: bool = False

    def context(self, project: Project) -> ParseContext:
        return ParseContext(
            currency=project.currency,
            time_zone=project.time_zone,
            date_order=self.date_order,
            decimal_comma=self.decimal_comma,
        )


class ImportState(msgspec.Struct, kw_only=True):
    """All that a job must know. `position` counts the rows that are done.

    `phase` says what a started import is at: rows, then references among its own rows
    (`links`), then the `end`; later perhaps taking everything back (`undo`).
    `given` are the options that a person has decided, also those in `options` and `reading`.
    `token_projects` are the projects that the token of whoever started it is limited to.
    """

    importer: str
    file_name: str
    options: dict[str, Any]
    given: dict[str, Any] = {}
    reading: Reading
    columns: list[Column]
    total: int
    mapping: dict[str, Mapped | None] | None = None
    key: str | None = None
    create_missing: list[Missing] = []
    phase: Literal["rows", "links", "end", "undo"] = "rows"
    batch_id: int = 0
    position: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    undone: bool = False
    errors: list[RowError] = []
    token_projects: list[int] | None = None

    def effective_mapping(self) -> dict[str, Mapped | None]:
        """What a person decided; before that, what was guessed to be fields that exist."""
        if self.mapping is not None:
            return self.mapping
        return {c.name: _mapped(c.guess) for c in self.columns}

    def note(self, errors: Sequence[RowError]) -> None:
        """Keep the first errors for showing."""
        room = ERRORS_SHOWN - len(self.errors)
        if room > 0:
            self.errors = [*self.errors, *errors[:room]]


def _mapped(guess: Mapping[str, Any] | None) -> Mapped | None:
    if guess is None or "field" not in guess:
        return None
    return Mapped(field=guess["field"], match=guess.get("match"))


_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(ImportState)


def encode_state(state: ImportState) -> str:
    return _encode(state).decode()


def decode_state(text: str) -> ImportState:
    return _decoder.decode(text)
