"""What an import and those who wait for it tell each other while its one transaction goes on.

Other writers of SQLite wait for that transaction, so this stands in small files beside the uploaded one.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path
from typing import Final

from kernel.services.jobs import JobCancelledError

EVERY_SECONDS: Final = 0.25


class Signals:
    """Reads and writes these files. Those of an import go with it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def stop(self, import_id: int) -> None:
        """Ask an import to stop."""
        self._directory.mkdir(parents=True, exist_ok=True)
        self._path(import_id, "stop").touch()

    def stopped(self, import_id: int) -> bool:
        """Whether somebody has."""
        return self._path(import_id, "stop").exists()

    def tell(self, import_id: int, rows: int, total: int) -> None:
        """How far an import is."""
        with contextlib.suppress(OSError):
            self._path(import_id, "rows").write_text(f"{rows} {total}")

    def told(self, import_id: int) -> tuple[int, int] | None:
        """The same, for who asks; None where nothing is told yet."""
        try:
            rows, total = map(int, self._path(import_id, "rows").read_text().split())
        except (OSError, ValueError):
            return None
        return rows, total

    def remove(self, import_id: int) -> None:
        """Forget an import."""
        for ending in ("stop", "rows"):
            self._path(import_id, ending).unlink(missing_ok=True)

    def _path(self, import_id: int, ending: str) -> Path:
        return self._directory / f"{import_id}.{ending}"


class Pulse:
    """Called by an import as it goes on: tells how far it is, and stops it when that is wanted."""

    def __init__(self, signals: Signals, import_id: int) -> None:
        self._signals = signals
        self._id = import_id
        self._last = 0.0
        self.rows = 0

    async def step(self, rows: int, total: int) -> None:
        """So many rows more are taken in, of so many. Raises JobCancelledError."""
        self.rows += rows
        if time.monotonic() - self._last >= EVERY_SECONDS:
            self._last = time.monotonic()
            if await asyncio.to_thread(self._look, total):
                raise JobCancelledError

    async def last(self) -> None:
        """Before what cannot be stopped any more. Raises JobCancelledError."""
        if await asyncio.to_thread(self._signals.stopped, self._id):
            raise JobCancelledError

    def _look(self, total: int) -> bool:
        self._signals.tell(self._id, min(self.rows, total), total)
        return self._signals.stopped(self._id)
