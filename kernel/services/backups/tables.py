"""Which tables of the kernel a backup holds, and how their values cross from engine to engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from piccolo.columns import Boolean
from piccolo.table import Table

from kernel.storage.tables import TABLES

LEFT_OUT: Final[Mapping[str, str]] = {
    "smalt_state": "counters of a running installation; the restored one goes on with its own",
    "smalt_session": "who restores signs in again",
    "smalt_idempotency": "answers are remembered for a day, by the server that gave them",
    "smalt_search": "made anew from the records",
    "smalt_search_state": "made anew from the records",
    "smalt_unsearched": "made anew from the records",
}
"""Tables that no backup holds, each with the reason."""

_NEWEST: Final = (
    "SELECT 0 AS place UNION ALL SELECT max(seq) FROM smalt_outbox "
    "UNION ALL SELECT max(position) FROM smalt_consumer"
)
EXPRESSIONS: Final[Mapping[tuple[str, str], str]] = {
    ("smalt_outbox", "seq"): (
        f"CASE WHEN seq > 0 THEN seq ELSE (SELECT max(place) FROM ({_NEWEST}) known) "
        "+ row_number() OVER (PARTITION BY seq > 0 ORDER BY seq DESC) END"
    )
}
"""What is written in place of a column: events that have no place in the feed yet get the next ones."""


def kept() -> list[type[Table]]:
    """The tables of a backup."""
    return [table for table in TABLES if table._meta.tablename not in LEFT_OUT]


def name_of(table: type[Table]) -> str:
    return table._meta.tablename


def selection(table: type[Table]) -> str:
    """What to select for the columns of a table."""
    name = name_of(table)
    return ", ".join(EXPRESSIONS.get((name, column), f'"{column}"') for column in columns_of(table))


def columns_of(table: type[Table]) -> list[str]:
    return [column._meta.db_column_name for column in table._meta.columns]


def truths(table: type[Table]) -> set[str]:
    """The columns that are true or false, which SQLite holds as 1 and 0."""
    return {c._meta.db_column_name for c in table._meta.columns if isinstance(c, Boolean)}


def plain_rows(table: type[Table]) -> Callable[[Sequence[Sequence[Any]]], list[Sequence[Any]]]:
    """From the rows as an engine gives them to rows of JSON values."""
    wanted = truths(table)
    places = [place for place, name in enumerate(columns_of(table)) if name in wanted]
    if not places:
        return list

    def plain(rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
        return [_with_truths(row, places) for row in rows]

    return plain


def _with_truths(row: Sequence[Any], places: Sequence[int]) -> list[Any]:
    found = list(row)
    for place in places:
        if found[place] is not None:
            found[place] = bool(found[place])
    return found
