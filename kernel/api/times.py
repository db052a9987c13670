"""Moments as they leave: RFC 3339 in UTC with milliseconds."""

from __future__ import annotations

from kernel.clock import from_milliseconds


def moment(milliseconds: int) -> str:
    """`2026-11-23T09:24:00.000Z` for milliseconds since 1970."""
    return from_milliseconds(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")
