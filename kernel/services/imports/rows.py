"""From the rows of a file to drafts of records: everything that needs no database."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import Any

from kernel.fields import ParseContext
from kernel.importers import BadRow, Cell, Row
from kernel.schema import BUILT_IN_LINKS, Project
from kernel.services.imports.cells import (
    REMEMBERED,
    Absent,
    CellReader,
    Parse,
    Problem,
    as_text,
    description_parser,
    field_parser,
    list_parser,
    moment_parser,
    people_parser,
    tags_parser,
    title_parser,
    wanted_parser,
)
from kernel.services.imports.mapping import Target
from kernel.services.imports.model import RowError
from kernel.services.imports.parts import PARTS, checklists_parser, comments_parser
from kernel.services.imports.people import People
from kernel.storage.record_rows import Draft

ROOM = 16_000_000
"""Bytes that the rows of a chunk may take, about."""

UNREAD = object()

OF_A_CELL = 100
"""Bytes that a cell takes on its way, beside its characters."""


@dataclass(slots=True)
class Work:
    """One row on its way: `wanted` are texts by which records are still to be found.

    `record_id` is that of an existing record to update. A row with problems is not written.
    Most rows want little and have no problems, so these begin as what costs nothing.
    """

    number: int
    cells: Sequence[Cell]
    draft: Draft
    wanted: Sequence[tuple[Target, list[str]]] = ()
    problems: Sequence[tuple[str | None, str]] = ()
    absent: Sequence[Absent] = ()
    parts: Sequence[tuple[str, Any]] = ()
    key: str | None = None
    record_id: int | None = None

    def want(self, target: Target, texts: list[str]) -> None:
        self.wanted = (*self.wanted, (target, texts))

    def fail(self, column: str | None, reason: str) -> None:
        self.problems = (*self.problems, (column, reason))

    def errors(self) -> list[RowError]:
        return [RowError(self.number, *problem) for problem in dict.fromkeys(self.problems)]


Put = Callable[[Work, Any], None]
"""Puts the value of a cell into the draft of its row."""


class RowParser:
    """Parses rows of one file for one version of the schema.

    Distinct texts of a column are worked out once and remembered.
    """

    def __init__(
        self,
        project: Project,
        targets: Sequence[Target],
        key: Target | None,
        context: ParseContext,
        people: People,
    ) -> None:
        self.project = project
        self.targets = targets
        self.key = key
        self._context = context
        self._people = people
        limit = REMEMBERED // max(1, len(targets))
        self._columns = [(t, CellReader(self._parser(t), limit), _putter(t)) for t in targets]

    def parse(self, rows: Iterable[tuple[int, Row]]) -> list[Work]:
        """The rows that are not blank."""
        works = [work for number, row in rows if (work := _begun(number, row)) is not None]
        sound = [work for work in works if not work.problems]
        for target, reader, put in self._columns:
            self._column(sound, target, reader, put)
        if self.key is not None:
            for work in sound:
                work.key = as_text(work.cells[self.key.index]).strip() or None
        return works

    def _column(self, works: Iterable[Work], target: Target, reader: CellReader, put: Put) -> None:
        """Read one column of many rows: hundreds of thousands of cells a second come through here."""
        index, known, read = target.index, reader.known.get, reader.read
        for work in works:
            cell = work.cells[index]
            value = known(cell, UNREAD) if type(cell) is str else UNREAD
            if value is UNREAD:
                value = read(cell)
                if isinstance(value, Problem):
                    self._problem(work, target, value)
                    continue
            put(work, value)

    def _problem(self, work: Work, target: Target, problem: Problem) -> None:
        work.fail(target.column, problem.reason)
        if isinstance(problem, Absent):
            work.absent = (*work.absent, problem)

    def _parser(self, target: Target) -> Parse:
        if target.field is not None:
            if target.kind == "person":
                return people_parser(self._people, target.many)
            if target.kind == "record":
                return wanted_parser(target.many)
            return field_parser(target.field, self._context)
        parsers: dict[str, Parse] = {
            "title": title_parser,
            "description": description_parser,
            "list": list_parser(self.project),
            "tags": tags_parser(self.project),
            "assignees": people_parser(self._people, many=True),
            "comments": comments_parser,
            "checklists": checklists_parser(self._context),
        }
        return parsers.get(target.built_in or "") or moment_parser(self._context)

    @cached_property
    def required(self) -> list[tuple[int, str, bool]]:
        """The custom fields that must not be empty: id, name, and whether they have a default."""
        fields = (f for f in self.project.live_fields if f.required and f.columns and f.type is not None)
        return [(f.id, f.name, f.default is not None) for f in fields]

    def check_complete(self, works: Iterable[Work]) -> None:
        """What a record must have, once references have been found."""
        title = self._column_of("title")
        for work in works:
            sound = not work.problems
            untitled = work.record_id is None and work.draft.columns.get("title") is None
            if untitled and (sound or self._lacks_title_too(work, title)):
                work.fail(title, "The title must not be blank.")
            if sound and self.required:
                self._check_required(work)

    def _lacks_title_too(self, work: Work, title: str | None) -> bool:
        """Whether a row with problems surely lacks a title: it was read, and is to make a new record."""
        columns = {column for column, _ in work.problems}
        return self.key is None and not columns & {None, title}

    def _check_required(self, work: Work) -> None:
        new = work.record_id is None
        for field_id, name, has_default in self.required:
            if has_default and field_id not in work.draft.fields:
                continue
            value = work.draft.fields.get(field_id)
            given = new or field_id in work.draft.fields
            if given and (value is None or value == []):
                column = next((t.column for t in self.targets if t.field and t.field.id == field_id), None)
                work.fail(column, f"'{name}' must not be empty.")

    def _column_of(self, built_in: str) -> str | None:
        return next((t.column for t in self.targets if t.built_in == built_in), None)


def _begun(number: int, row: Row) -> Work | None:
    """A row before its cells are read; nothing for a blank one."""
    if isinstance(row, BadRow):
        return Work(number, row.cells, Draft(), problems=((None, row.detail),))
    return None if is_blank(row) else Work(number, row, Draft())


def _putter(target: Target) -> Put:
    """What puts the values of a column into drafts."""
    if target.field is not None:
        return _wanted(target) if target.kind == "record" else _field(target.field.id)
    name = target.built_in or ""
    if name in PARTS:
        return _part(name)
    if name in BUILT_IN_LINKS:
        return _link(BUILT_IN_LINKS[name])
    return _given("list_id" if name == "list" else name) if name in ("list", "title") else _column(name)


def _field(field_id: int) -> Put:
    def put(work: Work, value: Any) -> None:
        work.draft.fields[field_id] = value

    return put


def _wanted(target: Target) -> Put:
    assert target.field is not None  # only reference fields come here
    field_id = target.field.id

    def put(work: Work, value: Any) -> None:
        work.draft.fields[field_id] = None
        if value is not None:
            work.want(target, value)

    return put


def _link(link_id: int) -> Put:
    def put(work: Work, value: Any) -> None:
        work.draft.links[link_id] = value or []

    return put


def _part(name: str) -> Put:
    def put(work: Work, value: Any) -> None:
        if value is not None:
            work.parts = (*work.parts, (name, value))

    return put


def _column(name: str) -> Put:
    def put(work: Work, value: Any) -> None:
        work.draft.columns[name] = value

    return put


def _given(name: str) -> Put:
    """For what no record can be without: an empty cell leaves it as it is."""

    def put(work: Work, value: Any) -> None:
        if value is not None:
            work.draft.columns[name] = value

    return put


def absent_names(works: Iterable[Work]) -> dict[tuple[str, int], list[str]]:
    """The lists, tags and options that rows miss: names by what they are, and of which field."""
    found: dict[tuple[str, int], dict[str, None]] = {}
    for absent in chain.from_iterable(work.absent for work in works):
        names = found.setdefault((absent.what, absent.field_id), {})
        names.update(dict.fromkeys(absent.names))
    return {what: list(names) for what, names in found.items()}


def chunk_of(rows: Iterator[tuple[int, Row]], most: int) -> list[tuple[int, Row]]:
    """The next `most` rows, or fewer where they are large."""
    chunk: list[tuple[int, Row]] = []
    room = ROOM
    for number, row in islice(rows, most):
        chunk.append((number, row))
        room -= weight(row)
        if room < 0:
            break
    return chunk


def weight(row: Row) -> int:
    """About how many bytes a row takes, and what is made of it."""
    cells = row.cells if isinstance(row, BadRow) else row
    try:
        return OF_A_CELL * len(cells) + len("".join(cells))  # type: ignore[arg-type]
    except TypeError:
        return OF_A_CELL * len(cells) + sum(len(cell) for cell in cells if isinstance(cell, str))


def is_blank(row: Sequence[Cell]) -> bool:
    """Whether all cells of a row are empty; 0 and False are not."""
    return not any(row) and all(cell is None or cell == "" for cell in row)


def numbered(rows: Iterator[Row], first: int, skip: int) -> Generator[tuple[int, Row]]:
    """Rows with the numbers that people know them by, without the first `skip`."""
    for place, row in enumerate(rows):
        if place >= skip:
            yield first + place, row
