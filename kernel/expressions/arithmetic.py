"""`+ - * / %` and unary minus over numbers, amounts of money and dates."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from kernel.errors import ExpressionError
from kernel.expressions.conversion import SAFE_DIGITS, guard_real, to_number, to_real, to_scale
from kernel.expressions.operands import Context, Operand, derived
from kernel.values import MAXIMUM_SCALE, REAL, Kind, ValueType

_WIDEST_REAL = 300


def negate(context: Context, operand: Operand, position: int) -> Operand:
    number = to_number(operand, "'-'")
    if number.blank:
        return number
    sql = f"(-{context.sql(number)})"
    return _number(number.type, sql, number, position=position, low=number.low, high=number.high)


def add(context: Context, operator: str, left: Operand, right: Operand, position: int) -> Operand:
    """`+` and `-`. Amounts of different currencies give empty, and a conflict."""
    a, b = (to_number(side, f"'{operator}'") for side in (left, right))
    if a.blank or b.blank:
        return _empty(context, a, b, position)
    real = a.type.scale is None or b.type.scale is None
    if real:
        a, b = _reals(context, a, b, lambda a, b: (min(a.low, b.low) - 17, max(a.high, b.high) + 1))
    else:
        scale = max(a.type.scale or 0, b.type.scale or 0)
        a, b = to_scale(context, a, scale), to_scale(context, b, scale)
    inner = f"{_open(context, a, additive=True)} {operator} {context.sql(b)}"
    low = min(a.low, b.low) - (17 if real else 0)
    type_ = ValueType(_sum_kind(a, b), scale=a.type.scale)
    result = _guarded(context, type_, inner, a, b, position, low, _sum_of(a.high, b.high))
    return same_unit(result, a, b)


def multiply(context: Context, left: Operand, right: Operand, position: int) -> Operand:
    a, b = (to_number(side, "'*'") for side in (left, right))
    if a.blank or b.blank:
        return _empty(context, a, b, position)
    if a.kind is b.kind is Kind.MONEY:
        raise ExpressionError("Two amounts of money cannot be multiplied.", position)
    scales = (a.type.scale, b.type.scale)
    scale = None if None in scales else (scales[0] or 0) + (scales[1] or 0)
    if scale is None or scale > MAXIMUM_SCALE:
        a, b = _reals(context, a, b, lambda a, b: (a.low + b.low, a.high + b.high))
        scale = None
    kind = Kind.MONEY if Kind.MONEY in (a.kind, b.kind) else Kind.NUMBER
    sql = f"{_open(context, a, additive=False)} * {context.sql(b)}"
    result = _guarded(
        context, ValueType(kind, scale=scale), sql, a, b, position, a.low + b.low, a.high + b.high, False
    )
    return replace(result, unit=a.unit or b.unit, conflict=_conflict(a, b))


def divide(context: Context, left: Operand, right: Operand, position: int) -> Operand:
    """Always in double precision. Money by money is a plain number."""
    a, b = (to_number(side, "'/'") for side in (left, right))
    if a.blank or b.blank:
        return _empty(context, a, b, position)
    if b.kind is Kind.MONEY and a.kind is not Kind.MONEY:
        raise ExpressionError("A number cannot be divided by an amount of money.", position)
    money = a.kind is Kind.MONEY and b.kind is not Kind.MONEY
    x, y = _reals(context, a, b, lambda a, b: (a.low - b.high, a.high - b.low))
    divisor = context.sql(y) if y.constant else f"nullif({context.sql(y)}, 0)"
    sql = f"{_open(context, x, additive=False)} / {divisor}"
    type_ = ValueType(Kind.MONEY) if money else REAL
    result = _guarded(context, type_, sql, x, y, position, x.low - y.high, x.high - y.low, False)
    if money:
        return replace(result, unit=a.unit, conflict=_conflict(a, b))
    return replace(same_unit(result, a, b), unit=None)


def modulo(context: Context, left: Operand, right: Operand, position: int, name: str = "'%'") -> Operand:
    """The remainder, with the sign of the divisor."""
    a, b = (to_number(side, name) for side in (left, right))
    if a.blank or b.blank:
        return _empty(context, a, b, position)
    if a.type.scale is None or b.type.scale is None:
        a, b = (guard_real(context, to_real(context, o)) for o in (a, b))
        return _real_modulo(context, a, b, position)
    scale = max(a.type.scale, b.type.scale)
    a, b = to_scale(context, a, scale), to_scale(context, b, scale)
    rest = "({a} % nullif({b}, 0))"
    turned = f"CASE WHEN {rest} <> 0 AND ({rest} < 0) <> ({{b}} < 0) THEN {{b}} ELSE 0 END"
    pieces = {"a": context.sql(a), "b": context.sql(b)}
    sql = context.dialect.once(pieces, lambda v: f"({rest} + {turned})".format(**v))
    type_ = ValueType(_sum_kind(a, b), scale=scale)
    result = _number(type_, sql, a, b, position=position, low=-scale, high=min(a.high, b.high) + 1)
    return same_unit(result, a, b)


def _real_modulo(context: Context, a: Operand, b: Operand, position: int) -> Operand:
    pieces = {"a": context.sql(a), "b": context.sql(b)}
    write = "({a} - {b} * smalt_floor({a} / nullif({b}, 0)))"
    sql = context.dialect.real(context.dialect.once(pieces, lambda v: write.format(**v)))
    result = _number(ValueType(_sum_kind(a, b)), sql, a, b, position=position, low=-100, high=100)
    return same_unit(result, a, b)


def same_unit(result: Operand, a: Operand, b: Operand) -> Operand:
    """Two amounts combine when their currencies are equal; else the result is empty."""
    if a.kind is not Kind.MONEY or b.kind is not Kind.MONEY or a.unit == b.unit:
        return replace(result, unit=a.unit or b.unit, conflict=_conflict(a, b))
    same, differ = f"{a.unit or 'NULL'} = {b.unit or 'NULL'}", f"{a.unit or 'NULL'} <> {b.unit or 'NULL'}"
    conflict = " OR ".join(c for c in (a.conflict, b.conflict, differ) if c)
    sql = f"CASE WHEN {same} THEN {result.sql} END"
    return replace(result, sql=sql, unit=a.unit, conflict=conflict)


def _conflict(a: Operand, b: Operand) -> str | None:
    conflicts = dict.fromkeys(c for c in (a.conflict, b.conflict) if c)
    return " OR ".join(conflicts) or None


def _sum_of(high: float, other: float) -> float:
    """The decimal exponent of the sum of two numbers with these."""
    larger, smaller = max(high, other), min(high, other)
    return larger + math.log10(1 + 10 ** (smaller - larger))


def _sum_kind(a: Operand, b: Operand) -> Kind:
    return Kind.MONEY if Kind.MONEY in (a.kind, b.kind) else Kind.NUMBER


def _empty(context: Context, a: Operand, b: Operand, position: int) -> Operand:
    """The result of arithmetic with BLANK(): empty, of the other side's type."""
    other = b if a.blank else a
    return replace(
        other, sql=context.dialect.null(other.type), is_constant=False, constant=None, position=position
    )


Bounds = Callable[[Operand, Operand], tuple[float, float]]


def _reals(context: Context, a: Operand, b: Operand, bounds: Bounds) -> tuple[Operand, Operand]:
    """Both in double precision, guarded where the result could leave what the engines hold."""
    x, y = to_real(context, a), to_real(context, b)
    low, high = bounds(x, y)
    if low < -_WIDEST_REAL or high > _WIDEST_REAL:
        x, y = guard_real(context, x), guard_real(context, y)
    return x, y


def _open(context: Context, operand: Operand, additive: bool) -> str:
    """The left side of a chain: what binds alike from left to right needs no parentheses."""
    chain = operand.chain
    return chain if chain and operand.additive == additive else context.sql(operand)


def _guarded(
    context: Context,
    type_: ValueType,
    inner: str,
    a: Operand,
    b: Operand,
    position: int,
    low: float,
    high: float,
    additive: bool = True,
) -> Operand:
    """Guard an exact result only where its bounds let it leave 64 bits."""
    if type_.scale is not None and high + type_.scale > SAFE_DIGITS:
        sql = context.dialect.exact(f"({inner})", type_.scale)
        return _number(type_, sql, a, b, position=position, low=low, high=18.97 - type_.scale)
    result = _number(type_, f"({inner})", a, b, position=position, low=low, high=high)
    return replace(result, inner=inner, additive=additive)


def _number(type_: ValueType, sql: str, *origins: Operand, position: int, low: float, high: float) -> Operand:
    result = derived(type_, sql, *origins, position=position, low=low, high=high)
    return replace(result, unit=origins[0].unit)
