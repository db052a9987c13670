"""Files that come with a submission, from people without an account."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Final

from kernel.access.actor import Actor
from kernel.errors import TooLargeError
from kernel.services.files.service import Incoming
from kernel.services.files.wiring import Files

MOST_FILES: Final = 10
_VISITOR: Final = Actor(user_id=None, name="form", via="form")


class FormUploads:
    """Takes files of at most `limit` bytes, and throws away those of submissions that fail."""

    def __init__(self, files: Files, limit: int) -> None:
        self._files = files
        self._limit = limit

    async def take(self, incoming: Incoming) -> int:
        """Keep a file; its id. TooLargeError as soon as it is too large."""
        return (await self._files.upload(_VISITOR, _Limited(incoming, self._limit))).id

    async def discard(self, ids: Iterable[int]) -> None:
        """Remove files that no record has taken."""
        for file_id in ids:
            await self._files.removal.give_up(file_id)


class _Limited:
    """A file that must not be larger than a form takes."""

    def __init__(self, incoming: Incoming, limit: int) -> None:
        self.file_name = incoming.file_name
        self._incoming = incoming
        self._limit = limit

    async def parts(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._incoming.parts():
            size += len(part)
            if size > self._limit:
                raise TooLargeError(f"A file may have {self._limit:,} bytes.")
            yield part
