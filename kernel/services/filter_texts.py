"""Filters that are kept as expressions: whoever sends one may send it as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import inspect

from kernel.errors import Fault, InvalidInputError
from kernel.expressions import parse_filter, written
from kernel.expressions.syntax import MAXIMUM_LENGTH
from kernel.meanings import MEANING

_FILTER: Final = "filter"


def as_expression(condition: str | Mapping[str, Any] | None, pointer: str) -> str | None:
    """A filter as the expression that it is kept as; None for an empty one.

    Raises InvalidInputError for a tree that cannot be read, with pointers below `pointer`.
    """
    if isinstance(condition, str) or condition is None:
        return (condition or "").strip() or None
    try:
        text = written(parse_filter(condition).root)
    except InvalidInputError as error:
        faults = [Fault(f"{pointer}{f.pointer}", f.detail, f.position) for f in error.faults]
        raise InvalidInputError(error.detail, faults) from None
    if len(text) > MAXIMUM_LENGTH:
        detail = f"As an expression this has more than {MAXIMUM_LENGTH} characters."
        raise InvalidInputError("The filter is too long.", [Fault(pointer, detail)])
    return text


def with_expressions(struct: type[msgspec.Struct], raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """A config whose filters are expressions. Raises InvalidInputError with pointers below /config."""
    names = [n for n, v in raw.items() if isinstance(v, Mapping) and n in _filters(struct)]
    return {**raw, **{n: as_expression(raw[n], f"/config/{n}") for n in names}} if names else raw


def _filters(struct: type[msgspec.Struct]) -> set[str]:
    """The members of a config that hold a `kernel.meanings.Filter`."""
    shape = inspect.type_info(struct)
    assert isinstance(shape, inspect.StructType)
    return {field.encode_name for field in shape.fields if _is_filter(field.type)}


def _is_filter(shape: inspect.Type) -> bool:
    if isinstance(shape, inspect.UnionType):
        return any(map(_is_filter, shape.types))
    return isinstance(shape, inspect.Metadata) and (shape.extra or {}).get(MEANING) == _FILTER
