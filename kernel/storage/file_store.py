"""Where the contents of files are kept: a directory, or any S3-compatible store.

A file is kept in pieces, each an object of its own, which is there whole or not at all. So an
upload that breaks off leaves nothing that a listing would not show, as the parts of an unfinished
multipart upload would, and a piece is all that is ever held in memory.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from kernel.errors import SettingsError, UnavailableError

PIECE = 2 * 1024 * 1024
"""Bytes of every piece but the last. Kept files rely on it: it never changes."""

_BLOCK = 256 * 1024
_log = structlog.get_logger("smalt.files")


@dataclass(frozen=True, slots=True)
class FilesPlace:
    """Where files go: `file:///<directory>` or `s3://<bucket>/<prefix>`, and how to get in there."""

    url: str
    endpoint: str = ""
    region: str = "us-east-1"
    access_key: str = ""
    secret_key: str = ""


class FileStore:
    """Keeps the contents of files by number."""

    def __init__(self, place: FilesPlace) -> None:
        parts = urlsplit(place.url)
        if parts.scheme not in ("file", "s3") or (parts.scheme == "s3") != bool(parts.netloc):
            raise SettingsError("files_url must be file:///<directory> or s3://<bucket>/<prefix>")
        self._place = place
        self._path = unquote(parts.path)
        self._bucket = parts.netloc
        self._directory = None if self._bucket else Path(self._path)

    @cached_property
    def _store(self) -> LocalStore | S3Store:
        if self._directory is not None:
            return LocalStore(self._directory, mkdir=True)
        place = self._place
        given: dict[str, Any] = {
            "endpoint": place.endpoint,
            "access_key_id": place.access_key,
            "secret_access_key": place.secret_key,
            "prefix": self._path.strip("/"),
        }
        return S3Store(
            self._bucket,
            region=place.region,
            client_options={"allow_http": place.endpoint.startswith("http:")},
            **{name: value for name, value in given.items() if value},
        )

    async def write(self, file_id: int, content: AsyncIterator[bytes]) -> None:
        """Keep a file as it arrives. UnavailableError when the store does not take it."""
        number = 0
        async with aclosing(_pieces(content)) as pieces:
            async for piece in pieces:
                with _reaching():
                    await obstore.put_async(self._store, _key(file_id, number), piece, use_multipart=False)
                number += 1

    async def read(self, file_id: int, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `stop`. UnavailableError when they cannot be reached."""
        for number in range(start // PIECE, -(-stop // PIECE)):
            first = number * PIECE
            within = (max(start - first, 0), min(stop - first, PIECE))
            with _reaching():
                found = await obstore.get_async(self._store, _key(file_id, number), options={"range": within})
                async for block in found.stream(_BLOCK):
                    yield bytes(block)

    async def remove(self, file_id: int) -> None:
        """Forget a file, or what there is of one; none is no error."""
        with _reaching():
            if self._directory is not None:
                # with what a killed process may have left there and no listing shows
                await asyncio.to_thread(shutil.rmtree, self._directory / str(file_id), ignore_errors=True)
                return
            async for found in obstore.list(self._store, str(file_id)):
                await obstore.delete_async(self._store, [piece["path"] for piece in found])


def _key(file_id: int, number: int) -> str:
    return f"{file_id}/{number:05}"


async def _pieces(content: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The same bytes, PIECE at a time."""
    held: list[bytes] = []
    room = PIECE
    async for part in content:
        while len(part) >= room:
            held.append(part[:room])
            part, whole = part[room:], b"".join(held)
            held, room = [], PIECE
            yield whole
        held.append(part)
        room -= len(part)
    if room < PIECE:
        yield b"".join(held)


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        _log.error("the file store failed", error=str(error))
        raise UnavailableError("The store of files cannot be reached. Try again later.") from error
