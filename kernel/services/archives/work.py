"""The jobs that write and read archives."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec

from kernel.access.acting import actor_of
from kernel.errors import ForbiddenError, InvalidInputError
from kernel.services.archives.model import Report, decode_state, encode_state
from kernel.services.archives.reading import ArchiveReading
from kernel.services.archives.rights import archivable
from kernel.services.archives.signals import Pulse, Signals
from kernel.services.archives.writing import ArchiveWriting
from kernel.services.exports.files import ExportFiles
from kernel.services.imports.uploads import Uploads
from kernel.services.jobs import JobCancelledError, RunningJob
from kernel.storage.database import Database, Transaction
from kernel.storage.schema_cache import SchemaCache


@dataclass(frozen=True)
class ExportWork:
    """The handler that writes archives; one that was begun by a process that died is begun anew."""

    database: Database
    schema: SchemaCache
    writing: ArchiveWriting
    files: ExportFiles

    async def run(self, running: RunningJob) -> None:
        state, job = decode_state(running.state), running.job
        actor = await actor_of(self.database, job.actor_id, "export", state.token_projects)
        archivable(await self.schema.current(), actor, state.projects)
        path = await asyncio.to_thread(self.files.new, job.id)

        async def step(rows: int) -> None:
            async with self.database.transaction() as tx:
                await running.save(tx, running.state, rows, None)

        written = await self.writing.write(path, state.projects, step, actor)
        state.size = await asyncio.to_thread(self.files.finish, job.id)
        state.report = written.report
        rows = sum(written.manifest.rows.values())
        try:
            async with self.database.transaction() as tx:
                await running.save(tx, encode_state(state), rows, rows)
        except JobCancelledError:
            await asyncio.to_thread(self.files.remove, job.id)
            raise


@dataclass(frozen=True)
class ImportWork:
    """The handler that reads archives. What it has made and that it has made it are one transaction."""

    database: Database
    reading: ArchiveReading
    files: Uploads
    signals: Signals

    async def run(self, running: RunningJob) -> None:
        job = running.job
        state = decode_state(running.state)
        if state.report is None:
            actor = await actor_of(self.database, job.actor_id, "import")
            if not actor.admin:
                raise ForbiddenError("Only administrators may import archives.")
            pulse = Pulse(self.signals, job.id)

            async def commit(tx: Transaction, report: Report) -> None:
                await pulse.last()
                done = msgspec.structs.replace(state, report=report)
                await running.save(tx, encode_state(done), pulse.rows, pulse.rows)

            try:
                await self.reading.read(actor, self.files.path(job.id), pulse.step, commit)
            except (InvalidInputError, JobCancelledError):
                await asyncio.to_thread(self._remove, job.id)
                raise
        await asyncio.to_thread(self._remove, job.id)

    def _remove(self, import_id: int) -> None:
        self.files.remove(import_id)
        self.signals.remove(import_id)
