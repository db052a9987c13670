"""Where uploaded files wait: one file for each import, below the data directory.

Several servers that share one PostgreSQL must share this directory too, for any of them may
take an import over.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kernel.errors import ConflictError, InvalidInputError, TooLargeError, UnavailableError


class Uploads:
    """The directory of uploaded files. `limit` is the largest file in bytes."""

    def __init__(self, directory: Path, limit: int) -> None:
        self._directory = directory
        self._limit = limit

    async def store(self, import_id: int, parts: AsyncIterator[bytes]) -> int:
        """Write a file as it arrives, never held in memory; its size in bytes.

        Raises UnavailableError where there is no room.
        """
        path = self.path(import_id)
        try:
            await asyncio.to_thread(self._directory.mkdir, parents=True, exist_ok=True)
            with await asyncio.to_thread(path.open, "wb") as file:
                size = 0
                async for part in parts:
                    size += len(part)
                    if size > self._limit:
                        raise TooLargeError(f"A file may have {self._limit:,} bytes.")
                    await asyncio.to_thread(file.write, part)
        except OSError as error:
            self.remove(import_id)
            raise UnavailableError(f"The file cannot be kept ({error.strerror}). Try again later.") from error
        except BaseException:
            self.remove(import_id)
            raise
        if size == 0:
            self.remove(import_id)
            raise InvalidInputError("The file is empty.")
        return size

    @contextmanager
    def open(self, import_id: int) -> Iterator[BinaryIO]:
        """The file, for reading. ConflictError when this server cannot reach it."""
        try:
            file = self.path(import_id).open("rb")
        except FileNotFoundError as error:
            raise ConflictError(
                "The uploaded file is not on this server. Servers that share a database must share the data "
                "directory."
            ) from error
        with file:
            yield file

    def remove(self, import_id: int) -> None:
        """Delete a file; none is no error."""
        with contextlib.suppress(FileNotFoundError):
            self.path(import_id).unlink()

    def waiting(self) -> dict[int, float]:
        """When each stored file was last written, in seconds since 1970, by import."""
        if not self._directory.is_dir():
            return {}
        files = (entry for entry in self._directory.iterdir() if entry.name.isdecimal())
        return {int(file.name): file.stat().st_mtime for file in files}

    def path(self, import_id: int) -> Path:
        """Where the file of an import waits."""
        return self._directory / str(import_id)
