"""Folding many values into one: those of a row, or those of the grouped rows of a measure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kernel.dialects.base import GROUPED, is_simple
from kernel.errors import ExpressionError
from kernel.expressions.conversion import guard_real, to_real, to_text, unify, widest
from kernel.expressions.operands import LONGEST_TEXT, Context, Operand, named, single
from kernel.values import INTEGER, TEXT, Kind, RowSource, Value, ValueType

Write = Callable[[str], str]
"""From the SQL of one value to the SQL of an aggregate over it."""

_CONSTANT: Final = re.compile(r"[?$]\d+(?:::[\w ]+)?|'(?:[^']|'')*'")


@dataclass(frozen=True)
class Rows:
    """A derived table as the source of a many-valued operand; `unique` has each value once."""

    source: str
    unique: bool

    def clause(self) -> str:
        return f"FROM {self.source} WHERE TRUE"

    def order(self) -> str:
        return "smalt_r.n"


# Where the values come from
def fold(context: Context, operands: Sequence[Operand], write: Write) -> str:
    """The aggregate of the operands' values, all of one type."""
    if context.measure:
        return GROUPED + write(context.sql(operands[0]))
    first = operands[0]
    if len(operands) == 1 and first.rows is not None and is_simple(first.sql):
        return f"(SELECT {write(first.sql)} {first.rows.clause()})"
    return f"(SELECT {write('smalt_v.v')} FROM ({_union(context, operands)}) AS smalt_v)"


def fold_units(context: Context, operands: Sequence[Operand], write: Write) -> str:
    """Like `fold`, over the currencies of the amounts that are there."""
    units = [replace(o, type=TEXT, sql=_unit(context, o), is_constant=False) for o in operands]
    return fold(context, units, write)


def _unit(context: Context, operand: Operand) -> str:
    unit = operand.unit or context.dialect.null(TEXT)
    return unit if operand.paired else f"CASE WHEN {context.sql(operand)} IS NOT NULL THEN {unit} END"


def _union(context: Context, operands: Sequence[Operand], units: bool = False) -> str:
    parts = " UNION ALL ".join(_part(context, operand, units) for operand in operands)
    return f"{parts} {context.dialect.statements.fence}"


def _part(context: Context, operand: Operand, units: bool) -> str:
    columns = f"{context.sql(operand)} AS v"
    if units:
        columns += f", {_unit(context, operand)} AS u"
    return f"SELECT {columns} {operand.rows.clause() if operand.rows else ''}"


def numbered(context: Context, operand: Operand, **columns: str) -> str:
    """The rows of a many-valued operand with their order as `n`, as a derived table."""
    assert operand.rows is not None
    order = operand.rows.order()
    over = f"ORDER BY {order}" if order else ""
    listed = "".join(f", {sql} AS {name}" for name, sql in columns.items())
    clause = operand.rows.clause()
    return f"(SELECT {operand.sql} AS v, row_number() OVER ({over}) AS n{listed} {clause}) AS smalt_r"


# What is folded
def numbers(context: Context, name: str, operands: Sequence[Operand]) -> list[Operand]:
    """Numbers or amounts of one type."""
    present = [o for o in operands if not o.blank]
    for operand in present:
        if not operand.kind.numeric:
            raise ExpressionError(f"{name} needs numbers, but this is {named(operand)}.", operand.position)
    return unify(context, present, name)


def check(context: Context, name: str, operands: Sequence[Operand]) -> None:
    """A measure folds one value of each record."""
    if context.measure and len(operands) > 1:
        raise ExpressionError(f"{name} takes one value here: it folds the records.", operands[1].position)
    if context.measure and operands[0].many:
        raise ExpressionError(
            f"Here is already more than one value for each record; {name} cannot fold both.",
            operands[0].position,
        )


def folded_number(
    context: Context, name: str, operands: Sequence[Operand], type_: ValueType, write: Write
) -> Operand:
    """An aggregate of numbers; of amounts it is empty unless they share a currency."""
    low, high = widest(operands)
    result = Operand(type_, operands[0].position, fold(context, operands, write), low=low, high=high + 12)
    if type_.kind is not Kind.MONEY:
        return result
    units = {o.unit or "NULL" for o in operands}
    if len(units) == 1 and _CONSTANT.fullmatch(next(iter(units))):
        return replace(result, unit=next(iter(units)))
    return replace(
        result,
        sql=_fold_alike(context, operands, write),
        unit=fold_units(context, operands, lambda u: f"min({u})"),
        conflict=fold_units(context, operands, lambda u: f"min({u}) <> max({u})"),
        paired=True,
    )


def _fold_alike(context: Context, operands: Sequence[Operand], write: Write) -> str:
    if context.measure:
        value, unit = context.sql(operands[0]), _unit(context, operands[0])
        return GROUPED + _if_alike(unit, write(value))
    union = _union(context, operands, units=True)
    return f"(SELECT {_if_alike('smalt_v.u', write('smalt_v.v'))} FROM ({union}) AS smalt_v)"


def _if_alike(unit: str, aggregate: str) -> str:
    return f"CASE WHEN coalesce(min({unit}) = max({unit}), TRUE) THEN {aggregate} END"


# The aggregates
def total(context: Context, name: str, operands: Sequence[Operand]) -> Operand:
    check(context, name, operands)
    alike = numbers(context, name, operands)
    if not alike:
        return operands[0]
    type_ = _type(alike)
    if type_.scale is None:
        alike = [guard_real(context, to_real(context, o)) for o in alike]
    return folded_number(context, name, alike, type_, lambda v: context.dialect.sum(v, type_.scale))


def average(context: Context, name: str, operands: Sequence[Operand]) -> Operand:
    check(context, name, operands)
    alike = numbers(context, name, operands)
    if not alike:
        return operands[0]
    type_ = _type(alike)
    dialect, scale = context.dialect, type_.scale
    if scale is None:
        alike = [guard_real(context, to_real(context, o)) for o in alike]

    def write(value: str) -> str:
        summed = dialect.sum(value, scale)
        exact = summed if scale is None else dialect.to_real(summed, scale)
        return f"({exact} / nullif(count({value}), 0))"

    return folded_number(context, name, alike, ValueType(type_.kind), write)


def median(context: Context, name: str, operands: Sequence[Operand]) -> Operand:
    check(context, name, operands)
    alike = [guard_real(context, to_real(context, o)) for o in numbers(context, name, operands)]
    if not alike:
        return operands[0]
    return folded_number(context, name, alike, _type(alike), context.dialect.median)


def extreme(function: str, context: Context, name: str, operands: Sequence[Operand]) -> Operand:
    """MIN, MAX: of numbers, amounts, dates or moments."""
    check(context, name, operands)
    present = [o for o in operands if not o.blank]
    if not present:
        return operands[0]
    if present[0].kind.numeric:
        alike = numbers(context, name, present)
        type_ = _type(alike)
        return folded_number(context, name, alike, type_, lambda v: f"{function}({v})")
    for operand in present:
        if not operand.kind.temporal:
            needed = f"{name} needs numbers or dates"
            raise ExpressionError(f"{needed}, but this is {named(operand)}.", operand.position)
    alike = unify(context, present, name)
    return Operand(alike[0].type.one(), 0, fold(context, alike, lambda v: f"{function}({v})"))


def count(context: Context, name: str, operands: Sequence[Operand]) -> Operand:
    """How many are not empty; of conditions, how many hold. Without values: the records."""
    if not operands:
        if not context.measure:
            raise ExpressionError(f"{name} needs at least one value here.", 0)
        return _whole(context, f"{GROUPED}count(*)")
    check(context, name, operands)
    alike = [_countable(context, o) for o in operands]
    return _whole(context, fold(context, alike, lambda v: f"count({v})"))


def count_all(context: Context, name: str, operands: Sequence[Operand]) -> Operand:
    """How many values there are, whatever they are."""
    check(context, name, operands)
    ones = [replace(o, type=INTEGER, sql="1", unit=None, is_constant=False, constant=None) for o in operands]
    return _whole(context, fold(context, ones, lambda v: f"count({v})"))


def _countable(context: Context, operand: Operand) -> Operand:
    """Anything, as text-free SQL of one type that is NULL when it does not count."""
    if operand.blank:
        return Operand(INTEGER, operand.position, context.dialect.null(INTEGER))
    sql = context.sql(operand)
    test = sql if operand.kind is Kind.BOOLEAN else f"{sql} IS NOT NULL"
    plain = replace(operand, is_constant=False, constant=None)
    return replace(plain, type=INTEGER, sql=f"CASE WHEN {test} THEN 1 END", unit=None)


def count_unique(context: Context, name: str, operands: Sequence[Operand]) -> Operand:
    """How many different values; text without regard to case."""
    check(context, name, operands)
    present = [o for o in operands if not o.blank]
    alike = unify(context, present, name)
    if not alike:
        return _whole(context, "0")
    keys = [replace(o, sql=_key(context, o), is_constant=False, constant=None) for o in alike]
    return _whole(context, fold(context, keys, lambda v: f"count(DISTINCT {v})"))


def _key(context: Context, operand: Operand) -> str:
    sql = context.sql(operand)
    return context.dialect.fold(sql) if operand.kind is Kind.TEXT else sql


def _whole(context: Context, sql: str) -> Operand:
    return Operand(INTEGER, 0, context.dialect.cast(sql, INTEGER), low=0, high=12)


def _type(operands: Sequence[Operand]) -> ValueType:
    money = next((o.type for o in operands if o.kind is Kind.MONEY), None)
    return (money or operands[0].type).one()


# Lists
def join_list(context: Context, operand: Operand, separator: str) -> Operand:
    """The texts of the values, in their order, with a separator between them."""
    text = to_text(context, operand)
    if operand.rows is None:
        return text
    clause, order = operand.rows.clause(), operand.rows.order()
    joined = context.dialect.join_rows(context.sql(text), separator, clause, order)
    return Operand(TEXT, operand.position, f"nullif({joined}, '')", high=LONGEST_TEXT)


def pick(context: Context, operand: Operand, last: bool) -> Operand:
    """The first or last value that is not empty."""
    if operand.rows is None:
        return operand

    def picked(sql: str | None) -> str | None:
        if sql is None:
            return None
        source = numbered(context, operand, p=sql)
        order = f"smalt_r.n{' DESC' if last else ''}"
        return f"(SELECT smalt_r.p FROM {source} WHERE smalt_r.v IS NOT NULL ORDER BY {order} LIMIT 1)"

    one = single(operand)
    label = operand.label
    return replace(
        one, sql=picked(operand.sql) or "", unit=picked(operand.unit), label=picked(label),
        json=None, conflict=None, aliases=(),
    )  # fmt: skip


def distinct(context: Context, operand: Operand) -> Operand:
    """Each value once, where it first stands; empty ones left out."""
    if operand.rows is None or _is_list(operand, unique=True):
        return operand
    element = Value(operand.type.one(), operand.sql, label=operand.label)
    key = context.dialect.fold(operand.sql) if operand.kind is Kind.TEXT else operand.sql
    inner = numbered(context, operand, k=key, l=element.label or "NULL", u=operand.unit or "NULL")
    ranked = "row_number() OVER (PARTITION BY smalt_r.k, smalt_r.u ORDER BY smalt_r.n) AS d"
    source = (
        f"(SELECT smalt_r.v, smalt_r.n, smalt_r.l, smalt_r.u, {ranked} FROM {inner}"
        " WHERE smalt_r.v IS NOT NULL) AS smalt_r"
    )
    return _listed(operand, Rows(f"(SELECT * FROM {source} WHERE smalt_r.d = 1) AS smalt_r", True))


def compact(context: Context, operand: Operand) -> Operand:
    """The values that are not empty."""
    if operand.rows is None or _is_list(operand, unique=False):
        return operand
    inner = numbered(context, operand, l=operand.label or "NULL", u=operand.unit or "NULL")
    return _listed(operand, Rows(f"(SELECT * FROM {inner} WHERE smalt_r.v IS NOT NULL) AS smalt_r", False))


def section(context: Context, operand: Operand, first: str, last: str | None) -> Operand:
    """The values from one place to another, counted from 1, empty ones too."""
    if operand.rows is None or _is_list(operand, unique=False):
        return operand
    inner = numbered(context, operand, l=operand.label or "NULL", u=operand.unit or "NULL")
    end = "" if last is None else f" AND smalt_r.n <= {last}"
    source = f"(SELECT * FROM {inner} WHERE smalt_r.n >= {first}{end}) AS smalt_r"
    return _listed(operand, Rows(source, False))


def _is_list(operand: Operand, unique: bool) -> bool:
    """Whether a list is already what is asked for. Lists made from made lists grow too deep."""
    if not isinstance(operand.rows, Rows):
        return False
    if operand.sql == "smalt_r.v" and (operand.rows.unique or not unique):
        return True
    raise ExpressionError("The values come from ARRAYUNIQUE or ARRAYCOMPACT already.", operand.position)


def _listed(operand: Operand, rows: RowSource) -> Operand:
    return replace(
        operand, sql="smalt_r.v", rows=rows, json=None, aliases=(), conflict=None,
        label="smalt_r.l" if operand.label else None, unit="smalt_r.u" if operand.unit else None,
    )  # fmt: skip
