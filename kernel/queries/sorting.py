"""Sort keys: what a field sorts by, and where a page goes on.

Empty values come last in both directions. The last key is always the record's id, so that
every order is total and a cursor names one place in it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from kernel.dialects.base import Dialect
from kernel.errors import BrokenSourceError, ExpressionError, Fault, InvalidInputError
from kernel.queries.compilation import Compilation, Scope
from kernel.queries.fields import canonical
from kernel.queries.frames import Narrowed, Rows
from kernel.queries.paths import value_at
from kernel.values import ID, INTEGER, TEXT, Kind, RowSource, Value, ValueType

MAXIMUM_KEYS = 8

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_NEVER_EMPTY = ("id", "title", "created_at", "updated_at", "version", "position")


@dataclass(frozen=True)
class SortKey:
    """One term of an order: SQL, its type, its direction."""

    sql: str
    type: ValueType
    descending: bool = False
    nullable: bool = True

    def term(self, sql: str) -> str:
        """An ORDER BY term over `sql`, with empty values last."""
        if not self.nullable:
            return f"{sql} DESC" if self.descending else sql
        return f"{sql} DESC NULLS LAST" if self.descending else f"{sql} NULLS LAST"


def sort_keys(scope: Scope, sort: str | None) -> list[SortKey]:
    """The keys of `-amount,title`. Raises InvalidInputError naming what is wrong."""
    names = [part.strip() for part in (sort or "").split(",") if part.strip()]
    if len(names) > MAXIMUM_KEYS:
        raise _fault(f"Sort by {MAXIMUM_KEYS} fields at the most.")
    keys = [_key(scope, name) for name in names]
    downwards = bool(keys) and keys[-1].descending
    return [*keys, SortKey(scope.column("id"), ID, downwards, nullable=False)]


def _key(scope: Scope, name: str) -> SortKey:
    descending = name.startswith("-")
    path = name[name.startswith(("-", "+")) :].strip().strip("{}").split(".")
    try:
        value = value_at(scope, path)
    except (ExpressionError, BrokenSourceError) as error:
        raise _fault(error.detail) from None
    return ordered(scope.compilation, value, descending, _never_empty(path))


def _never_empty(path: Sequence[str]) -> bool:
    return len(path) == 1 and canonical(path[0]) in _NEVER_EMPTY


def ordered(compilation: Compilation, value: Value, descending: bool, never_empty: bool = False) -> SortKey:
    """What a value sorts by: text and labels without case, choices by their place, the rest as is."""
    sql, type_ = sortable(compilation.dialect, value)
    if value.rows is not None:
        order, filled = value.rows.order(), _filled(value.rows, f"{value.sql} IS NOT NULL")
        sql = f"(SELECT {sql} {filled}{' ORDER BY ' + order if order else ''} LIMIT 1)"
        never_empty = False
    return SortKey(sql, type_, descending, nullable=not never_empty)


def _filled(rows: RowSource, there: str) -> str:
    """The clause of the rows for which a condition holds."""
    if isinstance(rows, Rows):
        return Narrowed(rows, there).clause()
    return f"{rows.clause()} AND {there}"  # a list that a function has made, a derived table


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


def after(keys: Sequence[SortKey], values: Sequence[Any], compilation: Compilation) -> str:
    """The condition for the rows behind `values`, one per key, in the order of `keys`."""
    alternatives = []
    equal: list[str] = []
    for key, value in zip(keys, values, strict=True):
        place = None if value is None else compilation.parameters.add(value, key.type)
        beyond = _beyond(key, place)
        if beyond:
            alternatives.append(" AND ".join([*equal, beyond]))
        equal.append(f"{key.sql} IS NULL" if place is None else f"{key.sql} = {place}")
    return "(" + " OR ".join(f"({a})" for a in alternatives) + ")"


def _beyond(key: SortKey, place: str | None) -> str:
    if place is None:
        return ""
    strictly = f"{key.sql} {'<' if key.descending else '>'} {place}"
    return f"({strictly} OR {key.sql} IS NULL)" if key.nullable else strictly


def encode_cursor(keys: Sequence[SortKey], row: Sequence[Any], signature: str, dialect: Dialect) -> str:
    """An opaque place behind a row, from the key columns as the engine returned them."""
    values = [_plain(dialect.decode(v, k.type)) for k, v in zip(keys, row, strict=True)]
    return base64.urlsafe_b64encode(msgspec.json.encode([signature, *values])).decode().rstrip("=")


def decode_cursor(cursor: str, keys: Sequence[SortKey], signature: str) -> list[Any]:
    """The values of a cursor made for the same order; InvalidInputError for anything else."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parts = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=list[Any])
        if parts[0] != signature or len(parts) != len(keys) + 1:
            raise ValueError
        return [_typed(v, k) for v, k in zip(parts[1:], keys, strict=True)]
    except (ValueError, IndexError, ArithmeticError, msgspec.MsgspecError, RecursionError):
        fault = Fault("/cursor", "This cursor does not belong to this query. Start again without it.")
        raise InvalidInputError("The cursor is not valid.", [fault]) from None


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _typed(value: Any, key: SortKey) -> Any:
    """A cursor's value as the Python type that its key compares with."""
    if value is None:
        if key.nullable:
            return None
        raise ValueError
    return _READERS[key.type.kind](value, key.type)


def _number(value: Any, type_: ValueType) -> Any:
    if type_.scale is None:
        return msgspec.convert(value, float)
    if type_.scale == 0:
        number = int(value)
        if abs(number) >= 2**63:
            raise ValueError
        return number
    exact = Decimal(str(value))
    if not exact.is_finite() or abs(exact) >= Decimal(10) ** 18:
        raise ValueError
    return exact


def _text(value: Any, type_: ValueType) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    return value


_READERS = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.BOOLEAN: lambda v, t: msgspec.convert(v, bool),
    Kind.DATE: lambda v, t: date.fromisoformat(v) if isinstance(v, str) else _text(v, t),
    Kind.DATETIME: lambda v, t: msgspec.convert(v, _Moment).astimezone(UTC),
    Kind.RECORD: lambda v, t: _number(v, INTEGER),
    Kind.BLANK: _text,
}


def _fault(detail: str) -> InvalidInputError:
    return InvalidInputError("The sort is not valid.", [Fault("/sort", detail)])
