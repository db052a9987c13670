"""Typed pieces on their way to SQL, and the place where an expression is compiled."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from kernel.dialects.base import Dialect, Parameters, is_simple
from kernel.errors import ExpressionError
from kernel.expressions.resolver import Resolver
from kernel.values import BLANK, BOOLEAN, DATE, DATETIME, REAL, TEXT, Kind, RowSource, Value, ValueType

_TEXT: Final = re.compile(r"'(?:[^']|'')*'")
Constant = str | Decimal | float | bool | date | datetime | None

WIDEST: Final = 308.0
"""The decimal exponent up to which a number in double precision may reach."""

_EXACT_DIGITS: Final = 18.97
_STORED_DIGITS: Final = 17.0
_STORED_WHOLE: Final = 15.0
_STORED_TEXT: Final = 5.0

LONGEST_TEXT: Final = 6.0
"""The decimal exponent of the characters that a text may have: a million."""

_SHORT: Final = 40
_SHORT_TEXT: Final = 2.6


@dataclass(frozen=True, slots=True)
class Operand:
    """What a node of the syntax tree becomes.

    A constant keeps its Python value and becomes a parameter when its SQL is asked for.
    `low` and `high` bound the decimal exponent of a number other than zero, or the
    characters of a text. `loose` marks a
    condition whose NULL counts as false, `paired` money whose unit is NULL where it is empty;
    `inner` is the SQL of a sum (`additive`) or product without its parentheses. `zone` and `language`
    say how a time is to be written, where it is not in the usual ones.
    """

    type: ValueType
    position: int
    sql: str = ""
    constant: Constant = None
    is_constant: bool = False
    unit: str | None = None
    label: str | None = None
    conflict: str | None = None
    aliases: tuple[str, ...] = ()
    json: str | None = None
    rows: RowSource | None = None
    low: float = -WIDEST
    high: float = WIDEST
    loose: bool = False
    paired: bool = False
    inner: str = ""
    additive: bool = True
    zone: str = ""
    language: str = ""

    @property
    def kind(self) -> Kind:
        return self.type.kind

    @property
    def many(self) -> bool:
        return self.rows is not None

    @property
    def chain(self) -> str:
        """The SQL of a sum or product, to which a term or factor may be added on the right."""
        return self.inner if self.sql == f"({self.inner})" else ""

    @property
    def blank(self) -> bool:
        return self.kind is Kind.BLANK


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """Equal only for the very same object."""

    thing: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


@dataclass(frozen=True, slots=True)
class Context:
    """Where an expression is compiled. `measure`: fields stand only inside aggregates; `written`: what is
    compiled becomes text at once, so that it may say in which time zone and language."""

    resolver: Resolver
    measure: bool = False
    written: bool = False

    @property
    def dialect(self) -> Dialect:
        return self.resolver.dialect

    @property
    def parameters(self) -> Parameters:
        return self.resolver.parameters

    @property
    def zone(self) -> str:
        return self.resolver.time_zone

    def shallow(self, operand: Operand) -> Operand:
        """The operand in SQL that the engine's parser can take, whatever is built on it."""
        row: Hashable = getattr(self.resolver, "row", Same(self.resolver))
        here = row if operand.rows is None else Same(operand.rows)

        def cut(sql: str | None, condition: bool = False) -> str | None:
            if sql is None or len(sql) < _SHORT:
                return sql
            return self.dialect.shallow(sql, self.parameters, here, (row, here), condition)

        sql = cut(operand.sql, operand.kind is Kind.BOOLEAN) or ""
        label, unit, conflict = (cut(part) for part in (operand.label, operand.unit, operand.conflict))
        if (sql, label, unit, conflict) == (operand.sql, operand.label, operand.unit, operand.conflict):
            return operand
        return replace(operand, sql=sql, label=label, unit=unit, conflict=conflict)

    def today(self) -> date:
        return self.resolver.now.astimezone(ZoneInfo(self.zone)).date()

    def sql(self, operand: Operand) -> str:
        """The SQL of the element; binds a constant."""
        if not operand.is_constant or operand.blank:
            return operand.sql
        return self.parameters.add(operand.constant, operand.type)


def constant(value: Constant, position: int) -> Operand:
    """An operand of a known value. An empty text is empty."""
    if value is None or value == "":
        return Operand(BLANK, position, "NULL", is_constant=True)
    type_ = type_of(value)
    low, high = bounds(type_)
    if isinstance(value, Decimal | float) and value:
        low = high = float(Decimal(value).adjusted())
        high += 1
    if isinstance(value, str):
        high = math.log10(len(value))
    return Operand(type_, position, constant=value, is_constant=True, low=low, high=high)


def type_of(value: Constant) -> ValueType:
    match value:
        case bool():
            return BOOLEAN
        case Decimal():
            return ValueType(Kind.NUMBER, scale=max(0, -int(value.as_tuple().exponent)))
        case float():
            return REAL
        case datetime():
            return DATETIME
        case date():
            return DATE
    return TEXT


def bounds(type_: ValueType) -> tuple[float, float]:
    """The decimal exponents that numbers of a type may have."""
    if type_.kind.numeric and type_.scale is not None:
        return -float(type_.scale), _EXACT_DIGITS - type_.scale
    return -WIDEST, WIDEST


def from_value(context: Context, value: Value, position: int) -> Operand:
    """What the resolver gave. Stored numbers are smaller than what exact numbers may become."""
    low, high = context.parameters.bounds.get(value.sql) or _stored_bounds(value)
    return Operand(
        value.type, position, value.sql,
        unit=value.unit, label=value.label, conflict=value.conflict, aliases=value.aliases,
        json=value.json, rows=value.rows, low=low, high=high, paired=True,
    )  # fmt: skip


def _stored_bounds(value: Value) -> tuple[float, float]:
    low, high = bounds(value.type)
    if value.type.scale is not None and is_simple(value.sql):
        return low, min(_STORED_WHOLE, _STORED_DIGITS - value.type.scale)
    if value.type.kind is Kind.TEXT:
        return low, _STORED_TEXT if is_simple(value.sql) else LONGEST_TEXT
    return low, high


def derived(
    type_: ValueType,
    sql: str,
    *origins: Operand,
    position: int | None = None,
    unit: str | None = None,
    low: float | None = None,
    high: float | None = None,
    loose: bool = False,
    conflict: str | None = None,
) -> Operand:
    """An operand computed, row by row, from others."""
    rows = common_rows(origins)
    lowest, highest = bounds(type_)
    if type_.kind is Kind.TEXT:
        highest = max((o.high for o in origins if o.kind is Kind.TEXT), default=_SHORT_TEXT)
    place = position if position is not None else origins[0].position if origins else 0
    return Operand(
        replace(type_, many=rows is not None), place, sql,
        unit=unit, rows=rows, loose=loose, conflict=conflict,
        low=lowest if low is None else low, high=highest if high is None else high,
    )  # fmt: skip


def written_out(sql: str) -> bool:
    """Whether SQL is a text and nothing else."""
    return _TEXT.fullmatch(sql) is not None


def common_rows(operands: Sequence[Operand]) -> RowSource | None:
    """The rows that operands range over together. Two different ones can't be combined."""
    rows: RowSource | None = None
    for operand in operands:
        if operand.rows is None:
            continue
        if rows is not None and operand.rows is not rows:
            raise ExpressionError(
                "Both sides hold many values. Fold one first, with SUM, ARRAYJOIN, FIRST or the like.",
                operand.position,
            )
        rows = operand.rows
    return rows


def single(operand: Operand) -> Operand:
    """The element of a many-valued operand, to be written inside a query over its rows."""
    return replace(operand, rows=None, type=operand.type.one())


KIND_NAMES: Final = {
    Kind.TEXT: "text",
    Kind.NUMBER: "a number",
    Kind.MONEY: "an amount of money",
    Kind.BOOLEAN: "a yes/no value",
    Kind.DATE: "a date",
    Kind.DATETIME: "a date with time",
    Kind.CHOICE: "an option",
    Kind.PERSON: "a person",
    Kind.RECORD: "a record",
    Kind.FILE: "a file",
    Kind.BLANK: "nothing",
}


def named(operand: Operand) -> str:
    """How messages speak of an operand."""
    return KIND_NAMES[operand.kind]
