"""Filters through references: rows without the record that a condition asks for need not be read.

`{customer.email} = 'x'` holds for no record without a customer, so the join to it may lose those
rows, and then an engine may start from the customer's index. It cannot see that by itself where
text is compared without regard to case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kernel.expressions import Expression
from kernel.expressions.syntax import Among, Binary, Chain, FieldPath, Literal, Node
from kernel.queries.compilation import Scope
from kernel.queries.paths import PathResolver
from kernel.values import Value

_COLUMN = re.compile(r"(\w+)\.\w+")
_STRICT = ("=", "<", "<=", ">", ">=")

Path = tuple[str, ...]


class Noting(PathResolver):
    """A resolver that notes what it has found."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.noted: dict[Path, Value] = {}

    def resolve(self, path: Sequence[str], position: int) -> Value:
        value = super().resolve(path, position)
        self.noted[tuple(path)] = value
        return value


def require_rows(scope: Scope, condition: Expression, noted: Mapping[Path, Value]) -> None:
    """Make joins inner ones where a condition on the whole query needs their rows."""
    for path in _needed(condition.root):
        value = noted.get(path)
        column = _COLUMN.fullmatch(value.sql) if value is not None and value.rows is None else None
        if column:
            scope.frame.require(column[1])


def _needed(node: Node) -> Iterator[Path]:
    """The fields that must not be empty for a condition to hold."""
    match node:
        case Chain(_, "AND", operands):
            for operand in operands:
                yield from _needed(operand)
        case Binary(_, operator, FieldPath(_, path), Literal() as literal) if operator in _STRICT:
            if _filled(literal):
                yield path
        case Binary(_, operator, Literal() as literal, FieldPath(_, path)) if operator in _STRICT:
            if _filled(literal):
                yield path
        case Among(_, FieldPath(_, path), options) if all(map(_filled, options)):
            yield path


def _filled(node: Node) -> bool:
    """A constant that is not empty; what is empty equals false in no comparison that counts here."""
    return isinstance(node, Literal) and node.value not in (None, "", False, True)
