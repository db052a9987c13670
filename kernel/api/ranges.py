"""Parts of a resource: `Range`, `If-Range` and `If-None-Match` (RFC 9110), one range at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ONE = re.compile(r"bytes=\s*([0-9]{0,19})-([0-9]{0,19})\s*")


@dataclass(frozen=True)
class Part:
    """What to send: status 200, 206, 304 or 416, and the bytes from `start` up to `stop`."""

    status: int
    start: int
    stop: int
    headers: Mapping[str, str]


def wanted(headers: Mapping[str, str], size: int, etag: str) -> Part:
    """What a request asks for of something of this size; several ranges at once mean all of it."""
    known = {"ETag": etag, "Accept-Ranges": "bytes"}
    if _names(headers.get("if-none-match", ""), etag):
        return Part(304, 0, 0, known)
    found = _ONE.fullmatch(headers.get("range", ""))
    changed = headers.get("if-range", etag).strip() != etag
    if found is None or changed or found.groups() == ("", ""):
        return Part(200, 0, size, known | {"Content-Length": str(size)})
    start, stop = _bounds(found[1], found[2], size)
    if start >= stop:
        return Part(416, 0, 0, known | {"Content-Range": f"bytes */{size}"})
    place = {"Content-Range": f"bytes {start}-{stop - 1}/{size}", "Content-Length": str(stop - start)}
    return Part(206, start, stop, known | place)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(size - int(last), 0), size
    return int(first), min(int(last) + 1, size) if last else size


def _names(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return etag in tags or "*" in tags
