"""Syntax trees as text: what a filter tree says, as an expression that people can read and change."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from kernel.expressions.syntax import (
    Among,
    Binary,
    Call,
    Chain,
    FieldPath,
    Literal,
    Negate,
    Node,
    Not,
)

_ALONE: Final = (Literal, FieldPath, Call)
"""What needs no parentheses wherever it stands."""


def written(node: Node) -> str:
    """The text whose syntax tree means the same."""
    match node:
        case Literal(_, value):
            return _literal(value)
        case FieldPath(_, path):
            return "{" + ".".join(path) + "}"
        case Negate(_, operand):
            return f"-{_inner(operand)}"
        case Not(_, Among(_, operand, options)):
            return f"{_inner(operand)} NOT IN ({_listed(options)})"
        case Not(_, Binary(_, "=", left, Literal(_, None))):
            return f"{_inner(left)} != BLANK()"
        case Not(_, operand):
            return f"NOT {_inner(operand)}"
        case Binary(_, operator, left, right):
            return f"{_inner(left)} {operator} {_inner(right)}"
        case Chain(_, operator, operands):
            inner = _inner if operator == "&" else _operand
            return f" {operator} ".join(map(inner, operands))
        case Among(_, operand, options):
            return f"{_inner(operand)} IN ({_listed(options)})"
        case Call(_, name, arguments):
            return f"{name}({_listed(arguments)})"
    raise TypeError(f"{node!r:.80} is no expression")


def _inner(node: Node) -> str:
    return written(node) if isinstance(node, _ALONE) else f"({written(node)})"


def _operand(node: Node) -> str:
    """A part of AND or OR, which bind less than comparisons."""
    return f"({written(node)})" if isinstance(node, Chain) else written(node)


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(map(written, nodes))


def _literal(value: str | Decimal | float | bool | None) -> str:
    if value is None:
        return "BLANK()"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return f"{value:f}" if isinstance(value, Decimal) else repr(value)
