"""Where finished exports wait to be fetched: one file each, below the data directory."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import anyio

from kernel.errors import ConflictError

BLOCK: Final = 256 * 1024


class ExportFiles:
    """The directory of exported files."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def new(self, export_id: int) -> Path:
        """Where to write a file that is not finished."""
        self._directory.mkdir(parents=True, exist_ok=True)
        return self._directory / f"{export_id}.part"

    def finish(self, export_id: int) -> int:
        """Give the finished file its name; its size in bytes."""
        path = self.new(export_id).rename(self._path(export_id))
        return path.stat().st_size

    def remove(self, export_id: int) -> None:
        """Delete a file, finished or not; none is no error."""
        for path in (self._path(export_id), self._directory / f"{export_id}.part"):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    async def read(self, export_id: int) -> AsyncIterator[bytes]:
        """The file in pieces. ConflictError when this server cannot reach it."""
        try:
            file = await anyio.open_file(self._path(export_id), "rb")
        except FileNotFoundError as error:
            raise ConflictError(
                "The file is not on this server. Servers that share a database must share the data directory."
            ) from error
        return _pieces(file)

    def waiting(self) -> list[int]:
        """The exports that have files."""
        if not self._directory.is_dir():
            return []
        return [int(e.stem) for e in self._directory.iterdir() if e.stem.isdecimal()]

    def _path(self, export_id: int) -> Path:
        return self._directory / str(export_id)


async def _pieces(file: anyio.AsyncFile[bytes]) -> AsyncIterator[bytes]:
    async with file:
        while piece := await file.read(BLOCK):
            yield piece
