"""The FROM clauses of one statement: which tables stand in it, joined how.

A frame is one FROM clause. To-one hops become LEFT JOINs of the frame they start from, each
once, however many values are read through it. To-many hops open a frame of their own,
correlated to the row outside, which its consumer turns into a subquery.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple, TypeAlias

JoinCondition = Callable[[str], str]
_START = re.compile(r"\b(\w+)\.\w+")


class Aliases:
    """Names for the tables of one statement."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.used = 0

    def new(self, prefix: str) -> str:
        self.used = next(self._numbers)
        return f"{prefix}{self.used}"


class Join(NamedTuple):
    """A joined table: its name, the key that identifies the row, `table alias`, the condition,
    and the alias of the row that the join starts from."""

    name: str
    key: str
    table: str
    condition: str
    start: str


class Frame:
    """One FROM clause, growing while expressions are compiled against it.

    Implements `kernel.values.RowSource`. `many` is the alias of the to-many rows, empty for
    the outermost frame; `target` the SQL of what links point to, where they are rows of links.
    """

    def __init__(
        self,
        aliases: Aliases,
        base: str,
        where: str = "",
        order: str = "",
        many: str = "",
        target: str = "",
        apart: tuple[str, str] | None = None,
    ) -> None:
        self.aliases = aliases
        self.many = many
        self.target = target
        self._base = base
        self._where = [where] if where else []
        self._apart = apart
        self._order = order
        self._joins: dict[str, Join] = {}
        self._required: set[str] = set()

    @property
    def inner(self) -> Frame:
        """The frame that further joins belong to."""
        return self

    def join_one(self, table: str, key: str, condition: JoinCondition) -> str:
        """The alias of `table` joined at most once for `key`, the SQL that identifies the row."""
        for alias, join in self._joins.items():
            if (join.name, join.key) == (table, key):
                return alias
        alias = self.aliases.new("j")
        start = _START.search(key)
        self._joins[alias] = Join(table, key, f"{table} {alias}", condition(alias), start[1] if start else "")
        return alias

    @property
    def joins(self) -> bool:
        """Whether other tables are joined."""
        return bool(self._joins)

    def join_rows(self, tables: str, condition: str) -> None:
        """Multiply the rows by others, keeping those that have none."""
        grouped = f"({tables})" if _several(tables) else tables
        self._joins[f"{tables} {condition}"] = Join("", "", grouped, condition, "")

    def stands_for(self, alias: str, table: str) -> bool:
        """Whether `alias` is a row of `table` in this frame."""
        join = self._joins.get(alias)
        return self._base == f"{table} {alias}" or (join is not None and join.name == table)

    def restrict(self, condition: str) -> None:
        """Keep only the rows for which `condition` holds."""
        self._where.append(condition)

    def require(self, alias: str) -> None:
        """Only rows that have the joined row `alias` matter: the engine may start from there."""
        self._required.update(self._chain(alias))

    def _chain(self, alias: str) -> list[str]:
        """A joined row and those that the join to it starts from; nothing for other aliases."""
        join = self._joins.get(alias)
        return [] if join is None else [alias, *self._chain(join.start)]

    def tables(self) -> str:
        """What follows FROM."""
        return self._tables(self._required)

    def _tables(self, required: Collection[str]) -> str:
        """The joins that rows must have come before the others, across which SQLite moves no table."""
        inner = [f"JOIN {j.table} ON {j.condition}" for a, j in self._joins.items() if a in required]
        outer = [f"LEFT JOIN {j.table} ON {j.condition}" for a, j in self._joins.items() if a not in required]
        return " ".join([self._base, *inner, *outer])

    def conditions(self) -> list[str]:
        return self._where

    def stand_apart(self) -> None:
        """Be fit to be joined in parentheses with other tables: without a look at the record from there."""
        if self._apart is not None:
            self._base, self._where[0] = self._apart

    def clause(self) -> str:
        return _clause(self.tables(), self.conditions())

    def clause_of(self, condition: str, required: str = "") -> str:
        """The clause of the rows for which `condition` holds and which have the row `required`.

        Where nothing else narrows the rows, the engine is told to start from `required`: SQLite
        would not see that its index gives the order, and takes CROSS JOIN for a command.
        """
        conditions = [*self._where, condition] if condition else self._where
        chain = self._chain(required)
        if not chain or len(self._where) > 1 or self._required:
            return _clause(self._tables({*self._required, *chain}), conditions)
        joins = [self._joins[alias] for alias in chain]
        first = " CROSS JOIN ".join([*(j.table for j in joins), self._base])
        others = {a: j for a, j in self._joins.items() if a not in chain}
        outer = "".join(f" LEFT JOIN {j.table} ON {j.condition}" for j in others.values())
        return _clause(first + outer, [*(j.condition for j in joins), *conditions])

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


def outermost(rows: Rows) -> Frame:
    """The rows that belong to the record itself."""
    while not isinstance(rows, Frame):
        rows = rows.outside if isinstance(rows, Flattened) else rows.rows
    return rows


def _several(tables: str) -> bool:
    """Whether tables are joined, not only inside a subquery: around that alone SQLite minds parentheses."""
    depth = 0
    for part in re.split(r"([()]| JOIN )", tables):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if part == " JOIN " and depth == 0:
            return True
    return False


def _clause(tables: str, conditions: list[str]) -> str:
    return f"FROM {tables} WHERE {' AND '.join(conditions)}" if conditions else f"FROM {tables}"
