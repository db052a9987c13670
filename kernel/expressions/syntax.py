"""The syntax tree of an expression: immutable, with the place of every node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal as OneOf

MAXIMUM_LENGTH = 10_000
MAXIMUM_DEPTH = 60
MAXIMUM_NODES = 500
MAXIMUM_HOPS = 8

FIELD_FUNCTIONS = {"CREATED_TIME": "created_at", "LAST_MODIFIED_TIME": "updated_at", "RECORD_ID": "id"}
"""Functions without arguments that are built-in fields under the names that other products have for them."""

Operator = OneOf["+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Node:
    """`position` counts characters from the start of the text, or faults of a filter tree."""

    position: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant; None is BLANK()."""

    value: str | Decimal | float | bool | None


@dataclass(frozen=True, slots=True)
class FieldPath(Node):
    """`{a.b.c}`: keys, ids or built-in names."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """Unary minus."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic or a comparison; `position` is that of the operator."""

    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Any number of operands under AND, OR or &."""

    operator: OneOf["AND", "OR", "&"]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Among(Node):
    """`x IN (a, b)`."""

    operand: Node
    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function; `name` in capitals."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression. `pointers` gives, for a filter tree, the place of each position."""

    root: Node
    text: str = ""
    pointers: tuple[str, ...] = ()


def children(node: Node) -> tuple[Node, ...]:
    """The operands of a node, in order."""
    match node:
        case Negate(_, operand) | Not(_, operand):
            return (operand,)
        case Binary(_, _, left, right):
            return (left, right)
        case Chain(_, _, operands):
            return operands
        case Among(_, operand, options):
            return (operand, *options)
        case Call(_, _, arguments):
            return arguments
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def paths(expression: Expression) -> list[tuple[tuple[str, ...], int]]:
    """Every field path that an expression names, with its position, in reading order."""
    return [(n.path, n.position) for n in walk(expression.root) if isinstance(n, FieldPath)]
