"""Events and facts as triggers and actions get them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kernel.automations import Facts, Occurrence

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
RECORD = {"id": "7", "title": "Website", "version": 3, "project_id": "1"}


def event(kind: str = "record.updated", via: str = "api", **changes: Any) -> Occurrence:
    """An event on record 7 with changes by name, each a pair of before and after."""
    return Occurrence(kind, via, NOW, "7", "5", changes)


def facts(**known: Any) -> Facts:
    """Facts about record 7."""
    return Facts("run_1_0", NOW, "Europe/Warsaw", RECORD, **known)
