"""Functions of the language applied to values that are at hand already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from kernel.dialects.base import Dialect, Parameters
from kernel.errors import ExpressionError
from kernel.expressions import Expression, compile, parse
from kernel.expressions.resolver import Resolver
from kernel.expressions.syntax import Call, FieldPath, Literal
from kernel.fields import NumberFormat
from kernel.values import TEXT, Kind, Value

MEASURES: Mapping[str, str] = {
    "sum": "SUM({value})",
    "average": "AVERAGE({value})",
    "min": "MIN({value})",
    "max": "MAX({value})",
    "count": "COUNTA({value})",
    "count_distinct": "COUNTUNIQUE({value})",
}
INTERVALS: Mapping[str, str] = {
    unit: f"STARTOF({{value}}, '{unit}')" for unit in ("day", "week", "month", "quarter", "year")
}
_MONEY_SCALE = 4

_parsed = lru_cache(maxsize=64)(parse)


class Given:
    """A resolver whose names stand for given values."""

    def __init__(self, resolver: Resolver, values: Mapping[str, Value]) -> None:
        self._resolver = resolver
        self._values = values
        self.dialect: Dialect = resolver.dialect
        self.parameters: Parameters = resolver.parameters
        self.time_zone: str = resolver.time_zone
        self.currency: str = resolver.currency

    @property
    def now(self) -> datetime:
        return self._resolver.now

    def resolve(self, path: Sequence[str], position: int) -> Value:
        if len(path) != 1 or path[0] not in self._values:
            raise ExpressionError(f"There is no '{'.'.join(path)}' here.", position)
        return self._values[path[0]]


def fold_values(value: Value, measure: str, separator: str, resolver: Resolver) -> Value:
    """The values of a row source as one; a single value counts as a list of at most one."""
    expression = _joined(separator) if measure == "join" else _parsed(MEASURES[measure])
    return compile(expression, Given(resolver, {"value": value}))


def _joined(separator: str) -> Expression:
    return Expression(Call(0, "ARRAYJOIN", (FieldPath(0, ("value",)), Literal(0, separator))))


def truncated(value: Value, interval: str, resolver: Resolver) -> Value:
    """The first day of the interval that a date or moment falls in."""
    return compile(_parsed(INTERVALS[interval]), Given(resolver, {"value": value}))


def format_number(value: Value, format: NumberFormat, resolver: Resolver) -> Value:
    """A number rounded to `decimals`, and with the project's currency where it is to be money."""
    if not value.type.kind.numeric or value.type.many:
        return value
    if format.decimals is not None:
        value = _rounded(value, format.decimals, resolver)
    if format.money and value.type.kind is Kind.NUMBER:
        if value.type.scale is None:
            value = _rounded(value, _MONEY_SCALE, resolver)
        unit = resolver.parameters.add(resolver.currency, TEXT)
        return replace(value, type=replace(value.type, kind=Kind.MONEY), unit=unit)
    return value


def _rounded(value: Value, decimals: int, resolver: Resolver) -> Value:
    expression: Expression = _parsed(f"ROUND({{value}}, {decimals})")
    return compile(expression, Given(resolver, {"value": value}))
