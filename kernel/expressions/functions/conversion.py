"""From one kind to another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kernel.errors import ExpressionError
from kernel.expressions.catalogue import define, sql_function
from kernel.expressions.conversion import to_scale, to_text
from kernel.expressions.functions.number import places
from kernel.expressions.functions.patterned import signs, text
from kernel.expressions.operands import Context, Operand, constant, derived, named
from kernel.values import DATE, REAL, TEXT, Kind, ValueType

_CURRENCY: Final = re.compile("[A-Z]{3}")


def _value(context: Context, operands: Sequence[Operand]) -> Operand:
    """`VALUE('1.234,5', ',', '.')`. A point that is neither of the signs makes the text no number."""
    text, *given = operands
    decimal, group = signs("VALUE", given, "")
    sql = context.sql(text)
    for old, new in ((group, ""), (".", "?" if decimal != "." else "."), (decimal, ".")):
        if old and old != new:
            sql = f"replace({sql}, {context.dialect.literal(old)}, '{new}')"
    return derived(REAL, context.dialect.cast(f"smalt_number({sql})", REAL), text)


def _number(context: Context, operands: Sequence[Operand]) -> Operand:
    """Exact, with the places asked for."""
    value, wanted = operands[0], places(operands)
    if value.blank:
        return value
    if value.kind is Kind.BOOLEAN:
        raise ExpressionError("NUMBER: write IF(…, 1, 0) to count a yes/no value.", value.position)
    if value.kind.numeric:
        if value.type.scale is not None and wanted > value.type.scale:
            value = to_scale(context, value, wanted)
        sql, scale = context.sql(value), value.type.scale
    else:
        sql, scale = f"smalt_number({context.sql(to_text(context, value))})", None
    rounded = context.dialect.round(sql, scale, wanted, "nearest")
    return derived(ValueType(Kind.NUMBER, scale=max(wanted, 0)), rounded, value)


def _amount(context: Context, operands: Sequence[Operand]) -> Operand:
    value = operands[0]
    if value.kind is not Kind.MONEY:
        return value
    return replace(value, type=replace(value.type, kind=Kind.NUMBER), unit=None, json=None)


def _currency(context: Context, operands: Sequence[Operand]) -> Operand:
    value = operands[0]
    if value.kind is not Kind.MONEY:
        raise ExpressionError(
            f"CURRENCY needs an amount of money, but this is {named(value)}.", value.position
        )
    sql = context.dialect.once(
        {"x": value.sql}, lambda v: f"CASE WHEN {v['x']} IS NOT NULL THEN {value.unit} END"
    )
    return derived(TEXT, sql if value.unit else context.dialect.null(TEXT), value)


def _money(context: Context, operands: Sequence[Operand]) -> Operand:
    value, code = operands[0], str(operands[1].constant).upper()
    if not _CURRENCY.fullmatch(code):
        raise ExpressionError("MONEY: currency is a code of three letters, as EUR.", operands[1].position)
    if value.blank:
        return value
    type_ = ValueType(Kind.MONEY, scale=value.type.scale)
    sql = context.sql(value)
    return derived(type_, sql, value, unit=context.dialect.literal(code), low=value.low, high=value.high)


def _id(context: Context, operands: Sequence[Operand]) -> Operand:
    value = operands[0]
    if value.blank:
        return constant(None, value.position)
    if not value.kind.entity:
        raise ExpressionError(
            f"ID needs an option, person, record or file, but this is {named(value)}.", value.position
        )
    return derived(TEXT, context.dialect.text(value.sql), value)


FUNCTIONS = (
    define(
        "TEXT", "value, [pattern: word], [decimal: word], [group: word]", text,
        "The value as text, the way people see it, or a number or date by a pattern of spreadsheets,"
        " such as #,##0.00, 0% or dd.mm.yyyy hh:mm, perhaps with other signs.",
    ),
    define(
        "VALUE", "text: text, [decimal: word], [group: word]", _value,
        "The number that a text is, perhaps written with other signs; nothing if none.",
    ),
    define("NUMBER", "value, [places: number]", _number, "The number that a text is, rounded to places (0)."),
    sql_function(
        "DATEVALUE", "text: text", DATE, "The date that a text (YYYY-MM-DD) is; nothing if it is none.",
        both="smalt_parse_date({text})",
    ),
    define("AMOUNT", "value: number", _amount, "An amount of money as a plain number."),
    define("CURRENCY", "value", _currency, "The code of an amount's currency."),
    define(
        "MONEY", "amount: number, currency: word", _money,
        "A number as an amount of money in a currency.",
    ),
    define("ID", "value", _id, "The identifier of an option, person, record or file."),
)  # fmt: skip
