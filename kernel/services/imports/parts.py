"""Comments and checklists out of cells: what a new record brings along beside its fields.

A cell holds plain text, or JSON as whole-project importers give it: comments as
`[{"body", "author", "at"}]`, checklists as `[{"name", "items": [{"title", "done", "due", "person"}]}]`.
Records that existed before the import get none, so that importing twice adds nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from kernel.access.actor import ProjectAccess
from kernel.clock import to_milliseconds
from kernel.date_input import parse_datetime
from kernel.errors import InvalidValueError
from kernel.fields import ParseContext
from kernel.ids import IdGenerator
from kernel.importers import Cell
from kernel.schema import Project
from kernel.services.changes import Change, ChangeLog
from kernel.services.checklist_items import LONGEST as LONGEST_ITEM
from kernel.services.comments import LONGEST as LONGEST_COMMENT
from kernel.services.record_parts import shown
from kernel.services.records import Writing
from kernel.storage.kernel_rows import KernelRows
from kernel.text_input import clean_line, clean_lines

PARTS: Final = ("comments", "checklists")
MOST: Final = 500
"""Comments, checklists or items that one cell may hold."""
LONGEST_NAME: Final = 200

_DONE: Final = ("[x]", "[X]", "☑", "✓")
_OPEN: Final = ("[ ]", "[]", "☐", "-", "*")


class ImportedComment(msgspec.Struct):
    """A comment; who wrote it elsewhere, and when, is told in its text, since nobody here did."""

    body: str
    author: str | None = None
    at: str | None = None


class ImportedItem(msgspec.Struct):
    """An item; for whom it was elsewhere is told in its title, since they may not be here."""

    title: str
    done: bool = False
    due: str | None = None
    person: str | None = None
    due_at: int | None = None


class ImportedChecklist(msgspec.Struct):
    name: str
    items: list[ImportedItem] = []


_comments = msgspec.json.Decoder(list[ImportedComment])
_checklists = msgspec.json.Decoder(list[ImportedChecklist])


def has_part(project: Project, access: ProjectAccess | None, name: str) -> bool:
    """Whether records of a project have such parts, and a reader with this access sees them."""
    return name in PARTS and shown(project, access, name)


def comments_parser(cell: Cell) -> list[str] | None:
    """The bodies of the comments in a cell, or None."""
    text = str(cell).strip()
    found = _decoded(_comments, text) if text.startswith("[{") else None
    listed = [ImportedComment(text)] if found is None else found
    bodies = (clean_lines(_signed(comment), LONGEST_COMMENT) for comment in listed)
    return [body for body in bodies if body is not None] or None


def checklists_parser(context: ParseContext) -> Callable[[Cell], list[ImportedChecklist] | None]:
    return lambda cell: _checklists_in(cell, context)


def _checklists_in(cell: Cell, context: ParseContext) -> list[ImportedChecklist] | None:
    """The checklists in a cell, or None. In plain text each line is an item, ticked by `[x]`."""
    text = str(cell).strip()
    found = _decoded(_checklists, text) if text.startswith("[{") else None
    if found is None:
        found = [ImportedChecklist("Checklist", [_item(line) for line in text.splitlines() if line.strip()])]
    for checklist in found:
        checklist.name = clean_line(checklist.name, LONGEST_NAME) or "Checklist"
        for item in checklist.items:
            title = f"{item.title} ({item.person})" if item.person else item.title
            item.title = clean_line(title, LONGEST_ITEM) or "Item"
            due = parse_datetime(item.due or "", context)
            item.due_at = None if due is None else to_milliseconds(due)
    if sum(1 + len(checklist.items) for checklist in found) > MOST:
        raise InvalidValueError(f"A record may bring at most {MOST} checklists and items.")
    return found or None


class PartWriter:
    """Writes the parts of new records in the transaction that makes these."""

    def __init__(self, ids: IdGenerator, rows: KernelRows, log: ChangeLog) -> None:
        self._ids = ids
        self._rows = rows
        self._log = log

    async def write(
        self, writing: Writing, parts: Sequence[tuple[int, Mapping[str, Any]]], batch_id: int
    ) -> None:
        """`parts` are, by record, the values of the parsers by their names."""
        if not parts:
            return
        stamp = _Stamp(writing, to_milliseconds(writing.now))
        changes: list[Change] = []
        for name, add in (("comments", self._comments), ("checklists", self._checklists)):
            of_name = [(record, found[name]) for record, found in parts if name in found]
            if of_name:
                changes += await add(stamp, of_name)
        await self._log.write_many(writing.tx, writing.actor, changes, batch_id, writing.now)

    async def _comments(self, stamp: _Stamp, of: Sequence[tuple[int, list[str]]]) -> list[Change]:
        pairs = [(record, body) for record, bodies in of for body in bodies]
        ids = self._ids.many(len(pairs))
        rows = [stamp.row(id_, record, body) for id_, (record, body) in zip(ids, pairs, strict=True)]
        await self._rows.insert_many(stamp.work.tx, "smalt_comment", (*_STAMPED, "body"), rows)
        return [
            stamp.change(record, "comment.created", "comments", {"id": str(id_), "body": body})
            for id_, (record, body) in zip(ids, pairs, strict=True)
        ]

    async def _checklists(
        self, stamp: _Stamp, of: Sequence[tuple[int, list[ImportedChecklist]]]
    ) -> list[Change]:
        placed = [(record, place, c) for record, listed in of for place, c in enumerate(listed)]
        ids = self._ids.many(len(placed))
        rows, items, changes = [], [], []
        for id_, (record, place, checklist) in zip(ids, placed, strict=True):
            rows.append(stamp.row(id_, record, checklist.name, place))
            item_ids = self._ids.many(len(checklist.items))
            for item_id, (number, item) in zip(item_ids, enumerate(checklist.items), strict=True):
                done = (stamp.at, stamp.work.actor.user_id) if item.done else (None, None)
                items.append(
                    stamp.row(item_id, record, id_, item.title, item.done, *done, item.due_at, number)
                )
            told = {"id": str(id_), "name": checklist.name, "items": [i.title for i in checklist.items]}
            changes.append(stamp.change(record, "checklist.created", "checklists", told))
        tx = stamp.work.tx
        await self._rows.insert_many(tx, "smalt_checklist", (*_STAMPED, "name", "position"), rows)
        names = (*_STAMPED, "checklist_id", "title", "done", "done_at", "done_by", "due_at", "position")
        await self._rows.insert_many(tx, "smalt_checklist_item", names, items)
        return changes


_STAMPED: Final = ("id", "project_id", "record_id", "created_at", "created_by", "updated_at")


class _Stamp:
    """What all rows of one transaction have in common."""

    def __init__(self, work: Writing, at: int) -> None:
        self.work = work
        self.at = at

    def row(self, id_: int, record_id: int, *values: Any) -> tuple[Any, ...]:
        return (id_, self.work.project.id, record_id, self.at, self.work.actor.user_id, self.at, *values)

    def change(self, record_id: int, kind: str, name: str, told: Mapping[str, Any]) -> Change:
        return Change(self.work.project.id, record_id, kind, 1, {name: [None, told]})


def _decoded(decoder: msgspec.json.Decoder[list[Any]], text: str) -> list[Any] | None:
    """What a cell of JSON holds; None when it is only text that begins like it."""
    try:
        found = decoder.decode(text)
    except msgspec.MsgspecError:
        return None
    if len(found) > MOST:
        raise InvalidValueError(f"A record may bring at most {MOST} of these.")
    return found


def _signed(comment: ImportedComment) -> str:
    signature = ", ".join(part for part in (comment.author, comment.at) if part)
    return f"**{signature}**\n\n{comment.body}" if signature else comment.body


def _item(line: str) -> ImportedItem:
    text = line.strip()
    for marks, done in ((_DONE, True), (_OPEN, False)):
        for mark in marks:
            if text.startswith(mark):
                return ImportedItem(text.removeprefix(mark).strip(), done)
    return ImportedItem(text)


def parts_of(works: Iterable[Any], ids: Mapping[int, int]) -> list[tuple[int, Mapping[str, Any]]]:
    """The parts of the rows that became new records, by the record of each."""
    new = (w for w in works if w.parts and w.record_id is None and w.number in ids)
    return [(ids[work.number], dict(work.parts)) for work in new]
