"""Numbers and amounts of money. What cannot be computed is empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Final

from kernel.dialects.base import Rounding
from kernel.errors import ExpressionError
from kernel.expressions import arithmetic
from kernel.expressions.catalogue import Build, define, fill, sql_function
from kernel.expressions.conversion import guard_real, to_real, to_scale
from kernel.expressions.operands import Context, Operand, derived
from kernel.values import INTEGER, MAXIMUM_SCALE, REAL, ValueType

_LEAST_PLACES: Final = -9


def places(operands: Sequence[Operand]) -> int:
    if len(operands) < 2:
        return 0
    value = operands[1].constant
    if isinstance(value, Decimal) and value == int(value) and _LEAST_PLACES <= value <= MAXIMUM_SCALE:
        return int(value)
    raise ExpressionError(
        f"The number of places must be written out, from {_LEAST_PLACES} to {MAXIMUM_SCALE}.",
        operands[1].position,
    )


def _round(mode: Rounding, context: Context, operands: Sequence[Operand]) -> Operand:
    """The result is exact, with the places asked for."""
    number, wanted = operands[0], places(operands)
    if number.type.scale is not None and wanted > number.type.scale:
        return to_scale(context, number, wanted)
    sql = context.dialect.round(context.sql(number), number.type.scale, wanted, mode)
    type_ = ValueType(number.kind, scale=max(wanted, 0))
    return replace(derived(type_, sql, number, unit=number.unit), conflict=number.conflict)


def _to_multiple(mode: Rounding, context: Context, operands: Sequence[Operand]) -> Operand:
    """FLOOR and CEILING: to the next whole number, or the next multiple of a positive one."""
    if len(operands) == 1:
        return _round(mode, context, operands)
    number, step = operands
    real = None in (number.type.scale, step.type.scale)
    scale = None if real else max(number.type.scale or 0, step.type.scale or 0)
    alike = [
        guard_real(context, to_real(context, o)) if scale is None else to_scale(context, o, scale)
        for o in operands
    ]
    pieces = {"x": context.sql(alike[0]), "s": context.sql(alike[1])}
    down = mode == "floor"
    if scale is None:
        multiple = "smalt_floor({x} / {s}) * {s}" if down else "-smalt_floor(-{x} / {s}) * {s}"
        sql = context.dialect.real(fill(context, f"CASE WHEN {{s}} > 0 THEN {multiple} END", pieces))
    else:
        step_down = "CASE WHEN {x} % {s} < 0 THEN {s} ELSE 0 END"
        step_up = "CASE WHEN {x} % {s} > 0 THEN {s} ELSE 0 END"
        multiple = f"{{x}} - {{x}} % {{s}} {f'- {step_down}' if down else f'+ {step_up}'}"
        sql = context.dialect.exact(fill(context, f"CASE WHEN {{s}} > 0 THEN {multiple} END", pieces), scale)
    result = derived(ValueType(number.kind, scale=scale), sql, *operands, unit=number.unit)
    return replace(result, low=-100, high=100) if scale is None else result


def _keeping(template: str) -> Build:
    """A function whose result has the type of its number."""

    def build(context: Context, operands: Sequence[Operand]) -> Operand:
        number = operands[0]
        sql = fill(context, template, {"x": context.sql(number)})
        kept = derived(number.type.one(), sql, number, unit=number.unit, low=number.low, high=number.high)
        return replace(kept, conflict=number.conflict)

    return build


def _away(template: str, context: Context, operands: Sequence[Operand]) -> Operand:
    """EVEN and ODD: away from zero to the next such whole number."""
    number = operands[0]
    whole = context.dialect.round(context.sql(number), number.type.scale, 0, "up")
    sql = context.dialect.exact(fill(context, template, {"x": whole}), 0)
    return derived(ValueType(number.kind, scale=0), sql, number, unit=number.unit)


def _modulo(context: Context, operands: Sequence[Operand]) -> Operand:
    return arithmetic.modulo(context, operands[0], operands[1], operands[0].position, "MOD")


_SIGN = "CASE WHEN {number} > 0 THEN 1 WHEN {number} < 0 THEN -1 WHEN {number} = 0 THEN 0 END"
_ODD = "CASE WHEN {x} % 2 <> 0 THEN {x} WHEN {x} < 0 THEN {x} - 1 ELSE {x} + 1 END"

FUNCTIONS = (
    define("ABS", "number: number", _keeping("abs({x})"), "Without its sign."),
    define(
        "ROUND", "number: number, [places: number]", partial(_round, "nearest"),
        "To places, halves away.",
    ),
    define("ROUNDUP", "number: number, [places: number]", partial(_round, "up"), "To places, away from 0."),
    define("ROUNDDOWN", "number: number, [places: number]", partial(_round, "down"), "To places, towards 0."),
    define("TRUNC", "number: number, [places: number]", partial(_round, "down"), "Cut after some places."),
    define("INT", "number: number", partial(_round, "floor"), "The next whole number below."),
    define(
        "FLOOR", "number: number, [multiple: number]", partial(_to_multiple, "floor"),
        "The next whole number, or multiple of a positive one, below.",
    ),
    define(
        "CEILING", "number: number, [multiple: number]", partial(_to_multiple, "ceiling"),
        "The next whole number, or multiple of a positive one, above.",
    ),
    define("MOD", "number: number, divisor: number", _modulo, "The remainder, with the sign of the divisor."),
    define("EVEN", "number: number", partial(_away, "{x} + {x} % 2"), "The next even number away from 0."),
    define("ODD", "number: number", partial(_away, _ODD), "The next odd number away from 0."),
    sql_function("SIGN", "number: number", INTEGER, "1, 0 or -1.", both=_SIGN, low=0, high=1),
    sql_function(
        "POWER", "base: real, exponent: real", REAL, "A number raised to a power.",
        both="smalt_power({base}, {exponent})", low=-100, high=100,
    ),
    sql_function("SQRT", "number: real", REAL, "Square root.", both="smalt_sqrt({number})", low=-50, high=50),
    sql_function(
        "EXP", "number: real", REAL, "e to a power.",
        both="smalt_exp({number})", low=-100, high=100,
    ),
    sql_function(
        "LN", "number: real", REAL, "The natural logarithm.",
        both="smalt_ln({number})", low=-17, high=3,
    ),
    sql_function(
        "LOG", "number: real, [base: real]", REAL, "The logarithm to a base, 10 if not given.",
        both="smalt_log({number}, {base})", defaults={"base": "10.0"}, low=-20, high=20,
    ),
    sql_function(
        "LOG10", "number: real", REAL, "The logarithm to base 10.",
        both="smalt_log({number}, 10.0)", low=-20, high=20,
    ),
    sql_function("PI", "", REAL, "3.14159…", both="3.141592653589793", low=0, high=1),
)  # fmt: skip
