"""From one kind to another: what an operator or function needs of its operands."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo

from kernel.errors import ExpressionError
from kernel.expressions.operands import (
    Constant,
    Context,
    Operand,
    bounds,
    constant,
    derived,
    named,
    written_out,
)
from kernel.expressions.parser import number
from kernel.values import DATE, DATETIME, REAL, TEXT, Kind, Value, ValueType

SAFE_DIGITS: Final = 18.9
"""Decimal digits up to which whole numbers certainly fit into 64 bits."""

LARGEST_COUNT: Final = 1_000_000_000
"""The largest whole number that functions take as a count; beyond, the result is empty."""


# Text
def to_text(context: Context, operand: Operand) -> Operand:
    """Any value as the text that people see."""
    if operand.kind is Kind.TEXT or operand.blank:
        return operand
    if operand.is_constant:
        return constant(constant_text(context, operand.constant), operand.position)
    return derived(TEXT, text_sql(context, operand), operand)


def text_sql(context: Context, operand: Operand) -> str:
    dialect, sql = context.dialect, context.sql(operand)
    match operand.kind:
        case Kind.NUMBER:
            return dialect.number_text(sql, operand.type.scale)
        case Kind.MONEY:
            unit = operand.unit or "NULL"
            amount = dialect.amount_text(sql, operand.type.scale, unit)
            return dialect.concat([amount, f"coalesce(' ' || {unit}, '')"])
        case Kind.BOOLEAN:
            return f"CASE WHEN {sql} THEN 'TRUE' ELSE 'FALSE' END" if operand.loose else _boolean_text(sql)
        case Kind.DATE:
            return dialect.date_text(sql)
        case Kind.DATETIME:
            return dialect.minute_text(dialect.local(sql, context.zone))
        case Kind.CHOICE:
            return dialect.choice_label(Value(operand.type.one(), sql, label=operand.label))
        case Kind.PERSON | Kind.RECORD | Kind.FILE:
            return operand.label or dialect.text(sql)
    return sql


def _boolean_text(sql: str) -> str:
    return f"CASE {sql} WHEN TRUE THEN 'TRUE' WHEN FALSE THEN 'FALSE' END"


def constant_text(context: Context, value: Constant) -> str | None:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case Decimal() | float():
            return plain_number(value)
        case datetime():
            return f"{value.astimezone(ZoneInfo(context.zone)):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
    return value


def plain_number(value: Decimal | float) -> str:
    """A number without exponent and trailing zeros; 15 digits of a float."""
    exact = value if isinstance(value, Decimal) else Decimal(f"{value:.15g}")
    text = f"{exact:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-0", "0", text == "-0")


def fold_text(text: str) -> str:
    """What `Dialect.fold` gives, for a constant."""
    composed = unicodedata.normalize("NFC", text)
    return composed.replace("Σ", "σ").replace("İ", "i").lower()


def folded(context: Context, operand: Operand) -> str:
    """SQL of a text made comparable."""
    text = to_text(context, operand)
    if isinstance(text.constant, str):
        return context.parameters.add(fold_text(text.constant), TEXT)
    return context.dialect.fold(context.sql(text))


# Numbers
def to_number(operand: Operand, purpose: str) -> Operand:
    """A number or an amount; text written in the expression is read as a number."""
    if operand.kind.numeric or operand.blank:
        return operand
    if isinstance(operand.constant, str):
        return constant(read_number(operand.constant, operand.position), operand.position)
    hint = " Use DATEADD or DATETIME_DIFF." if operand.kind.temporal else ""
    raise ExpressionError(f"{purpose} needs a number, but this is {named(operand)}.{hint}", operand.position)


def read_number(text: str, position: int) -> Decimal | float:
    stripped = text.strip()
    try:
        if not stripped.isascii() or "_" in stripped:
            raise InvalidOperation
        value = Decimal(stripped)
    except InvalidOperation:
        raise ExpressionError(f"'{text[:40]}' is not a number.", position) from None
    if not value.is_finite():
        raise ExpressionError(f"'{text[:40]}' is not a number.", position)
    return number(stripped, position)


def to_real(context: Context, operand: Operand) -> Operand:
    """In double precision."""
    if isinstance(operand.constant, Decimal | float):
        return replace(operand, constant=float(operand.constant), type=REAL)
    scale, dialect = operand.type.scale, context.dialect
    if operand.blank or scale is None:
        return replace(operand, type=replace(operand.type, scale=None))
    type_ = replace(operand.type, scale=None)
    return replace(operand, type=type_, sql=dialect.to_real(operand.sql, scale))


def guard_real(context: Context, operand: Operand) -> Operand:
    """Bring a number in double precision back to where the next operation can't fail."""
    if (operand.high <= 100 and operand.low >= -100) or operand.is_constant:
        return operand
    low, high = max(operand.low, -100), min(operand.high, 100)
    return replace(operand, sql=context.dialect.real(operand.sql), low=low, high=high)


def to_scale(context: Context, operand: Operand, scale: int, guard: bool = True) -> Operand:
    """An exact number with at least as many places; empty where they do not fit into 64 bits."""
    if operand.blank or scale == operand.type.scale:
        return operand
    type_ = replace(operand.type, scale=scale)
    if isinstance(operand.constant, Decimal) and abs(operand.constant) < Decimal(2**63 - 1).scaleb(-scale):
        return replace(operand, type=type_)
    sql = context.dialect.to_scale(context.sql(operand), operand.type.scale or 0, scale)
    if guard and operand.high + scale > SAFE_DIGITS:
        sql = context.dialect.exact(sql, scale)
    return replace(operand, type=type_, sql=sql, is_constant=False, constant=None)


def to_count(context: Context, operand: Operand, purpose: str) -> Operand:
    """A whole number within bounds, cut towards zero; as a plain integer on both engines."""
    amount = to_number(operand, purpose)
    whole = ValueType(Kind.NUMBER, scale=0)
    if isinstance(amount.constant, Decimal | float):
        count = int(amount.constant)
        return Operand(whole, operand.position, str(count) if abs(count) <= LARGEST_COUNT else "NULL")
    dialect = context.dialect
    sql = dialect.null(whole) if amount.blank else dialect.round(amount.sql, amount.type.scale, 0, "down")
    return derived(whole, dialect.integer(sql, LARGEST_COUNT), operand)


# Conditions
def to_condition(context: Context, operand: Operand, purpose: str = "A condition") -> str:
    """SQL whose NULL counts as false. Of many values one is enough."""
    if operand.blank:
        return "FALSE"
    if operand.kind is not Kind.BOOLEAN:
        raise ExpressionError(
            f"{purpose} must be true or false, but this is {named(operand)}. Compare it with something.",
            operand.position,
        )
    sql = ("TRUE" if operand.constant else "FALSE") if operand.is_constant else operand.sql
    if operand.rows is None:
        return sql
    return exists(operand, sql)


def to_truth(context: Context, operand: Operand) -> str:
    """Like `to_condition`, of any value: 0 and what is empty count as false, everything else as true."""
    if operand.kind is Kind.BOOLEAN or operand.blank:
        return to_condition(context, operand)
    if operand.is_constant:
        return "TRUE" if operand.constant else "FALSE"
    if operand.rows is not None:
        return exists(operand, f"{operand.sql} IS NOT NULL")
    return f"({operand.sql} {'<> 0' if operand.kind.numeric else 'IS NOT NULL'})"


def exists(operand: Operand, condition: str) -> str:
    """Whether a condition holds for one of the rows of a many-valued operand."""
    assert operand.rows is not None
    return f"EXISTS (SELECT 1 {operand.rows.clause()} AND ({condition}))"


def strict(operand: Operand) -> Operand:
    """A condition as a value: never NULL."""
    if not operand.loose:
        return operand
    return replace(operand, sql=f"coalesce({operand.sql}, FALSE)", loose=False)


# Times
def to_date(context: Context, operand: Operand, purpose: str) -> Operand:
    """A day; a moment becomes the day it falls on."""
    if operand.kind is Kind.DATE or operand.blank:
        return operand
    if operand.is_constant and isinstance(operand.constant, str | datetime):
        return constant(local_day(context, known_time(context, operand)), operand.position)
    if operand.kind is Kind.DATETIME:
        return derived(DATE, context.dialect.local_date(operand.sql, context.zone), operand)
    raise ExpressionError(f"{purpose} needs a date, but this is {named(operand)}.", operand.position)


def to_datetime(context: Context, operand: Operand, purpose: str) -> Operand:
    """A moment; a day becomes the moment it begins."""
    if operand.kind is Kind.DATETIME or operand.blank:
        return operand
    if operand.is_constant and isinstance(operand.constant, str | date):
        return constant(day_start(context, known_time(context, operand)), operand.position)
    if operand.kind is Kind.DATE:
        return derived(DATETIME, context.dialect.day_start(operand.sql, context.zone), operand)
    raise ExpressionError(f"{purpose} needs a date, but this is {named(operand)}.", operand.position)


def to_time(context: Context, operand: Operand, purpose: str) -> Operand:
    """A day or a moment, whichever it is."""
    if operand.kind.temporal or operand.blank:
        return operand
    if isinstance(operand.constant, str):
        return constant(read_time(context, operand.constant, operand.position), operand.position)
    raise ExpressionError(f"{purpose} needs a date, but this is {named(operand)}.", operand.position)


def known_time(context: Context, operand: Operand) -> date | datetime:
    """The day or moment of a constant; text is read."""
    if isinstance(operand.constant, date):
        return operand.constant
    return read_time(context, str(operand.constant), operand.position)


def read_time(context: Context, text: str, position: int) -> date | datetime:
    """ISO 8601: a day, or a moment; one without offset is meant in the time zone of the query."""
    stripped = text.strip().upper()
    try:
        if len(stripped) == 10:
            return date.fromisoformat(stripped)
        if len(stripped) < 16 or stripped[4] != "-" or stripped[7] != "-":
            raise ValueError
        moment = datetime.fromisoformat(stripped)
        return _utc(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(context.zone)))
    except (ValueError, OverflowError):
        raise ExpressionError(
            f"'{text[:40]}' is not a date: write it as YYYY-MM-DD or YYYY-MM-DDTHH:MM.", position
        ) from None


def _utc(moment: datetime) -> datetime:
    utc = moment.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def local_day(context: Context, moment: date | datetime) -> date:
    if isinstance(moment, datetime):
        return moment.astimezone(ZoneInfo(context.zone)).date()
    return moment


def day_start(context: Context, day: date | datetime) -> datetime | None:
    if isinstance(day, datetime):
        return day
    try:
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(context.zone)).astimezone(UTC)
    except OverflowError:
        return None


# One type for several
def unify(context: Context, operands: Sequence[Operand], purpose: str) -> list[Operand]:
    """Operands brought to one type: the branches of IF, the terms of COALESCE and MIN.

    Numbers take the widest scale; with an amount among them all are amounts; a day beside a
    moment becomes one; options of different lists, people, records and files become text.
    """
    present = [o for o in operands if not o.blank]
    kinds = {o.kind for o in present}
    if not kinds:
        return list(operands)
    if kinds <= {Kind.NUMBER, Kind.MONEY}:
        return _unify_numbers(context, operands, present)
    if kinds <= {Kind.DATE, Kind.DATETIME}:
        if len(kinds) == 1:
            return list(operands)
        return [to_datetime(context, o, purpose) for o in operands]
    if kinds == {Kind.BOOLEAN}:
        return [strict(o) for o in operands]
    if kinds == {Kind.CHOICE} and len({o.type.choices for o in present}) == 1:
        return list(operands)
    if all(kind is Kind.TEXT or kind.entity for kind in kinds):
        return [to_text(context, o) for o in operands]
    odd = next(o for o in present if o.kind is not present[0].kind)
    raise ExpressionError(
        f"{purpose} needs values of one kind, but one is {named(present[0])} and this is {named(odd)}.",
        odd.position,
    )


def _unify_numbers(
    context: Context, operands: Sequence[Operand], present: Sequence[Operand]
) -> list[Operand]:
    scales = [o.type.scale for o in present]
    exact = [scale for scale in scales if scale is not None]
    if len(exact) < len(scales):
        alike = [o if o.blank else to_real(context, o) for o in operands]
    else:
        alike = [o if o.blank else to_scale(context, o, max(exact)) for o in operands]
    units = {o.unit or "NULL" for o in present if o.kind is Kind.MONEY}
    if not units:
        return alike
    # an amount without a currency, and a number beside such a one, are in the usual currency
    known = min(units)
    usual = (
        known
        if written_out(known)
        else f"coalesce({known}, {context.dialect.literal(context.resolver.currency)})"
    )
    if len(units) == 1:
        return [replace(as_money(o), unit=usual) for o in alike]
    return [o if o.kind is Kind.MONEY else replace(as_money(o), unit=usual) for o in alike]


def as_money(operand: Operand) -> Operand:
    """A plain number as an amount; constants stay what they are and only take the unit."""
    if operand.kind is not Kind.NUMBER or operand.is_constant:
        return operand
    return replace(operand, type=replace(operand.type, kind=Kind.MONEY))


def widest(operands: Sequence[Operand]) -> tuple[float, float]:
    """Bounds that hold for each of several numbers."""
    present = [o for o in operands if not o.blank]
    if not present:
        return bounds(TEXT)
    return min(o.low for o in present), max(o.high for o in present)
