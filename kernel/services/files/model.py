"""Files as services hand them on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.queries.files import holders, visible_files
from kernel.queries.paths import start
from kernel.schema import Schema
from kernel.services.record_state import chunks
from kernel.storage.database import Row

AT_ONCE = 500
"""Files in one statement; engines limit its parameters."""

Fetch = Callable[[str, Sequence[Any]], Awaitable[list[Row]]]
"""Runs a read statement: of a transaction, or of the database outside any."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file without its content. `created_at` is in milliseconds since 1970, `size` in bytes."""

    id: int
    name: str
    size: int
    content_type: str
    created_at: int
    created_by: int | None


@dataclass(frozen=True)
class Reader:
    """Who reads, against which schema, when."""

    dialect: Dialect
    schema: Schema
    actor: Actor
    now: datetime

    async def visible(self, fetch: Fetch, ids: Collection[int]) -> dict[int, FileInfo]:
        """Those of the files that the reader may see, by id."""
        found: dict[int, FileInfo] = {}
        for part in chunks(sorted(ids), AT_ONCE):
            held = await fetch(*holders(self.dialect, part))
            compilation = start(self.schema, self.actor, self.dialect, self.now)
            rows = await fetch(*visible_files(compilation, part, held))
            found |= {row[0]: FileInfo(*row) for row in rows}
        return found
