"""Identifiers in paths."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from litestar.params import PathParameter

from kernel.errors import NotFoundError

LARGEST = 2**63 - 1

Id: TypeAlias = Annotated[str, PathParameter(description="An identifier; opaque.")]
"""An identifier in a path, as text."""


def identifier(text: str) -> int:
    """The number behind an identifier. Raises NotFoundError for what never was one."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or text[0] == "0":
        raise NotFoundError
    number = int(text)
    if number > LARGEST:
        raise NotFoundError
    return number
