"""Taking files in and handing them out: streams both ways, never a file in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Protocol

from kernel.access.actor import Actor
from kernel.content_types import HEAD, sniffed
from kernel.errors import ConflictError, NotFoundError, TooLargeError
from kernel.file_names import safe_name
from kernel.services.entries import ProjectParts
from kernel.services.files.model import FileInfo, Reader
from kernel.services.files.removal import FileRemoval
from kernel.services.process_owner import owner_name
from kernel.storage.database import Row, Statement
from kernel.storage.file_store import FileStore

UNUSED_MS = 24 * 60 * 60 * 1000
"""How long an upload waits for something that holds it."""


class Incoming(Protocol):
    """A file on its way in. Its name, as its sender calls it, is known when `parts` has ended."""

    file_name: str

    def parts(self) -> AsyncIterator[bytes]: ...


@dataclass
class _Taken:
    """What is known of a file while it passes by."""

    size: int = 0
    head: bytearray = field(default_factory=bytearray)


class FileService:
    """The rules of files. `limit` is the largest file in bytes."""

    def __init__(self, parts: ProjectParts, store: FileStore, removal: FileRemoval, limit: int) -> None:
        self._parts = parts
        self._store = store
        self._removal = removal
        self._limit = limit
        self._owner = owner_name()

    async def upload(self, actor: Actor, incoming: Incoming) -> FileInfo:
        """Keep a file. Its row is there before its content, so that nothing is left if this ends early."""
        file_id, now = self._parts.ids.new(), self._parts.now()
        expires = now + UNUSED_MS
        row = {
            "id": file_id, "name": "", "size": 0, "content_type": "", "state": "uploading",
            "owner": self._owner, "created_at": now, "created_by": actor.user_id, "expires_at": expires,
        }  # fmt: skip
        await _aside(self._announce(row))
        taken = _Taken()
        try:
            await self._store.write(file_id, self._watched(incoming.parts(), taken))
            type_ = sniffed(bytes(taken.head))
            return await self._finish(
                FileInfo(file_id, safe_name(incoming.file_name), taken.size, type_, now, actor.user_id)
            )
        except BaseException:
            await asyncio.shield(_aside(self._removal.discard(file_id)))
            raise

    async def _announce(self, row: Mapping[str, Any]) -> None:
        async with self._parts.database.transaction() as tx:
            await self._parts.rows.insert(tx, "smalt_file", row)

    async def _watched(self, parts: AsyncIterator[bytes], taken: _Taken) -> AsyncIterator[bytes]:
        async for part in parts:
            taken.size += len(part)
            if taken.size > self._limit:
                raise TooLargeError(f"A file may have {self._limit:,} bytes.")
            taken.head += part[: HEAD - len(taken.head)]
            yield part

    async def _finish(self, info: FileInfo) -> FileInfo:
        mark = self._parts.rows.mark
        sql = (
            f"UPDATE smalt_file SET name = {mark(2)}, size = {mark(3)}, content_type = {mark(4)}, "
            f"state = 'ready', expires_at = {mark(5)} WHERE id = {mark(1)} AND state = 'uploading'"
        )
        expires = self._parts.now() + UNUSED_MS
        async with self._parts.database.transaction() as tx:
            use = [info.id, info.name, info.size, info.content_type, expires]
            if not await tx.execute(sql, use):
                raise ConflictError("This upload took too long and was given up. Send it again.")
        return info

    async def get(self, actor: Actor, file_id: int) -> FileInfo:
        """A file that the actor may see, or NotFoundError."""
        database = self._parts.database

        async def fetch(sql: str, use: Sequence[Any]) -> list[Row]:
            return (await database.read(Statement(sql, use)))[0]

        schema = await self._parts.schema.current()
        reader = Reader(database.dialect, schema, actor, self._parts.clock.now())
        found = (await reader.visible(fetch, [file_id])).get(file_id)
        if found is None:
            raise NotFoundError("There is no such file, or you may not see it.")
        return found

    async def content(self, info: FileInfo, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `stop`. UnavailableError at once when they cannot be reached."""
        blocks = self._store.read(info.id, start, stop)
        first = await anext(blocks, b"")

        async def all_of_them() -> AsyncIterator[bytes]:
            yield first
            async for block in blocks:
                yield block

        return all_of_them()

    async def delete(self, actor: Actor, file_id: int) -> None:
        """Take back an upload that nothing holds. ConflictError when something does."""
        found = await self.get(actor, file_id)
        if found.created_by != actor.user_id or not await self._removal.give_up(file_id):
            raise ConflictError("This file is in use. Take it out of the field or comment that holds it.")


def _aside(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Work outside the request: its idempotency key stands for a file that is there, for nothing before."""
    return asyncio.create_task(work, context=Context())
