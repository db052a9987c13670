"""`+ - * / %` and unary minus over numbers, amounts of money and dates."""

from __future__ import annotations

from dataclasses import replace

from kernel.errors import ExpressionError
from kernel.expressions.conversion import to_number, to_real, to_scale
from kernel.expressions.operands import Context, Operand, derived
from kernel.values import MAXIMUM_SCALE, REAL, Kind, ValueType

_SAFE_DIGITS = 18.0


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
        return _empty(a, b, position)
    real = a.type.scale is None or b.type.scale is None
    if real:
        a, b = to_real(context, a), to_real(context, b)
    else:
        scale = max(a.type.scale or 0, b.type.scale or 0)
        a, b = to_scale(context, a, scale), to_scale(context, b, scale)
    sql = f"({context.sql(a)} {operator} {context.sql(b)})"
    low = min(a.low, b.low) - (17 if real else 0)
    type_ = ValueType(_sum_kind(a, b), scale=a.type.scale)
    result = _guarded(context, type_, sql, a, b, position, low, max(a.high, b.high) + 0.31)
    return same_unit(result, a, b)


def multiply(context: Context, left: Operand, right: Operand, position: int) -> Operand:
    a, b = (to_number(side, "'*'") for side in (left, right))
    if a.blank or b.blank:
        return _empty(a, b, position)
    if a.kind is b.kind is Kind.MONEY:
        raise ExpressionError("Two amounts of money cannot be multiplied.", position)
    scales = (a.type.scale, b.type.scale)
    scale = None if None in scales else (scales[0] or 0) + (scales[1] or 0)
    if scale is None or scale > MAXIMUM_SCALE:
        a, b, scale = to_real(context, a), to_real(context, b), None
    kind = Kind.MONEY if Kind.MONEY in (a.kind, b.kind) else Kind.NUMBER
    sql = f"({context.sql(a)} * {context.sql(b)})"
    result = _guarded(
        context, ValueType(kind, scale=scale), sql, a, b, position, a.low + b.low, a.high + b.high
    )
    return replace(result, unit=a.unit or b.unit, conflict=_conflict(a, b))


def divide(context: Context, left: Operand, right: Operand, position: int) -> Operand:
    """Always in double precision. Money by money is a plain number."""
    a, b = (to_number(side, "'/'") for side in (left, right))
    if a.blank or b.blank:
        return _empty(a, b, position)
    if b.kind is Kind.MONEY and a.kind is not Kind.MONEY:
        raise ExpressionError("A number cannot be divided by an amount of money.", position)
    money = a.kind is Kind.MONEY and b.kind is not Kind.MONEY
    x, y = to_real(context, a), to_real(context, b)
    sql = f"({context.sql(x)} / nullif({context.sql(y)}, 0))"
    type_ = ValueType(Kind.MONEY) if money else REAL
    result = _guarded(context, type_, sql, x, y, position, x.low - y.high, x.high - y.low)
    if money:
        return replace(result, unit=a.unit, conflict=_conflict(a, b))
    return replace(same_unit(result, a, b), unit=None)


def modulo(context: Context, left: Operand, right: Operand, position: int, name: str = "'%'") -> Operand:
    """The remainder, with the sign of the divisor."""
    a, b = (to_number(side, name) for side in (left, right))
    if a.blank or b.blank:
        return _empty(a, b, position)
    if a.type.scale is None or b.type.scale is None:
        return _real_modulo(context, to_real(context, a), to_real(context, b), position)
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


def _sum_kind(a: Operand, b: Operand) -> Kind:
    return Kind.MONEY if Kind.MONEY in (a.kind, b.kind) else Kind.NUMBER


def _empty(a: Operand, b: Operand, position: int) -> Operand:
    """The result of arithmetic with BLANK(): empty, of the other side's type."""
    other = b if a.blank else a
    return replace(other, sql="NULL", is_constant=False, constant=None, position=position)


def _guarded(
    context: Context,
    type_: ValueType,
    sql: str,
    a: Operand,
    b: Operand,
    position: int,
    low: float,
    high: float,
) -> Operand:
    """Guard a result only where the bounds of its operands let it leave what the engines hold."""
    if type_.scale is not None and high + type_.scale > _SAFE_DIGITS:
        sql, high = context.dialect.exact(sql, type_.scale), 18.97 - type_.scale
    if type_.scale is None and (low < -100 or high > 100):
        sql, low, high = context.dialect.real(sql), max(low, -100), min(high, 100)
    return _number(type_, sql, a, b, position=position, low=low, high=high)


def _number(type_: ValueType, sql: str, *origins: Operand, position: int, low: float, high: float) -> Operand:
    result = derived(type_, sql, *origins, position=position, low=low, high=high)
    return replace(result, unit=origins[0].unit)
