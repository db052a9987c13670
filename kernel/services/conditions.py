"""Filters as background work keeps them: an expression, or the same as a tree."""

from __future__ import annotations

from typing import Any

import msgspec

Condition = str | dict[str, Any] | None


def as_stored(condition: str | bytes | None) -> Condition:
    """A condition of a page request as a job holds it."""
    return msgspec.json.decode(condition) if isinstance(condition, bytes) else condition


def as_requested(condition: Condition) -> str | bytes | None:
    """A condition of a job as a page request holds it."""
    return msgspec.json.encode(condition) if isinstance(condition, dict) else condition
