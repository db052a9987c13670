"""Many values: those behind a multiple reference, or separate ones; in a measure, the records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from kernel.errors import ExpressionError
from kernel.expressions import aggregates
from kernel.expressions.catalogue import Function, define
from kernel.expressions.operands import Context, Operand

Aggregate = Callable[[Context, str, Sequence[Operand]], Operand]


def _aggregate(name: str, takes: str, fold: Aggregate, description: str) -> Function:
    def build(context: Context, operands: Sequence[Operand]) -> Operand:
        return fold(context, name, operands)

    return define(name, takes, build, description, aggregate=True)


def _arrayjoin(context: Context, operands: Sequence[Operand]) -> Operand:
    separator = ", "
    if len(operands) > 1 and not operands[1].blank:
        if not isinstance(operands[1].constant, str):
            raise ExpressionError("ARRAYJOIN: separator must be written as a text.", operands[1].position)
        separator = operands[1].constant
    elif len(operands) > 1:
        separator = ""
    return aggregates.join_list(context, operands[0], separator)


def _pick(last: bool, context: Context, operands: Sequence[Operand]) -> Operand:
    return aggregates.pick(context, operands[0], last)


def _unique(context: Context, operands: Sequence[Operand]) -> Operand:
    return aggregates.distinct(context, operands[0])


def _compact(context: Context, operands: Sequence[Operand]) -> Operand:
    return aggregates.compact(context, operands[0])


def _slice(context: Context, operands: Sequence[Operand]) -> Operand:
    first, *last = (context.sql(operand) for operand in operands[1:])
    return aggregates.section(context, operands[0], first, last[0] if last else None)


_VALUES = "value…: values"

FUNCTIONS = (
    _aggregate("SUM", _VALUES, aggregates.total, "The sum; of different currencies nothing."),
    _aggregate("AVERAGE", _VALUES, aggregates.average, "The mean of the values that are not empty."),
    _aggregate("MEDIAN", _VALUES, aggregates.median, "The value in the middle."),
    _aggregate("MIN", _VALUES, partial(aggregates.extreme, "min"), "The smallest number or earliest date."),
    _aggregate("MAX", _VALUES, partial(aggregates.extreme, "max"), "The largest number or latest date."),
    _aggregate(
        "COUNT", "[value…: values]", aggregates.count,
        "How many values are not empty, or conditions hold; without values, how many records.",
    ),
    _aggregate("COUNTA", _VALUES, aggregates.count, "The same as COUNT."),
    _aggregate("COUNTUNIQUE", _VALUES, aggregates.count_unique, "How many different values there are."),
    _aggregate("COUNTALL", _VALUES, aggregates.count_all, "How many values there are, empty ones too."),
    define("ARRAYJOIN", "values: values, [separator]", _arrayjoin, "The values as one text, in order."),
    define("FIRST", "values: values", partial(_pick, False), "The first value that is not empty."),
    define("LAST", "values: values", partial(_pick, True), "The last value that is not empty."),
    define("ARRAYUNIQUE", "values: values", _unique, "Each value once."),
    define(
        "ARRAYSLICE", "values: values, start: count, [end: count]", _slice,
        "The values from one place to another, counted from 1.",
    ),
    define(
        "ARRAYFLATTEN", "values: values", _compact,
        "The same as ARRAYCOMPACT: lists are flat already.",
    ),
    define("ARRAYCOMPACT", "values: values", _compact, "The values without the empty ones."),
)  # fmt: skip
