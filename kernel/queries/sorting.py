"""Sort keys: what a field sorts by, and where a page goes on.

Empty values come last in both directions. The last key is always the record's id, so that
every order is total and a cursor names one place in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kernel.dialects.base import Dialect
from kernel.errors import BrokenSourceError, ExpressionError, Fault, InvalidInputError
from kernel.queries.compilation import Compilation, Scope
from kernel.queries.fields import canonical
from kernel.queries.paths import value_at
from kernel.queries.refusals import Refusals
from kernel.values import ID, INTEGER, TEXT, Kind, Value, ValueType

MAXIMUM_KEYS = 8
MAXIMUM_PLACES = 60
"""Choices up to which an order by them is read choice by choice."""

_COLUMN = re.compile(r"(\w+)\.(\w+)")
_NEVER_EMPTY = ("id", "title", "created_at", "updated_at", "version", "position")


@dataclass(frozen=True)
class SortKey:
    """One term of an order: SQL, its type, its direction.

    `source` is the alias of the row in which a key stands as a column that an index serves;
    empty for others. `places` are the choices of such a `column` in their order. `empty` is
    SQL for having no value, where something tells more than the value's being NULL.
    """

    sql: str
    type: ValueType
    descending: bool = False
    nullable: bool = True
    source: str = ""
    column: str = ""
    places: tuple[int, ...] = ()
    empty: str = ""

    def term(self, sql: str) -> str:
        """An ORDER BY term over `sql`, with empty values last."""
        if not self.nullable:
            return f"{sql} DESC" if self.descending else sql
        return f"{sql} DESC NULLS LAST" if self.descending else f"{sql} NULLS LAST"


def sort_names(sort: str | None) -> list[str]:
    """The terms of `-amount,title`."""
    return [part.strip() for part in (sort or "").split(",") if part.strip()]


def term_of(name: str) -> tuple[list[str], bool]:
    """The path of a term, and whether it goes down."""
    return name[name.startswith(("-", "+")) :].strip().strip("{}").split("."), name.startswith("-")


def sort_keys(scope: Scope, sort: str | None) -> list[SortKey]:
    """The keys of `-amount,title`. Raises InvalidInputError naming what is wrong."""
    names = sort_names(sort)
    if len(names) > MAXIMUM_KEYS:
        raise _fault(f"Sort by {MAXIMUM_KEYS} fields at the most.")
    keys, refusals = [], Refusals()
    for name in names:
        with refusals.noted():
            keys.append(_key(scope, name))
    refusals.tell("The sort is not valid.")
    downwards = bool(keys) and keys[-1].descending
    return [*keys, SortKey(scope.column("id"), ID, downwards, nullable=False, source=scope.alias)]


def _key(scope: Scope, name: str) -> SortKey:
    path, descending = term_of(name)
    try:
        value = value_at(scope, path)
    except (ExpressionError, BrokenSourceError) as error:
        raise _fault(error.detail) from None
    if _is_built_in(path, ("id",)):
        return SortKey(scope.column("id"), ID, descending, nullable=False, source=scope.alias)
    key = ordered(scope.compilation, value, descending, _is_built_in(path, _NEVER_EMPTY))
    return _with_index(scope, value, key)


def _is_built_in(path: Sequence[str], names: Sequence[str]) -> bool:
    return len(path) == 1 and canonical(path[0]) in names


def _with_index(scope: Scope, value: Value, key: SortKey) -> SortKey:
    """The key, with what the index on its column allows, if it has one."""
    kind = value.type.kind
    column = _COLUMN.fullmatch((value.label if kind in (Kind.PERSON, Kind.RECORD) else value.sql) or "")
    if column is None or value.rows is not None or value.order is not None:
        return key
    alias, name = column.groups()
    if not (_indexed(scope.compilation, name) or (name == "list_id" and kind is Kind.CHOICE)):
        return key
    if kind is not Kind.CHOICE:
        type_ = ID if name in ("position", "version") else key.type  # as their columns are
        nowhere = f"{alias}.id IS NULL" if name == "title" and key.nullable else ""
        return replace(key, source=alias, type=type_, empty=nowhere)
    if alias != scope.alias or not 0 < len(value.type.choices) <= MAXIMUM_PLACES:
        return key
    return replace(key, column=value.sql, places=tuple(choice.id for choice in value.type.choices))


def _indexed(compilation: Compilation, column: str) -> bool:
    """Whether a column of a project's table has an index in its own order, on every engine."""
    if not column.startswith("f_"):
        return column in _NEVER_EMPTY
    fields = (f for p in compilation.schema.projects.values() for f in p.live_fields if f.indexed)
    return any(column == c.name for f in fields for c in f.columns)


def ordered(compilation: Compilation, value: Value, descending: bool, never_empty: bool = False) -> SortKey:
    """What a value sorts by: text and labels without case, choices by their place, the rest as is."""
    sql, type_ = sortable(compilation.dialect, value)
    if value.rows is not None:
        order, filled = value.rows.order(), f"{value.rows.clause()} AND {value.sql} IS NOT NULL"
        sql = f"(SELECT {sql} {filled}{' ORDER BY ' + order if order else ''} LIMIT 1)"
        never_empty = False
    return SortKey(sql, type_, descending, nullable=not never_empty)


def sortable(dialect: Dialect, value: Value) -> tuple[str, ValueType]:
    """SQL and type of what a single value sorts by."""
    kind = value.type.kind
    if value.order is not None:
        return value.order, INTEGER
    if kind is Kind.BLANK:
        return "CAST(NULL AS TEXT)", TEXT  # PostgreSQL orders by no bare constant
    if kind is Kind.CHOICE:
        return dialect.sort_key(value), INTEGER
    type_ = TEXT if kind.entity else value.type.one()
    return dialect.sort_key(value), type_


def _fault(detail: str) -> InvalidInputError:
    return InvalidInputError("The sort is not valid.", [Fault("/sort", detail)])
