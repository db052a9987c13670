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
from kernel.services.archives.writing import ArchiveWriting
from kernel.services.exports.files import ExportFiles
from kernel.services.imports.uploads import Uploads
from kernel.services.job_rows import JobRows
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

        manifest = await self.writing.write(path, state.projects, step)
        state.size = await asyncio.to_thread(self.files.finish, job.id)
        rows = sum(manifest.rows.values())
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

    async def run(self, running: RunningJob) -> None:
        job = running.job
        state = decode_state(running.state)
        if state.report is None:
            actor = await actor_of(self.database, job.actor_id, "import")
            if not actor.admin:
                raise ForbiddenError("Only administrators may import archives.")
            rows = JobRows(self.database, running.clock)

            async def step() -> None:
                found = await rows.get(job.id)
                if found is None or found.status == "cancelling":
                    raise JobCancelledError

            async def commit(tx: Transaction, report: Report) -> None:
                done = msgspec.structs.replace(state, report=report)
                count = len(report.projects)
                await running.save(tx, encode_state(done), count, count)

            try:
                await self.reading.read(actor, self.files.path(job.id), step, commit)
            except (InvalidInputError, JobCancelledError):
                await asyncio.to_thread(self.files.remove, job.id)
                raise
        await asyncio.to_thread(self.files.remove, job.id)
