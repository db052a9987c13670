"""From the syntax tree to typed SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kernel.errors import ExpressionError, Fault, InvalidInputError
from kernel.expressions import arithmetic, comparison
from kernel.expressions.conversion import strict, to_condition, to_truth
from kernel.expressions.functions import CATALOGUE
from kernel.expressions.joining import connect, join
from kernel.expressions.operands import Context, Operand, constant, from_value
from kernel.expressions.resolver import Resolver
from kernel.expressions.syntax import (
    Among,
    Binary,
    Call,
    Chain,
    Expression,
    FieldPath,
    Literal,
    Negate,
    Node,
    Not,
)
from kernel.values import BOOLEAN, Value, anywhere

MAXIMUM_SQL = 100_000
"""Characters of SQL that one expression may become, with the formulas that it reads."""


def compile(expression: Expression, resolver: Resolver) -> Value:
    """The value of an expression for each row."""
    return _compile(expression, Context(resolver))


def compile_measure(expression: Expression, resolver: Resolver) -> Value:
    """The value of an expression for a group of rows: fields stand inside aggregates.

    Its SQL is for the SELECT of a query with or without GROUP BY.
    """
    return _compile(expression, Context(resolver, measure=True))


def compile_condition(expression: Expression, resolver: Resolver) -> str:
    """A condition for WHERE; NULL counts as false. Raises ExpressionError for another kind."""
    context = Context(resolver)
    try:
        sql = to_condition(context, operand_of(context, expression.root), "A filter")
        return _accepted(context, sql)
    except ExpressionError as error:
        raise _placed(expression, error) from None


def _compile(expression: Expression, context: Context) -> Value:
    try:
        return _value(context, strict(operand_of(context, expression.root)))
    except ExpressionError as error:
        raise _placed(expression, error) from None


def _placed(expression: Expression, error: ExpressionError) -> InvalidInputError:
    """For a filter tree, the pointer to its member instead of a position in a text."""
    if not expression.pointers:
        return error
    last = len(expression.pointers) - 1
    faults = [Fault(expression.pointers[min(e.position, last)], e.detail) for e in (error, *error.others)]
    return InvalidInputError(error.detail, faults)


def _value(context: Context, operand: Operand) -> Value:
    sql = _accepted(context, context.sql(operand))
    context.parameters.bounds[sql] = operand.low, operand.high
    return Value(
        replace(operand.type, many=operand.many),
        sql,
        unit=operand.unit,
        label=operand.label,
        json=operand.json,
        conflict=anywhere(operand.rows, operand.conflict) if operand.rows else operand.conflict,
        rows=operand.rows,
        aliases=operand.aliases,
    )


def _accepted(context: Context, sql: str) -> str:
    if context.dialect.too_deep(sql, context.parameters):
        raise ExpressionError("The expression is too deep, with the formulas that it reads.", 0)
    return sql


def operand_of(context: Context, node: Node) -> Operand:
    """Compile one node. The parser has bounded the depth; the size is checked at every step."""
    operand = context.shallow(_compile_node(context, node))
    for sql in (operand.sql, operand.unit, operand.label, operand.conflict):
        if sql is not None and len(sql) > MAXIMUM_SQL:
            raise ExpressionError("This is too large, with the formulas that it reads.", node.position)
    return operand


def _compile_node(context: Context, node: Node) -> Operand:
    match node:
        case Literal(position, value):
            return constant(value, position)
        case FieldPath():
            return _field(context, node)
        case Negate(position, inner):
            return arithmetic.negate(context, operand_of(context, inner), position)
        case Not(position, inner):
            return replace(comparison.deny(context, operand_of(context, inner)), position=position)
        case Binary():
            return _binary(context, node)
        case Chain(position, "&", operands):
            return join(context, [operand_of(context, o) for o in operands], position)
        case Chain(position, operator, operands):
            return _connect(context, operator, operands, position)
        case Among(position, inner, options):
            found = [operand_of(context, option) for option in options]
            return comparison.among(context, operand_of(context, inner), found, position)
        case Call():
            return _call(context, node)
    raise AssertionError(node)


def _field(context: Context, node: FieldPath) -> Operand:
    if context.measure:
        raise ExpressionError(
            f"Fold {{{'.'.join(node.path)}}} with SUM, AVERAGE, COUNT or the like: there are many records.",
            node.position,
        )
    value = context.resolver.resolve(node.path, node.position)
    return from_value(context, value, node.position)


def _binary(context: Context, node: Binary) -> Operand:
    left, right = operand_of(context, node.left), operand_of(context, node.right)
    match node.operator:
        case "+" | "-":
            return arithmetic.add(context, node.operator, left, right, node.position)
        case "*":
            return arithmetic.multiply(context, left, right, node.position)
        case "/":
            return arithmetic.divide(context, left, right, node.position)
        case "%":
            return arithmetic.modulo(context, left, right, node.position)
    return comparison.compare(context, node.operator, left, right, node.position)


def _call(context: Context, node: Call) -> Operand:
    function = CATALOGUE.find(node.name, node.position)
    function.check(len(node.arguments), node.position)
    measure = context.measure and not function.aggregate
    inside = replace(context, measure=measure, written=function.writes)
    arguments = [operand_of(inside, argument) for argument in node.arguments]
    return function.call(context, arguments, node.position)


def _connect(context: Context, operator: str, parts: Sequence[Node], position: int) -> Operand:
    """AND, OR: empty counts as false. What is wrong with several parts is told together."""
    conditions, errors = [], []
    for part in parts:
        try:
            conditions.append(to_truth(context, operand_of(context, part)))
        except ExpressionError as error:
            errors += [error, *error.others]
    if errors:
        errors[0].others = errors[1:]
        raise errors[0]
    return Operand(BOOLEAN, position, connect(operator, conditions), loose=True)
