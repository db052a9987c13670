"""Filter trees: the same language, as JSON that clients build."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final
from unicodedata import normalize

from kernel.errors import ExpressionError, Fault, InvalidInputError
from kernel.expressions.parser import REFUSED, number, parse, path
from kernel.expressions.syntax import (
    MAXIMUM_DEPTH,
    MAXIMUM_LENGTH,
    MAXIMUM_NODES,
    Among,
    Binary,
    Call,
    Chain,
    Expression,
    FieldPath,
    Literal,
    Node,
    Not,
)
from kernel.values import Kind, ValueType

_COMPARISONS: Final = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TEXTS: Final = {"contains": "CONTAINS", "starts_with": "STARTS_WITH", "ends_with": "ENDS_WITH"}
_SETS: Final = ("in", "any_of", "not_in", "none_of", "all_of")
_EMPTY: Final = ("is_empty", "is_not_empty")
_SYNONYMS: Final = {
    "gte": "ge", "lte": "le", "neq": "ne", "empty": "is_empty", "not_empty": "is_not_empty",
}  # fmt: skip
OPERATORS: Final = (*_COMPARISONS, *_TEXTS, "not_contains", *_SETS, "between", "within", *_EMPTY)


def parse_filter(value: object) -> Expression:
    """A filter: an expression as text, or a tree of `all`, `any`, `not` and comparisons.

    Raises ExpressionError for the text, InvalidInputError with a pointer for the tree.
    """
    if isinstance(value, str):
        return parse(value)
    reader = _Reader()
    root = reader.read(value, "", 1)
    return Expression(root, pointers=tuple(reader.pointers))


def operators_for(type_: ValueType) -> tuple[str, ...]:
    """The operators that make sense for values of a type, for catalogues."""
    if type_.many:
        return ("any_of", "all_of", "none_of", "contains", *_EMPTY)
    match type_.kind:
        case Kind.TEXT:
            return (*_COMPARISONS, *_TEXTS, "not_contains", "in", "not_in", *_EMPTY)
        case Kind.NUMBER | Kind.MONEY:
            return (*_COMPARISONS, "between", "in", "not_in", *_EMPTY)
        case Kind.DATE | Kind.DATETIME:
            return (*_COMPARISONS, "between", "within", *_EMPTY)
        case Kind.BOOLEAN:
            return ("eq", "ne", *_EMPTY)
        case Kind.CHOICE | Kind.PERSON | Kind.RECORD | Kind.FILE:
            return ("eq", "ne", "in", "not_in", "contains", "not_contains", *_EMPTY)
    return _EMPTY


class _Reader:
    """Turns one tree into syntax nodes; a node's position is an index into `pointers`."""

    def __init__(self) -> None:
        self.pointers: list[str] = []

    def read(self, value: object, pointer: str, depth: int) -> Node:
        place = self._place(pointer)
        if depth > MAXIMUM_DEPTH:
            raise _fault(pointer, f"The filter is more than {MAXIMUM_DEPTH} levels deep.")
        if not isinstance(value, Mapping):
            raise _fault(pointer, "A filter is an object with 'all', 'any', 'not', or 'field' and 'op'.")
        for name, operator in (("all", "AND"), ("any", "OR")):
            if name in value:
                _only(value, (name,), pointer)
                return self._chain(value[name], operator, f"{pointer}/{name}", depth)
        if "not" in value:
            _only(value, ("not",), pointer)
            return Not(place, self.read(value["not"], f"{pointer}/not", depth + 1))
        return self._comparison(value, pointer, place)

    def _place(self, pointer: str) -> int:
        if len(self.pointers) >= MAXIMUM_NODES:
            raise _fault(pointer, f"A filter has at most {MAXIMUM_NODES} parts.")
        self.pointers.append(pointer)
        return len(self.pointers) - 1

    def _chain(self, value: object, operator: Any, pointer: str, depth: int) -> Node:
        place = self._place(pointer)
        if not isinstance(value, list):
            raise _fault(pointer, "This must be a list of filters.")
        members: list[Node] = []
        faults: list[Fault] = []
        for index, member in enumerate(value):
            try:
                members.append(self.read(member, f"{pointer}/{index}", depth + 1))
            except InvalidInputError as error:
                faults += error.faults
        if faults:
            raise InvalidInputError(faults[0].detail, faults)
        return Chain(place, operator, tuple(members)) if members else Literal(place, operator == "AND")

    def _comparison(self, value: Mapping[str, object], pointer: str, place: int) -> Node:
        _only(value, ("field", "op", "value"), pointer)
        missing = [n for n in ("field", "op") if not isinstance(value.get(n), str)]
        if missing:
            faults = [Fault(f"{pointer}/{name}", f"'{name}' is missing or not a text.") for name in missing]
            raise InvalidInputError(faults[0].detail, faults)
        operator = _SYNONYMS.get(str(value["op"]), str(value["op"]))
        if operator not in OPERATORS:
            near = _near(operator, OPERATORS)
            raise _fault(f"{pointer}/op", f"There is no operator '{operator[:40]}'.{near}")
        field = self._field(str(value["field"]), f"{pointer}/field")
        if operator in _EMPTY:
            blank = Binary(place, "=", field, Literal(place, None))
            return blank if operator == "is_empty" else Not(place, blank)
        if "value" not in value:
            raise _fault(f"{pointer}/value", "'value' is missing.")
        return self._apply(operator, field, value["value"], f"{pointer}/value", place)

    def _field(self, name: str, pointer: str) -> Node:
        place = self._place(pointer)
        inside = name[1:-1] if name.startswith("{") and name.endswith("}") else name
        try:
            if REFUSED.search(inside) or len(inside) > MAXIMUM_LENGTH:
                raise ExpressionError("This is not the name of a field.")
            return FieldPath(place, path(inside, place))
        except ExpressionError as error:
            raise _fault(pointer, error.detail) from None

    def _apply(self, operator: str, field: Node, value: object, pointer: str, place: int) -> Node:
        if operator in _COMPARISONS:
            return Binary(place, _COMPARISONS[operator], field, self._literal(value, pointer))  # type: ignore[arg-type]
        if operator in _TEXTS:
            return Call(place, _TEXTS[operator], (field, self._literal(value, pointer)))
        if operator == "not_contains":
            return Not(place, Call(place, "CONTAINS", (field, self._literal(value, pointer))))
        if operator == "within":
            return Call(place, "WITHIN", (field, self._literal(value, pointer)))
        if operator == "between":
            return self._between(field, value, pointer, place)
        return self._set(operator, field, value, pointer, place)

    def _between(self, field: Node, value: object, pointer: str, place: int) -> Node:
        if not isinstance(value, list) or len(value) != 2:
            raise _fault(pointer, "'between' takes a list of two values.")
        low, high = self._literals(value, pointer)
        return Chain(place, "AND", (Binary(place, ">=", field, low), Binary(place, "<=", field, high)))

    def _set(self, operator: str, field: Node, value: object, pointer: str, place: int) -> Node:
        if not isinstance(value, list):
            raise _fault(pointer, f"'{operator}' takes a list of values.")
        options = tuple(self._literals(value, pointer))
        if operator == "all_of":
            tests = tuple(Binary(place, "=", field, option) for option in options)
            return Chain(place, "AND", tests) if tests else Literal(place, True)
        among: Node = Among(place, field, options) if options else Literal(place, False)
        return Not(place, among) if operator in ("not_in", "none_of") else among

    def _literals(self, values: Sequence[object], pointer: str) -> list[Node]:
        return [self._literal(value, f"{pointer}/{i}") for i, value in enumerate(values)]

    def _literal(self, value: object, pointer: str) -> Node:
        """A plain value, or one in the shape that records have it in."""
        place = self._place(pointer)
        if isinstance(value, Mapping) and value.keys() == {"amount", "currency"}:
            parts = (self._literal(value[name], f"{pointer}/{name}") for name in ("amount", "currency"))
            return Call(place, "MONEY", tuple(parts))
        if isinstance(value, Mapping) and isinstance(value.get("id"), str):
            value = value["id"]
        if value is None or isinstance(value, bool):
            return Literal(place, value)
        if isinstance(value, str):
            if len(value) > MAXIMUM_LENGTH or REFUSED.search(value):
                raise _fault(pointer, "This text is too long or has characters that no value has.")
            return Literal(place, normalize("NFC", value))
        if isinstance(value, int | float | Decimal):
            return Literal(place, _number(value, pointer))
        raise _fault(pointer, "A value is a text, a number, true, false or null.")


def _number(value: float | Decimal, pointer: str) -> Decimal | float:
    try:
        return number(_DIGITS[type(value)](value))
    except (ExpressionError, ArithmeticError, ValueError):
        raise _fault(pointer, "The number is too large.") from None


_DIGITS: Final[Mapping[type, Callable[[Any], str]]] = {int: str, float: repr, Decimal: str}


def _only(value: Mapping[str, object], known: Sequence[str], pointer: str) -> None:
    faults = [
        Fault(f"{pointer}/{name}", f"'{str(name)[:40]}' is not known here.{_near(str(name), known)}")
        for name in value
        if name not in known
    ]
    if faults:
        raise InvalidInputError(faults[0].detail, faults)


def _near(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name[:40], known, 1)
    return f" Did you mean '{near[0]}'?" if near else ""


def _fault(pointer: str, detail: str) -> InvalidInputError:
    return InvalidInputError(detail, [Fault(pointer, detail)])
