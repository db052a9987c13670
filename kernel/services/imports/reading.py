"""How the text of a file is meant: the order of dates, and what parts whole numbers from decimals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice

from kernel.importers import BadRow, Row
from kernel.services.imports.model import DateOrder, Reading

SCANNED = 200_000
"""Rows that are looked at for a date or number that only one way of reading fits."""

LONGEST = 100
"""Characters of a date or number."""

_DATE = re.compile(r"\s*(\d{1,4})([-/. ])\s?(\d{1,2})\2\s?(\d{1,4})\.?(?:[ T,].*)?", re.DOTALL).fullmatch
_COMMA = re.compile(r"[^\d,.]*\d{1,3}(?:[.\s'’\u202f\xa0]?\d{3})*,(?:\d{1,2}|\d{4,})[^\d,.]*").fullmatch
_POINT = re.compile(r"[^\d,.]*\d{1,3}(?:[,\s'’\u202f\xa0]?\d{3})*\.(?:\d{1,2}|\d{4,})[^\d,.]*").fullmatch
_WHOLE = re.compile(r"[^\d,.]*\d{1,3}(?:[.,\s'’\u202f\xa0]?\d{3})*[^\d,.]*").fullmatch


class Votes:
    """What the cells say: each date that only one order fits votes for it, decimals likewise."""

    def __init__(self) -> None:
        self.orders: dict[DateOrder, int] = {"dmy": 0, "mdy": 0, "ymd": 0}
        self.dates = 0
        self.slashes = 0
        self.commas = 0
        self.points = 0

    def date(self, cell: str) -> None:
        found = _DATE(cell)
        if found is None:
            return
        first, sign, second, third = found.groups()
        if len(first) > 2:
            self.orders["ymd"] += sign != "-"  # with hyphens it is ISO 8601, whatever the order
            return
        if len(third) == 3 or max(int(first), int(second)) > 31:
            return
        self.dates += 1
        self.slashes += sign == "/"
        if int(first) > 12 >= int(second):
            self.orders["dmy"] += 1
        elif int(second) > 12 >= int(first):
            self.orders["mdy"] += 1

    def number(self, cell: str) -> None:
        if _COMMA(cell):
            self.commas += 1
        elif _POINT(cell):
            self.points += 1

    def reading(self) -> Reading:
        comma = self.commas > self.points
        certain = {order: votes for order, votes in self.orders.items() if votes}
        if certain:
            order = max(certain, key=lambda name: certain[name])
            doubtful = len(certain) > 1
            return Reading(order, comma, ambiguous=doubtful)
        if not self.dates:
            return Reading(None, comma)
        # nothing tells: dots and hyphens are European habits, slashes mostly American ones
        return Reading("mdy" if self.slashes * 2 > self.dates else "dmy", comma, ambiguous=True)


def find_reading(rows: Iterable[Row]) -> Reading:
    """Look through the rows for what settles how dates and numbers are written."""
    votes = Votes()
    head: list[Sequence[object]] = []
    stream = iter(row for row in rows if not isinstance(row, BadRow))
    head.extend(_short(row) for row in islice(stream, 200))
    dates, numbers = _columns(head, _DATE), _columns(head, _number)
    for row in chain(head, islice(stream, SCANNED if dates else 0)):
        for index in dates:
            if index < len(row) and isinstance(cell := row[index], str):
                votes.date(cell)
    for row in head:
        for index in numbers:
            if index < len(row) and isinstance(cell := row[index], str):
                votes.number(cell.strip())
    return votes.reading()


def _short(row: Sequence[object]) -> Sequence[object]:
    """A row without its long texts, which are neither dates nor numbers."""
    return [None if isinstance(cell, str) and len(cell) > LONGEST else cell for cell in row]


def _number(cell: str) -> object:
    """Whole numbers tell nothing, but a column of them may hold a few that do."""
    return _COMMA(cell) or _POINT(cell) or _WHOLE(cell)


def _columns(rows: Sequence[Sequence[object]], fits: Callable[[str], object]) -> list[int]:
    """The columns most of whose cells fit."""
    found = []
    for index in range(max(map(len, rows), default=0)):
        cells = [c for row in rows if index < len(row) and isinstance(c := row[index], str) and c.strip()]
        fitting = sum(1 for cell in cells if fits(cell.strip()))
        if cells and fitting * 2 > len(cells):
            found.append(index)
    return found
