"""What may be set about storage. Times are in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class StorageOptions:
    """How an engine is opened.

    `read_seconds` and `write_seconds` limit one read and one statement of a write transaction;
    `busy_seconds` is how long a transaction waits for its turn. `synchronous` FULL makes SQLite
    survive a power cut without losing the last transactions; NORMAL survives a killed process.
    """

    readers: int = 3
    synchronous: Literal["NORMAL", "FULL"] = "NORMAL"
    read_seconds: float = 10.0
    write_seconds: float = 120.0
    busy_seconds: float = 15.0
    pool_minimum: int = 2
    pool_maximum: int = 10
