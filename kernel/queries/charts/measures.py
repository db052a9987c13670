"""A measure over several projects: what each record contributes, and what is made of it.

`SUM({amount}) / COUNT()` becomes, for each record of each source, the column `m0` = `{amount}`,
and, over the records of all of them, `SUM({m0}) / COUNT()`. So one statement measures records of
many projects as if they were one, whatever the measure is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from kernel.dialects.base import Dialect, Parameters
from kernel.errors import ExpressionError
from kernel.expressions import parse
from kernel.expressions.functions import CATALOGUE
from kernel.expressions.syntax import Among, Binary, Call, Chain, FieldPath, Literal, Negate, Node, Not
from kernel.queries.aggregates import Measure, measure_text
from kernel.queries.charts.scales import rescaled
from kernel.text_input import fold_name
from kernel.values import Kind, Value, ValueType

WEIGHT: Final = "smalt weight"
"""The name under which the weight of a record is found; no field can have it."""

_COUNTING: Final = ("COUNT", "COUNTA")
_ADDITIVE: Final = ("SUM", *_COUNTING)


@dataclass(frozen=True)
class Split:
    """A measure in two: `inner`, evaluated for each record, and `outer`, over their columns.

    `additive` measures are sums: those of groups add up to that of all.
    """

    inner: tuple[Node, ...]
    outer: Node

    @property
    def additive(self) -> bool:
        return isinstance(self.outer, Call) and self.outer.name in _ADDITIVE


def split(measure: Measure, weighted: bool) -> Split:
    """Raises ExpressionError for what is no measure."""
    inner: list[Node] = []
    outer = _outer(parse(measure_text(measure)).root, inner, weighted)
    return Split(tuple(inner), outer)


def _outer(node: Node, inner: list[Node], weighted: bool) -> Node:
    """The node with what stands inside aggregates put aside in `inner`."""
    match node:
        case Call(position, name, arguments) if CATALOGUE.find(name, position).aggregate:
            return _aggregate(node, inner, weighted)
        case Call(position, name, arguments):
            return Call(position, name, tuple(_outer(a, inner, weighted) for a in arguments))
        case Binary(position, operator, left, right):
            return Binary(position, operator, _outer(left, inner, weighted), _outer(right, inner, weighted))
        case Negate(position, operand):
            return Negate(position, _outer(operand, inner, weighted))
        case Not(position, operand):
            return Not(position, _outer(operand, inner, weighted))
        case Chain(position, operator, operands):
            return Chain(position, operator, tuple(_outer(o, inner, weighted) for o in operands))
        case Among(position, operand, options):
            found = tuple(_outer(o, inner, weighted) for o in options)
            return Among(position, _outer(operand, inner, weighted), found)
    return node


def _aggregate(call: Call, inner: list[Node], weighted: bool) -> Node:
    if len(call.arguments) > 1:
        raise ExpressionError(f"{call.name} takes one value here: it folds the records.", call.position)
    if not call.arguments and not weighted:
        return call
    name, argument = call.name, _exact(call.arguments[0]) if call.arguments else None
    if weighted:
        name, argument = _weighted(call, argument)
    assert argument is not None  # only COUNT() has none, and weighted it has
    column = FieldPath(call.position, (f"m{len(inner)}",))
    inner.append(argument)
    return Call(call.position, name, (column,))


def _weighted(call: Call, argument: Node | None) -> tuple[str, Node]:
    """What is folded, times the weight of the record; what is counted counts as much as it weighs."""
    weight = FieldPath(call.position, (WEIGHT,))
    if argument is None:
        return "SUM", weight
    if call.name in _COUNTING:
        filled = Not(call.position, Binary(call.position, "=", argument, Literal(call.position, None)))
        return "SUM", Call(call.position, "IF", (filled, weight))
    if call.name == "COUNTUNIQUE":
        raise ExpressionError("Different values cannot be weighted.", call.position)
    return call.name, Binary(call.position, "*", argument, weight)


def _exact(node: Node) -> Node:
    """Divisions by a constant whose inverse is a short decimal, as products: those are exact."""
    match node:
        case Binary(position, "/", left, Literal(_, Decimal() as divisor)) if _inverse(divisor):
            return Binary(position, "*", _exact(left), Literal(position, _inverse(divisor)))
        case Binary(position, operator, left, right):
            return Binary(position, operator, _exact(left), _exact(right))
        case Negate(position, operand):
            return Negate(position, _exact(operand))
    return node


def _inverse(divisor: Decimal) -> Decimal | None:
    if not divisor or not divisor.is_finite():
        return None
    inverse = (1 / divisor).normalize()
    short = len(inverse.as_tuple().digits) <= 4
    return inverse if short and inverse * divisor == 1 else None


def weight_value(by: Value, weights: Mapping[str, Decimal], parameters: Parameters) -> Value:
    """The weight of a record by the choice that `by` is. Raises ExpressionError where it is none."""
    if by.type.kind is not Kind.CHOICE or by.rows is not None:
        raise ExpressionError("Weights go by the list of a record, or by a field with options.")
    exact = {fold_name(name): weight for name, weight in weights.items()}
    scale = max(max(0, -int(w.normalize().as_tuple().exponent)) for w in [*exact.values(), Decimal(0)])
    type_ = ValueType(Kind.NUMBER, scale=scale)
    rest = parameters.add(exact.get("*", Decimal(0)), type_)
    known = [(c.id, exact[fold_name(c.name)]) for c in by.type.choices if fold_name(c.name) in exact]
    whens = " ".join(f"WHEN {id_} THEN {parameters.add(weight, type_)}" for id_, weight in known)
    return Value(type_, f"CASE {by.sql} {whens} ELSE {rest} END" if whens else rest)


def unify(dialect: Dialect, values: Sequence[Value], currencies: Sequence[str]) -> list[Value]:
    """What the sources give for one column, brought to one type. Raises ExpressionError."""
    kinds = {v.type.kind for v in values if v.type.kind is not Kind.BLANK}
    if kinds <= {Kind.NUMBER, Kind.MONEY}:
        return _numbers(dialect, values, currencies, Kind.MONEY in kinds)
    if kinds <= {Kind.TEXT, Kind.CHOICE} and (len(values) > 1 or kinds == {Kind.TEXT}):
        return [_named(dialect, v) for v in values]
    if len(kinds) > 1:
        raise ExpressionError(
            "The sources give values of different kinds, which cannot be measured together."
        )
    return list(values)


def _numbers(
    dialect: Dialect, values: Sequence[Value], currencies: Sequence[str], money: bool
) -> list[Value]:
    scales = [v.type.scale for v in values if v.type.kind is not Kind.BLANK]
    exact = [s for s in scales if s is not None]
    scale = max(exact, default=0) if len(exact) == len(scales) else None
    type_ = ValueType(Kind.MONEY if money else Kind.NUMBER, scale=scale)
    found = []
    for value, currency in zip(values, currencies, strict=True):
        unit = (value.unit or dialect.literal(currency)) if money else None
        found.append(replace(value, type=type_, sql=rescaled(dialect, value, scale), unit=unit, json=None))
    return found


def _named(dialect: Dialect, value: Value) -> Value:
    """Options of different projects are the same when their names are."""
    if value.type.kind is not Kind.CHOICE:
        return value
    return Value(ValueType(Kind.TEXT), dialect.choice_label(value))


def is_number(value: Value) -> bool:
    """Whether a measure gives a figure."""
    return value.type.kind.numeric and not value.type.many
