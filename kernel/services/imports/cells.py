"""From the text of a cell to a value, each distinct text of a column worked out once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kernel.date_input import parse_datetime
from kernel.errors import InvalidValueError, SmaltError, UnknownOptionError
from kernel.fields import ParseContext
from kernel.importers import Cell
from kernel.schema import Field, Project
from kernel.services.imports.people import People
from kernel.services.record_input import MAXIMUM_DESCRIPTION, MAXIMUM_TITLE, find_choice
from kernel.text_input import clean_line, clean_lines, fold_name
from kernel.values import Choice

REMEMBERED = 20_000
"""Texts whose values are kept, in all columns of a file together."""

MOST_NEW_OPTIONS = 200
"""Options that one cell may add; beyond, the column was hardly meant to be a select."""

_SEVERAL = re.compile(r"[,;\n]")

Parse = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell that gives no value, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent(Problem):
    """A cell that names a list, tag or option that does not exist, yet."""

    what: Literal["lists", "tags", "options"]
    names: tuple[str, ...]
    field_id: int = 0


class CellReader:
    """Reads the cells of one column: gives a value, None for empty, or a Problem.

    `known` are the values of the first `limit` distinct texts; whoever reads looks there first.
    Its keys are texts only: 1, 1.0 and True would be the same key.
    """

    __slots__ = ("_bad", "_limit", "_parse", "known")

    def __init__(self, parse: Parse, limit: int = REMEMBERED) -> None:
        self._parse = parse
        self._limit = limit
        self.known: dict[object, Any] = {"": None}
        self._bad: dict[str, Problem] = {}

    def read(self, cell: Cell) -> Any:
        """The value of a cell that is not a text among the `known`."""
        if type(cell) is not str:
            return self._work_out(cell)
        value = self._bad.get(cell) or self._work_out(cell)
        if len(self.known) + len(self._bad) < self._limit:
            into: dict[Any, Any] = self._bad if isinstance(value, Problem) else self.known
            into[cell] = value
        return value

    def _work_out(self, cell: Cell) -> Any:
        if cell is None or (type(cell) is str and not cell.strip()):
            return None
        try:
            return self._parse(cell)
        except _AbsentError as error:
            return error.absent
        except SmaltError as error:
            return Problem(error.detail)


class _AbsentError(InvalidValueError):
    """Something is missing."""

    def __init__(self, absent: Absent) -> None:
        self.absent = absent
        super().__init__(absent.reason)


def as_text(cell: Cell) -> str:
    """What a person sees in a cell."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def title_parser(cell: Cell) -> str | None:
    return clean_line(as_text(cell), MAXIMUM_TITLE)


def description_parser(cell: Cell) -> str | None:
    return clean_lines(as_text(cell), MAXIMUM_DESCRIPTION)


def moment_parser(context: ParseContext) -> Parse:
    return lambda cell: parse_datetime(as_text(cell), context)


def list_parser(project: Project) -> Parse:
    return lambda cell: _choices(project.lists, [as_text(cell)], "lists", "list")[0]


def tags_parser(project: Project) -> Parse:
    names = {fold_name(tag.name) for tag in project.tags}

    def parse(cell: Cell) -> list[int]:
        text = as_text(cell)
        return _choices(project.tags, [text] if fold_name(text) in names else split(text), "tags", "tag")

    return parse


def people_parser(people: People, many: bool) -> Parse:
    def parse(cell: Cell) -> Any:
        text = as_text(cell)
        return list(dict.fromkeys(map(people.find, split(text)))) if many else people.find(text.strip())

    return parse


def field_parser(field: Field, context: ParseContext) -> Parse:
    """Asks the field's type; what options it misses are all named at once."""

    assert field.type is not None  # the mapping has been checked
    ask, config = field.type.parse, field.config

    def parse(cell: Cell) -> Any:
        try:
            return ask(cell, config, context)
        except InvalidValueError as error:
            if not isinstance(cell, str):
                return parse(as_text(cell))  # a postcode that a workbook holds as a number
            if not isinstance(error, UnknownOptionError):
                raise
            names = _missing_options(field, cell, context, error)
            raise _AbsentError(Absent(error.detail, "options", names, field.id)) from None

    return parse


def wanted_parser(many: bool) -> Parse:
    """The texts by which records are to be found: a list where the field holds several."""

    def parse(cell: Cell) -> list[str] | None:
        if not many:
            text = clean_line(as_text(cell), 10_000)
            return None if text is None else [text]
        whole = as_text(cell)
        texts = whole.split("\n" if "\n" in whole else ";")
        found = [clean_line(text, 10_000) for text in texts]
        return list(dict.fromkeys(text for text in found if text is not None)) or None

    return parse


def split(text: str) -> list[str]:
    """The names in a cell that holds several."""
    names = [name.strip() for name in _SEVERAL.split(text)]
    return list(dict.fromkeys(name for name in names if name))


def _choices(
    choices: tuple[Choice, ...], names: Sequence[str], what: Literal["lists", "tags"], one: str
) -> list[int]:
    found, absent = [], []
    for name in names:
        try:
            found.append(find_choice(choices, name, one).id)
        except InvalidValueError:
            absent.append(clean_line(name, 200) or "")
    if absent:
        reason = f"There is no {one} '{absent[0][:100]}'."
        raise _AbsentError(Absent(reason, what, tuple(absent)))
    return list(dict.fromkeys(found))


def _missing_options(
    field: Field, cell: str, context: ParseContext, error: UnknownOptionError
) -> tuple[str, ...]:
    """Try again with each missing option added, until the cell could be read."""
    assert field.type is not None  # it has just raised the error
    names = [error.name]
    config = field.config
    while len(names) < MOST_NEW_OPTIONS:
        config = field.type.with_choices(config, [names[-1]])
        try:
            field.type.parse(cell, config, context)
        except UnknownOptionError as another:
            if another.name in names:
                break
            names.append(another.name)
        else:
            break
    return tuple(names)
