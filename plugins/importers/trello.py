"""Trello: the JSON file that a board gives under "Print, export and share".

Its format: https://developer.atlassian.com/cloud/trello/ (boards, cards, actions, checklists).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import msgspec

from kernel.plugin_api import Cell, Importer, InvalidInputError, Proposal, Row, column_names, hookimpl

LARGEST_FILE = 64 * 1024 * 1024
MOST_OBJECTS = 1_000_000
"""Objects of the file, each of which takes many times its size in memory; a card has about ten."""
MOST_TEXTS = 20_000_000

COLUMNS = (
    "Title", "Description", "List", "Tags", "Members", "Start date", "Due date", "Completed at",
    "Checklists", "Comments", "Attachments", "URL", "Archived", "Trello ID",
)  # fmt: skip


class TrelloOptions(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Whether cards that were archived come along."""

    archived: bool = True


class _List(msgspec.Struct, rename="camel"):
    id: str
    name: str = ""
    closed: bool = False


class _Label(msgspec.Struct, rename="camel"):
    id: str
    name: str | None = None
    color: str | None = None


class _Member(msgspec.Struct, rename="camel"):
    """Of people who have left, little is known."""

    id: str
    full_name: str | None = None
    username: str | None = None


class _CheckItem(msgspec.Struct, rename="camel"):
    name: str = ""
    state: str = "incomplete"
    due: str | None = None
    id_member: str | None = None
    pos: float | str = 0.0


class _Checklist(msgspec.Struct, rename="camel"):
    id_card: str
    name: str = ""
    pos: float | str = 0.0
    check_items: list[_CheckItem] = []


class _CustomItem(msgspec.Struct, rename="camel"):
    id_custom_field: str
    value: dict[str, Any] | None = None
    id_value: str | None = None


class _Option(msgspec.Struct, rename="camel"):
    id: str
    value: dict[str, Any] = {}


class _CustomField(msgspec.Struct, rename="camel"):
    id: str
    name: str = ""
    type: str = ""
    options: list[_Option] | None = None


class _Attachment(msgspec.Struct):
    name: str | None = None
    url: str | None = None


class _Card(msgspec.Struct, rename="camel"):
    id: str
    name: str = ""
    desc: str | None = None
    id_list: str = ""
    id_labels: list[str] = []
    id_members: list[str] = []
    start: str | None = None
    due: str | None = None
    due_complete: bool = False
    date_last_activity: str | None = None
    url: str | None = None
    closed: bool = False
    pos: float | str = 0.0
    attachments: list[_Attachment] = []
    custom_field_items: list[_CustomItem] = []


class _Comment(msgspec.Struct, rename="camel"):
    text: str = ""
    id_card: str | None = None
    card: dict[str, Any] = {}


class _Action(msgspec.Struct, rename="camel"):
    """Something that was done. Only of comments is it known what `data` looks like."""

    type: str = ""
    date: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")
    member_creator: _Member | None = None

    def comment(self) -> _Comment:
        try:
            return msgspec.json.decode(self.data, type=_Comment)
        except msgspec.MsgspecError as error:
            raise InvalidInputError(f"A comment of the board cannot be read: {error}.") from error


class _Board(msgspec.Struct, rename="camel"):
    cards: list[_Card]
    lists: list[_List]
    labels: list[_Label] = []
    members: list[_Member] = []
    checklists: list[_Checklist] = []
    actions: list[_Action] = []
    custom_fields: list[_CustomField] = []


class TrelloImporter(Importer[TrelloOptions]):
    """One record a card, in the order of its list, with labels, members, checklists and comments."""

    key = "trello"
    label = "Trello board"
    description = "The JSON export of a board."
    extensions = (".json",)
    options_type = TrelloOptions

    def recognises(self, head: bytes, file_name: str) -> float:
        known = (b'"idBoard"', b'"idList"', b'"cards"', b'"labelNames"', b'"idOrganization"', b'"boardStars"')
        found = sum(mark in head for mark in known)
        return 1.0 if found >= 3 and head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{") else 0.0

    def columns(self, source: BinaryIO, options: TrelloOptions) -> Sequence[str]:
        return _columns(_board(source))

    def proposals(self, source: BinaryIO, options: TrelloOptions) -> Mapping[str, Proposal]:
        board = _board(source)
        fields = zip(_columns(board)[len(COLUMNS) :], board.custom_fields, strict=True)
        return {name: made for name, field in fields if (made := _proposal(field)) is not None}

    def rows(self, source: BinaryIO, options: TrelloOptions) -> Iterator[Row]:
        board = _board(source)
        view = _View(board)
        order = {list_.id: place for place, list_ in enumerate(board.lists)}
        for card in sorted(board.cards, key=lambda c: (order.get(c.id_list, len(order)), _number(c.pos))):
            if options.archived or not view.archived(card):
                yield view.row(card)

    def first_row(self, options: TrelloOptions) -> int:
        return 1


class _View:
    """A board's things by their identifiers."""

    def __init__(self, board: _Board) -> None:
        self._lists = {found.id: found for found in board.lists}
        self._labels = {found.id: found.name or found.color or "" for found in board.labels}
        self._members = {found.id: found.full_name or found.username or "" for found in board.members}
        self._fields = board.custom_fields
        self._options = {o.id: o for field in board.custom_fields for o in field.options or ()}
        self._checklists = _by_card(board.checklists, lambda found: found.id_card)
        actions = [a for a in board.actions if a.type in ("commentCard", "copyCommentCard")]
        comments = [(action, action.comment()) for action in actions]
        self._comments = _by_card(comments, lambda c: str(c[1].id_card or c[1].card.get("id", "")))

    def row(self, card: _Card) -> list[Cell]:
        list_ = self._lists.get(card.id_list)
        done = (card.date_last_activity or card.due) if card.due_complete else None
        return [
            card.name, card.desc or None, None if list_ is None else list_.name,
            _listed(self._labels, card.id_labels), _listed(self._members, card.id_members),
            card.start, card.due, done, self._checklist_cell(card.id), self._comment_cell(card.id),
            _files(card.attachments), card.url or None, self.archived(card), card.id, *self._custom(card),
        ]  # fmt: skip

    def archived(self, card: _Card) -> bool:
        """Whether the card is put away, by itself or with its list."""
        list_ = self._lists.get(card.id_list)
        return card.closed or (list_ is not None and list_.closed)

    def _checklist_cell(self, card: str) -> Cell:
        found = [
            {
                "name": checklist.name,
                "items": [
                    self._item(item) for item in sorted(checklist.check_items, key=lambda i: _number(i.pos))
                ],
            }
            for checklist in sorted(self._checklists[card], key=lambda c: _number(c.pos))
        ]
        return json.dumps(found, ensure_ascii=False) if found else None

    def _item(self, item: _CheckItem) -> Mapping[str, Any]:
        known = {"due": item.due, "person": self._members.get(item.id_member or "")}
        told = {name: value for name, value in known.items() if value}
        return {"title": item.name, "done": item.state == "complete", **told}

    def _comment_cell(self, card: str) -> Cell:
        """The oldest first, as they were written."""
        found = [
            {
                "body": comment.text,
                "author": self._author(action.member_creator),
                "at": action.date[:16].replace("T", " "),
            }
            for action, comment in sorted(self._comments[card], key=lambda c: c[0].date)
        ]
        return json.dumps(found, ensure_ascii=False) if found else None

    def _author(self, member: _Member | None) -> str | None:
        return None if member is None else member.full_name or member.username or None

    def _custom(self, card: _Card) -> Iterator[Cell]:
        given = {item.id_custom_field: item for item in card.custom_field_items}
        for field in self._fields:
            yield self._value(given.get(field.id))

    def _value(self, item: _CustomItem | None) -> Cell:
        if item is None:
            return None
        option = self._options.get(item.id_value or "")
        value = item.value if option is None else option.value
        text = next(iter(value.values()), None) if value else None
        return None if text is None else str(text)


def _proposal(field: _CustomField) -> Proposal | None:
    """The type that a custom field had; numbers are best told by their cells."""
    if field.type == "list":
        texts = (str(next(iter(option.value.values()), "")).strip() for option in field.options or ())
        return Proposal("select", {"options": [{"name": name} for name in dict.fromkeys(texts) if name]})
    if field.type == "date":
        return Proposal("date", {"time": True})
    return {"checkbox": Proposal("checkbox"), "text": Proposal("text")}.get(field.type)


def _board(source: BinaryIO) -> _Board:
    source.seek(0)
    content = source.read(LARGEST_FILE + 1)
    large = content.count(b"{") > MOST_OBJECTS or content.count(b'"') > 2 * MOST_TEXTS
    if large or len(content) > LARGEST_FILE:
        raise InvalidInputError("The file is too large for the export of a board.")
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_Board)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInputError(f"The file is no export of a Trello board: {error}.") from error


def _columns(board: _Board) -> list[str]:
    return column_names([*COLUMNS, *(field.name for field in board.custom_fields)])


def _by_card(items: Iterable[Any], card_of: Any) -> Mapping[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for item in items:
        found[card_of(item)].append(item)
    return found


def _files(attachments: Sequence[_Attachment]) -> Cell:
    """Names and addresses, each file on a line of its own."""
    lines = (" ".join(filter(None, [file.name, file.url and f"({file.url})"])) for file in attachments)
    return "\n".join(lines) or None


def _listed(names: Mapping[str, str], ids: Sequence[str]) -> Cell:
    return "; ".join(name.replace(",", " ").replace(";", " ") for i in ids if (name := names.get(i))) or None


def _number(position: float | str) -> float:
    return position if isinstance(position, float) else 0.0


@hookimpl
def register_importers() -> Iterable[Importer[Any]]:
    return [TrelloImporter()]
