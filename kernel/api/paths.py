"""Identifiers in paths."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from litestar.params import PathParameter

from kernel.errors import NotFoundError
from kernel.ids import number_of

Id: TypeAlias = Annotated[str, PathParameter(description="An identifier; opaque.")]
"""An identifier in a path, as text."""


def identifier(text: str) -> int:
    """The number behind an identifier. Raises NotFoundError for what never was one."""
    number = number_of(text)
    if number is None or text[0] == "0":
        raise NotFoundError
    return number
