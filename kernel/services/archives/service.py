"""Archives as clients see them: asked for, brought, watched, fetched, stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import structlog

from kernel.access.actor import SYSTEM, Actor
from kernel.clock import to_milliseconds
from kernel.errors import ConflictError, Fault, ForbiddenError, InvalidInputError, NotFoundError
from kernel.ids import number_of
from kernel.services.archives.model import (
    EXPORT_KIND,
    IMPORT_KIND,
    ArchiveInput,
    ArchiveState,
    Report,
    decode_state,
    encode_state,
)
from kernel.services.archives.reading import ArchiveReading
from kernel.services.archives.rights import archivable
from kernel.services.archives.signals import Signals
from kernel.services.archives.writing import ArchiveWriting, Written
from kernel.services.entries import ProjectParts
from kernel.services.exports.files import ExportFiles
from kernel.services.imports.uploads import Uploads
from kernel.services.job_rows import ENDED, Job, JobRows, JobStatus
from kernel.storage.database import Transaction

_log = structlog.get_logger("smalt.archives")
KEPT_DAYS: Final = 7
_DAY: Final = 24 * 60 * 60 * 1000


class Incoming(Protocol):
    """A file on its way in."""

    def parts(self) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True)
class Archive:
    """An archive that is written or read, and its job."""

    job: Job
    state: ArchiveState
    progress: tuple[int, int | None]
    """Rows that are done, and of how many if that is known."""


class ArchiveService:
    """The rules of archives. They hold what whoever asked may see, so nobody else gets them."""

    def __init__(
        self,
        parts: ProjectParts,
        writing: ArchiveWriting,
        reading: ArchiveReading,
        files: ExportFiles,
        uploads: Uploads,
        signals: Signals,
        wake: Callable[[], None],
    ) -> None:
        self._parts = parts
        self._writing = writing
        self._reading = reading
        self._files = files
        self._uploads = uploads
        self._signals = signals
        self._jobs = JobRows(parts.database, parts.clock)
        self._wake = wake

    async def create(self, actor: Actor, data: ArchiveInput) -> Archive:
        """Queue the writing of an archive."""
        ids = list(dict.fromkeys(_identifiers(data.projects)))
        archivable(await self._parts.schema.current(), actor, ids)
        limit = None if actor.token_projects is None else sorted(actor.token_projects)
        state = ArchiveState(projects=ids, token_projects=limit)
        return await self._queue(self._parts.ids.new(), EXPORT_KIND, actor, state)

    async def bring(self, actor: Actor, incoming: Incoming) -> Archive:
        """Take a file in and queue the reading of it."""
        if not actor.admin or actor.token_projects is not None:
            raise ForbiddenError("Only administrators may import archives.")
        id_ = self._parts.ids.new()
        size = await self._uploads.store(id_, incoming.parts())
        return await self._queue(id_, IMPORT_KIND, actor, ArchiveState(size=size))

    async def get(self, actor: Actor, archive_id: int) -> Archive:
        """One's own archive, or NotFoundError."""
        job = await self._jobs.get(archive_id)
        if job is None or job.kind not in (EXPORT_KIND, IMPORT_KIND) or job.actor_id != actor.user_id:
            raise NotFoundError("There is no such archive.")
        told: tuple[int, int | None] = job.rows_done, job.rows_total
        if job.kind == IMPORT_KIND and job.finished_at is None:
            now = await asyncio.to_thread(self._signals.told, archive_id)
            told = told if now is None else now
        found = Archive(job, decode_state(job.state), told)
        if job.kind == EXPORT_KIND:
            archivable(await self._parts.schema.current(), actor, found.state.projects)
        return found

    async def download(self, actor: Actor, archive_id: int) -> tuple[Archive, AsyncIterator[bytes]]:
        """The finished file in pieces."""
        found = await self.get(actor, archive_id)
        if found.job.kind != EXPORT_KIND or found.job.status != "done":
            raise ConflictError("There is no file to fetch.")
        return found, await self._files.read(archive_id)

    async def cancel(self, actor: Actor, archive_id: int) -> Archive:
        """Stop it, or throw the file away. An import that is done stays."""
        found = await self.get(actor, archive_id)
        if found.job.kind == IMPORT_KIND and found.job.status in ("running", "cancelling"):
            # a note in the database would have to wait for the transaction that is to be stopped
            await asyncio.to_thread(self._signals.stop, archive_id)
            return await self.get(actor, archive_id)
        stopped: tuple[JobStatus, ...] = ("queued", "done") if found.job.kind == EXPORT_KIND else ("queued",)
        if await self._jobs.stop(archive_id, stopped):
            await asyncio.to_thread(self._remove, archive_id)
        return await self.get(actor, archive_id)

    async def sweep(self) -> None:
        """Remove files that are too old, or that nothing can need any more."""
        old = self._now() - KEPT_DAYS * _DAY
        uploads = await asyncio.to_thread(self._uploads.waiting)
        for id_ in {*uploads, *await asyncio.to_thread(self._files.waiting)}:
            job = await self._jobs.get(id_)
            if job is None:
                over = uploads.get(id_, 0) * 1000 < old  # what is on its way in has no job yet
            else:
                over = job.status in ENDED and (job.kind == IMPORT_KIND or job.created_at < old)
            if over:
                await asyncio.to_thread(self._remove, id_)

    async def write(self, path: Path, ids: list[int]) -> Written:
        """Write projects into a file at once, for whoever may do everything."""

        async def step(rows: int) -> None:
            return None

        written = await self._writing.write(path, ids, step, SYSTEM)
        if written.boards.left:
            _log.warning("dashboards show other projects too", left_out=list(written.boards.left.values()))
        return written

    async def read(self, actor: Actor, path: Path) -> Report:
        """Take a file in at once, for whoever may do everything."""

        async def step(rows: int, total: int) -> None:
            return None

        async def commit(tx: Transaction, report: Report) -> None:
            return None

        return await self._reading.read(actor, path, step, commit)

    async def _queue(self, id_: int, kind: str, actor: Actor, state: ArchiveState) -> Archive:
        job = Job(id_, kind, None, actor.user_id, "queued", encode_state(state), 0, None, None, self._now())
        async with self._parts.database.transaction() as tx:
            await self._jobs.add(tx, job)
        self._wake()
        return Archive(job, state, (0, None))

    def _remove(self, archive_id: int) -> None:
        self._files.remove(archive_id)
        self._uploads.remove(archive_id)
        self._signals.remove(archive_id)

    def _now(self) -> int:
        return to_milliseconds(self._parts.clock.now())


def _identifiers(texts: list[str]) -> list[int]:
    faults = [
        Fault(f"/projects/{place}", "This is no id of a project.")
        for place, text in enumerate(texts)
        if number_of(text) is None
    ]
    if faults:
        raise InvalidInputError(faults=faults)
    return [int(text) for text in texts]
