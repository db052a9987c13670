"""Versions of things as entity tags: given in `ETag`, taken back in `If-Match`."""

from __future__ import annotations

import re
from typing import Annotated

from litestar.params import HeaderParameter

from kernel.errors import Fault, InvalidInputError

IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="The ETag of the version you have read.")
]

_TAG = re.compile(r'(?:W/)?"[^"\s]*"')
_VERSION_TAG = re.compile(r'"[0-9]{1,17}"')


def etag(version: int) -> dict[str, str]:
    """The header that tells a version."""
    return {"ETag": f'"{version}"'}


def versions(if_match: str | None) -> frozenset[int] | None:
    """The versions in an If-Match header; None when there is none or for `*`.

    A weak tag never matches, nor does one that this server has not given (RFC 9110, 13.1.1).
    """
    if if_match is None or if_match.strip() == "*":
        return None
    tags = [tag.strip() for tag in if_match.split(",")]
    if not all(_TAG.fullmatch(tag) for tag in tags):
        raise InvalidInputError(faults=[Fault("If-Match", 'Give the ETag that you have read, such as "3".')])
    return frozenset(int(tag[1:-1]) for tag in tags if _VERSION_TAG.fullmatch(tag))
