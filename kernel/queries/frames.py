"""The FROM clauses of one statement: which tables stand in it, joined how.

A frame is one FROM clause. To-one hops become LEFT JOINs of the frame they start from, each
once, however many values are read through it. To-many hops open a frame of their own,
correlated to the row outside, which its consumer turns into a subquery.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

JoinCondition = Callable[[str], str]


class Aliases:
    """Names for the tables of one statement."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.used = 0

    def new(self, prefix: str) -> str:
        self.used = next(self._numbers)
        return f"{prefix}{self.used}"


class Frame:
    """One FROM clause, growing while expressions are compiled against it.

    Implements `kernel.values.RowSource`. `many` is the alias of the to-many rows, empty for
    the outermost frame.
    """

    def __init__(self, aliases: Aliases, base: str, where: str = "", order: str = "", many: str = "") -> None:
        self.aliases = aliases
        self.many = many
        self._base = base
        self._where = [where] if where else []
        self._order = order
        self._joins: dict[tuple[str, str], tuple[str, str]] = {}

    @property
    def inner(self) -> Frame:
        """The frame that further joins belong to."""
        return self

    def join_one(self, table: str, key: str, condition: JoinCondition) -> str:
        """The alias of `table` joined at most once for `key`, the SQL that identifies the row."""
        known = self._joins.get((table, key))
        if known is None:
            alias = self.aliases.new("j")
            known = (alias, f"LEFT JOIN {table} {alias} ON {condition(alias)}")
            self._joins[table, key] = known
        return known[0]

    def join_rows(self, tables: str, condition: str) -> None:
        """Multiply the rows by others, keeping those that have none."""
        grouped = f"({tables})" if " JOIN " in tables else tables
        self._joins[tables, condition] = ("", f"LEFT JOIN {grouped} ON {condition}")

    def stands_for(self, alias: str, table: str) -> bool:
        """Whether `alias` is a row of `table` in this frame."""
        if self._base == f"{table} {alias}":
            return True
        return any(t == table and a == alias for (t, _), (a, _) in self._joins.items())

    def restrict(self, condition: str) -> None:
        """Keep only the rows for which `condition` holds."""
        self._where.append(condition)

    def tables(self) -> str:
        """What follows FROM."""
        return " ".join([self._base, *(text for _, text in self._joins.values())])

    def conditions(self) -> list[str]:
        return self._where

    def clause(self) -> str:
        return _clause(self.tables(), self.conditions())

    def order(self) -> str:
        return self._order


@dataclass(frozen=True)
class Flattened:
    """The rows of `inside`, for each row of `outside`: many through many, as one row source."""

    outside: Rows
    inside: Rows

    @property
    def inner(self) -> Frame:
        return self.inside.inner

    def tables(self) -> str:
        return f"{self.outside.tables()} CROSS JOIN {self.inside.tables()}"

    def conditions(self) -> list[str]:
        return [*self.outside.conditions(), *self.inside.conditions()]

    def clause(self) -> str:
        return _clause(self.tables(), self.conditions())

    def order(self) -> str:
        return ", ".join(o for o in (self.outside.order(), self.inside.order()) if o)


@dataclass(frozen=True)
class Narrowed:
    """Those rows of another source for which a condition holds; the source stays as it is."""

    rows: Rows
    condition: str

    @property
    def inner(self) -> Frame:
        return self.rows.inner

    def tables(self) -> str:
        return self.rows.tables()

    def conditions(self) -> list[str]:
        return [*self.rows.conditions(), self.condition]

    def clause(self) -> str:
        return _clause(self.tables(), self.conditions())

    def order(self) -> str:
        return self.rows.order()


Rows: TypeAlias = Frame | Flattened | Narrowed
"""Where many values come from."""


def _clause(tables: str, conditions: list[str]) -> str:
    return f"FROM {tables} WHERE {' AND '.join(conditions)}" if conditions else f"FROM {tables}"
