"""Text to syntax tree, within limits, and faults that name the place."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any
from unicodedata import normalize

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from kernel.errors import ExpressionError
from kernel.expressions.syntax import (
    FIELD_FUNCTIONS,
    MAXIMUM_DEPTH,
    MAXIMUM_HOPS,
    MAXIMUM_LENGTH,
    MAXIMUM_NODES,
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
from kernel.values import MAXIMUM_SCALE

REFUSED = re.compile("[\x00\ud800-\udfff]")
_ESCAPES = re.compile(r"""\\([\\'"nt])""")
_CONTROLS = {"n": "\n", "t": "\t"}
_MAXIMUM_EXACT = 2**63 - 2


def parse(text: str) -> Expression:
    """Parse an expression. Raises ExpressionError with the position of the first fault."""
    if len(text) > MAXIMUM_LENGTH:
        raise ExpressionError(f"An expression has at most {MAXIMUM_LENGTH} characters.", MAXIMUM_LENGTH)
    if refused := REFUSED.search(text):
        raise ExpressionError("An expression cannot contain this character.", refused.start())
    try:
        tree = _grammar().parse(text)
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from None
    return Expression(_Builder().build(tree.children[0], 1), text)


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    source = resources.files(__package__).joinpath("grammar.lark").read_text("utf-8")
    return Lark(source, parser="lalr", lexer="contextual", propagate_positions=True, keep_all_tokens=False)


def _syntax_error(text: str, error: UnexpectedInput) -> ExpressionError:
    position = error.pos_in_stream if error.pos_in_stream is not None else len(text)
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        detail = "Something is missing at the end." if text.strip() else "The expression is empty."
        return ExpressionError(detail, len(text))
    if isinstance(error, UnexpectedCharacters):
        return ExpressionError(_character_fault(text, position), position)
    return ExpressionError(f"'{_first_word(text[position:])}' is not expected here.", position)


def _first_word(text: str) -> str:
    found = re.match(r"\w+|\W", text)
    return found.group()[:30] if found else ""


def _character_fault(text: str, position: int) -> str:
    character = text[position]
    if character in "'\"":
        return "The text that begins here has no closing quote."
    if character == "{":
        return "The field that begins here has no closing brace."
    return f"'{character}' is not expected here."


class _Builder:
    """Turns one parse tree into syntax nodes, counting them and their depth."""

    def __init__(self) -> None:
        self._nodes = 0

    def build(self, tree: Any, depth: int) -> Node:
        position = _position(tree)
        self._nodes += 1
        if depth > MAXIMUM_DEPTH:
            raise ExpressionError(
                f"The expression is nested more than {MAXIMUM_DEPTH} levels deep.", position
            )
        if self._nodes > MAXIMUM_NODES:
            raise ExpressionError(f"An expression has at most {MAXIMUM_NODES} parts.", position)
        make: Callable[[Tree[Token], int, int], Node] = getattr(self, f"_{tree.data}")
        return make(tree, position, depth + 1)

    def _all(self, items: list[Any], depth: int) -> tuple[Node, ...]:
        return tuple(self.build(item, depth) for item in items if isinstance(item, Tree))

    def _disjunction(self, tree: Tree[Token], position: int, depth: int) -> Node:
        return Chain(position, "OR", self._all(tree.children, depth))

    def _conjunction(self, tree: Tree[Token], position: int, depth: int) -> Node:
        return Chain(position, "AND", self._all(tree.children, depth))

    def _joined(self, tree: Tree[Token], position: int, depth: int) -> Node:
        return Chain(position, "&", self._all(tree.children, depth))

    def _negate(self, tree: Tree[Token], position: int, depth: int) -> Node:
        return Not(position, self.build(tree.children[-1], depth))

    def _binary(self, tree: Tree[Any], position: int, depth: int) -> Node:
        left, operator, right = tree.children
        name = "!=" if operator == "<>" else str(operator)
        place = int(getattr(operator, "start_pos", position))
        return Binary(place, name, self.build(left, depth), self.build(right, depth))  # type: ignore[arg-type]

    def _among(self, tree: Tree[Any], position: int, depth: int) -> Node:
        options = self._all(tree.children[-1].children, depth)
        if not options:
            raise ExpressionError("IN needs at least one value in its parentheses.", position)
        return Among(position, self.build(tree.children[0], depth), options)

    def _not_among(self, tree: Tree[Token], position: int, depth: int) -> Node:
        return Not(position, self._among(tree, position, depth))

    def _inside(self, tree: Tree[Any], position: int, depth: int) -> Node:
        """`x IN {values}`: one of the values is equal."""
        field: Any = tree.children[-1]
        place = int(field.start_pos)
        values = FieldPath(place, path(str(field)[1:-1], place))
        return Binary(position, "=", values, self.build(tree.children[0], depth))

    def _not_inside(self, tree: Tree[Any], position: int, depth: int) -> Node:
        return Not(position, self._inside(tree, position, depth))

    def _sign(self, tree: Tree[Any], position: int, depth: int) -> Node:
        sign, operand = tree.children
        node = self.build(operand, depth)
        if sign == "+":
            return node
        if isinstance(node, Literal) and isinstance(node.value, Decimal | float):
            return Literal(position, -node.value)
        return Negate(position, node)

    def _number(self, tree: Tree[Any], position: int, depth: int) -> Node:
        return Literal(position, number(str(tree.children[0]), position))

    def _text(self, tree: Tree[Any], position: int, depth: int) -> Node:
        return Literal(position, normalize("NFC", _unquote(str(tree.children[0]))))

    def _field(self, tree: Tree[Any], position: int, depth: int) -> Node:
        return FieldPath(position, path(str(tree.children[0])[1:-1], position))

    def _word(self, tree: Tree[Any], position: int, depth: int) -> Node:
        word = str(tree.children[0])
        if word.upper() in ("TRUE", "FALSE"):
            return Literal(position, word.upper() == "TRUE")
        word = word[:30]
        hint = f"write {{{word}}} for a field, '{word}' for text, {word}(…) for a function"
        raise ExpressionError(f"'{word}' alone means nothing: {hint}.", position)

    def _call(self, tree: Tree[Any], position: int, depth: int) -> Node:
        name, arguments = str(tree.children[0]).upper(), self._all(tree.children[-1].children, depth)
        if name not in FIELD_FUNCTIONS:
            return Call(position, name, arguments)
        if arguments:
            raise ExpressionError(f"Write {name}(); it takes no values.", position)
        return FieldPath(position, (FIELD_FUNCTIONS[name],))


def _position(tree: Any) -> int:
    return int(getattr(tree.meta, "start_pos", 0) or 0)


def _unquote(token: str) -> str:
    quote, inside = token[0], token[1:-1]
    parts = (part.replace(quote * 2, quote) for part in _ESCAPES.split(inside)[::2])
    escaped = (_CONTROLS.get(mark, mark) for mark in _ESCAPES.split(inside)[1::2])
    return "".join(piece for pair in zip(parts, [*escaped, ""], strict=True) for piece in pair)


def number(text: str, position: int = 0) -> Decimal | float:
    """A number: exact while it has at most 8 decimal places and 64 bits, else double precision."""
    exact = Decimal(text)
    if not exact.is_finite() or exact.adjusted() > 99:
        raise ExpressionError("The number is too large.", position)
    places = max(0, -int(exact.as_tuple().exponent))
    if places <= MAXIMUM_SCALE and abs(exact.scaleb(places)) <= _MAXIMUM_EXACT:
        return exact
    return float(exact) if exact.adjusted() >= -99 else 0.0


def path(text: str, position: int) -> tuple[str, ...]:
    """Split what stands between braces."""
    names = tuple(normalize("NFC", name.strip()) for name in text.split("."))
    if not all(names):
        raise ExpressionError("A field name is missing between the braces.", position)
    if len(names) > MAXIMUM_HOPS + 1:
        raise ExpressionError(f"A path goes through at most {MAXIMUM_HOPS} references.", position)
    return names
