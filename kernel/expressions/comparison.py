"""`= != < <= > >=` and IN, over values of every kind, one or many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from kernel.errors import ExpressionError
from kernel.expressions.conversion import (
    day_start,
    exists,
    fold_text,
    folded,
    known_time,
    read_number,
    strict,
    to_condition,
    to_date,
    to_real,
    to_scale,
    to_text,
    to_truth,
)
from kernel.expressions.operands import Context, Operand, common_rows, constant, derived, named, single
from kernel.ids import number_of
from kernel.values import BOOLEAN, TEXT, Choice, Kind, ValueType

_MIRRORED: Final = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LARGEST: Final = 2**63 - 1


def compare(context: Context, operator: str, left: Operand, right: Operand, position: int) -> Operand:
    """A condition. With many values on one side, one of them is enough; `!=` denies `=`."""
    if operator == "!=":
        return deny(context, compare(context, "=", left, right, position))
    if left.blank or right.blank:
        return _against_blank(context, operator, left, right, position)
    if left.is_constant and not right.is_constant:
        left, right, operator = right, left, _MIRRORED[operator]
    both = derived(BOOLEAN, "", left, right, position=position)
    sql = _compare_one(context, operator, single(left), single(right), position)
    if both.rows is not None:
        return Operand(BOOLEAN, position, exists(both, sql))
    return Operand(BOOLEAN, position, sql, loose=True)


def deny(context: Context, operand: Operand) -> Operand:
    """NOT: true also where the condition is empty. Planners can estimate how often that is the case."""
    condition = to_truth(context, operand)
    sql = f"NOT {condition}" if condition.startswith("EXISTS ") else f"({condition}) IS NOT TRUE"
    return Operand(BOOLEAN, operand.position, f"({sql})")


def is_blank(context: Context, operand: Operand) -> Operand:
    """Whether there is no value; of many, no row."""
    if operand.blank:
        return constant(True, operand.position)
    if operand.rows is not None:
        filled = f"EXISTS (SELECT 1 {operand.rows.clause()} AND {operand.sql} IS NOT NULL)"
        return Operand(BOOLEAN, operand.position, f"(NOT {filled})")
    if operand.is_constant or operand.loose:
        return constant(False, operand.position)
    return Operand(BOOLEAN, operand.position, f"({operand.sql} IS NULL)")


def _against_blank(context: Context, operator: str, left: Operand, right: Operand, position: int) -> Operand:
    if operator != "=":
        return constant(False, position)
    return replace(is_blank(context, right if left.blank else left), position=position)


def _compare_one(context: Context, operator: str, left: Operand, right: Operand, position: int) -> str:
    kinds = (left.kind, right.kind)
    if left.kind.entity and operator == "=" and (right.is_constant or left.kind is right.kind):
        return _same_entity(context, left, right)
    if any(kind.numeric for kind in kinds):
        return _compare_numbers(context, operator, left, right)
    if any(kind.temporal for kind in kinds):
        return _compare_times(context, operator, left, right)
    if Kind.BOOLEAN in kinds:
        return _compare_booleans(context, operator, left, right, position)
    if operator == "=" and left.aliases and right.is_constant:
        return _called(context, left, right)
    return f"({folded(context, left)} {operator} {folded(context, right)})"


def _called(context: Context, left: Operand, right: Operand) -> str:
    """Whether a text that is known by other names too has this one."""
    wanted = folded(context, right)
    names = [folded(context, left), *(context.dialect.fold(alias) for alias in left.aliases)]
    return f"({' OR '.join(f'{name} = {wanted}' for name in names)})"


# Choices, people, records
def _same_entity(context: Context, left: Operand, right: Operand) -> str:
    if right.is_constant:
        return _named(context, left, [str(to_text(context, right).constant)])
    if left.kind is Kind.CHOICE and left.type.choices != right.type.choices:
        return f"({folded(context, left)} = {folded(context, right)})"
    return f"({left.sql} = {right.sql})"


def _named(context: Context, operand: Operand, names: Sequence[str]) -> str:
    """Whether an entity has one of these names or ids, a person one of these emails. Choices are found
    right here."""
    if operand.kind is Kind.CHOICE:
        return f"({operand.sql} IN ({', '.join(map(str, choice_ids(operand.type.choices, names)))}))"
    bound = ", ".join(context.parameters.add(fold_text(name), TEXT) for name in names)
    texts = [text for text in (operand.label, *operand.aliases) if text]
    terms = [f"{context.dialect.fold(text)} IN ({bound})" for text in texts]
    ids = [number for name in names if (number := number_of(name)) is not None]
    if ids:
        terms.append(f"{operand.sql} IN ({', '.join(map(str, ids))})")
    emails = [fold_text(name.strip()) for name in names if "@" in name]
    if emails and operand.kind is Kind.PERSON:
        marks = ", ".join(context.parameters.add(email, TEXT) for email in emails)
        terms.append(f"{operand.sql} IN (SELECT id FROM smalt_user WHERE email IN ({marks}))")
    return f"({' OR '.join(terms)})" if terms else f"({operand.sql} IN (-1))"


def choice_ids(choices: Sequence[Choice], names: Sequence[str]) -> list[int]:
    """The ids of the choices so named; -1, which no choice has, when there are none."""
    wanted = {fold_text(name.strip()) for name in names}
    found = [c.id for c in choices if fold_text(c.name.strip()) in wanted or str(c.id) in wanted]
    return found or [-1]


# Numbers
def _compare_numbers(context: Context, operator: str, left: Operand, right: Operand) -> str:
    a, b = _as_number(left, right), _as_number(right, left)
    if a.type.scale is None or b.type.scale is None:
        a, b = to_real(context, a), to_real(context, b)
    elif isinstance(b.constant, Decimal):
        return _against_exact(context, operator, a, b.constant)
    else:
        scale = max(a.type.scale, b.type.scale)
        a, b = (to_scale(context, o, scale, guard=False) for o in (a, b))
    sql = f"({context.sql(a)} {operator} {context.sql(b)})"
    if a.kind is b.kind is Kind.MONEY and a.unit != b.unit:
        return f"({sql} AND {a.unit} = {b.unit})"
    return sql


def _as_number(operand: Operand, other: Operand) -> Operand:
    if operand.kind.numeric:
        return operand
    if isinstance(operand.constant, str):
        return constant(read_number(operand.constant, operand.position), operand.position)
    raise ExpressionError(
        f"{named(other).capitalize()} cannot be compared with {named(operand)}.", operand.position
    )


def _against_exact(context: Context, operator: str, a: Operand, bound: Decimal) -> str:
    """Compare with a constant at the scale of the other side, so that an index can serve."""
    scale = a.type.scale or 0
    floor = bound.quantize(Decimal(1).scaleb(-scale), ROUND_FLOOR)
    if floor != bound:
        if operator == "=":
            return f"({context.sql(a)} IN (NULL))"
        upwards = operator in (">", ">=")
        bound = floor if upwards else bound.quantize(Decimal(1).scaleb(-scale), ROUND_CEILING)
        operator = ">" if upwards else "<"
    if abs(bound.scaleb(scale)) > _LARGEST:
        real = to_real(context, a)
        return f"({context.sql(real)} {operator} {context.sql(constant(float(bound), a.position))})"
    value = context.parameters.add(bound, ValueType(Kind.NUMBER, scale=scale))
    return f"({context.sql(a)} {operator} {value})"


# Times
def _compare_times(context: Context, operator: str, left: Operand, right: Operand) -> str:
    _refuse_other(left, right)
    if left.kind is Kind.DATETIME and right.is_constant:
        moment = known_time(context, right)
        if not isinstance(moment, datetime):
            return _against_day(context, operator, left, moment)
        return f"({context.sql(left)} {operator} {context.sql(constant(moment, right.position))})"
    if Kind.DATETIME in (left.kind, right.kind) and left.kind is right.kind:
        return f"({context.sql(left)} {operator} {context.sql(right)})"
    a, b = (to_date(context, side, "The comparison") for side in (left, right))
    return f"({context.sql(a)} {operator} {context.sql(b)})"


def _refuse_other(left: Operand, right: Operand) -> None:
    for side, other in ((left, right), (right, left)):
        if not side.kind.temporal and not (side.kind is Kind.TEXT and side.is_constant):
            raise ExpressionError(
                f"{named(other).capitalize()} cannot be compared with {named(side)}.", side.position
            )


def _against_day(context: Context, operator: str, left: Operand, day: date) -> str:
    """A moment against a day of the time zone, as a range of moments that an index can serve."""
    moment = context.sql(left)
    first = day_start(context, day)
    following = day_start(context, day + timedelta(days=1)) if day < date.max else None
    if first is None or following is None:
        day_of = context.dialect.local_date(moment, context.zone)
        return f"({day_of} {operator} {context.sql(constant(day, left.position))})"
    last = following - timedelta(milliseconds=1)
    bounds = {"<": (first,), ">=": (first,), "<=": (last,), ">": (last,)}.get(operator, (first, last))
    bound = [context.sql(constant(end, left.position)) for end in bounds]
    if operator == "=":
        return f"({moment} BETWEEN {bound[0]} AND {bound[1]})"
    return f"({moment} {operator} {bound[0]})"


# Yes and no
def _compare_booleans(context: Context, operator: str, left: Operand, right: Operand, position: int) -> str:
    if operator != "=":
        raise ExpressionError(f"Yes/no values cannot be compared with '{operator}'.", position)
    sides = []
    for side, other in ((left, right), (right, left)):
        if isinstance(side.constant, str) and side.constant.upper() in ("TRUE", "FALSE"):
            side = constant(side.constant.upper() == "TRUE", side.position)
        if side.kind is not Kind.BOOLEAN:
            raise ExpressionError(
                f"{named(other).capitalize()} cannot be compared with {named(side)}.", side.position
            )
        sides.append(to_condition(context, strict(side)))
    return f"({sides[0]} = {sides[1]})"


# IN
def among(context: Context, operand: Operand, options: Sequence[Operand], position: int) -> Operand:
    """`x IN (a, b)`: equal to one of them; BLANK() among them asks for empty as well."""
    present = [option for option in options if not option.blank]
    rows = common_rows(options)
    if rows is not None:
        raise ExpressionError("The values after IN must be single ones.", position)
    terms = []
    if present and not operand.blank:
        sql = _among_one(context, single(operand), present, position)
        terms.append(exists(operand, sql) if operand.many else sql)
    if len(present) < len(options):
        terms.append(to_condition(context, is_blank(context, operand)))
    return Operand(BOOLEAN, position, f"({' OR '.join(terms)})" if terms else "FALSE", loose=True)


def _among_one(context: Context, operand: Operand, options: Sequence[Operand], position: int) -> str:
    constants = all(option.is_constant for option in options)
    if operand.kind.entity and constants:
        return _named(context, operand, [str(to_text(context, option).constant) for option in options])
    if operand.kind in (Kind.TEXT, Kind.CHOICE) and not any(
        o.kind.numeric or o.kind.temporal for o in options
    ):
        choices = ", ".join(folded(context, option) for option in options)
        aliases = operand.aliases if constants else ()
        names = [folded(context, operand), *(context.dialect.fold(alias) for alias in aliases)]
        return f"({' OR '.join(f'{name} IN ({choices})' for name in names)})"
    if operand.kind.numeric and not any(o.kind is Kind.MONEY for o in options):
        return _number_among(context, operand, options)
    if operand.kind is Kind.DATE:
        days = ", ".join(context.sql(to_date(context, option, "IN")) for option in options)
        return f"({operand.sql} IN ({days}))"
    return context.dialect.once(
        {"x": context.sql(operand)}, lambda v: _any_equal(context, operand, v["x"], options, position)
    )


def _any_equal(
    context: Context, operand: Operand, sql: str, options: Sequence[Operand], position: int
) -> str:
    bound = replace(operand, sql=sql, is_constant=False, constant=None)
    return f"({' OR '.join(_compare_one(context, '=', bound, option, position) for option in options)})"


def _number_among(context: Context, operand: Operand, options: Sequence[Operand]) -> str:
    numbers = [_as_number(option, operand) for option in options]
    scales = [n.type.scale for n in (operand, *numbers)]
    if None in scales:
        alike = [to_real(context, n) for n in (operand, *numbers)]
    else:
        widest = max(scale for scale in scales if scale is not None)
        alike = [to_scale(context, n, widest, guard=False) for n in (operand, *numbers)]
    first, *rest = [context.sql(n) for n in alike]
    return f"({first} IN ({', '.join(rest)}))"
