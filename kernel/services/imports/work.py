"""Does an import in the background: chunk after chunk, each one transaction with its place in the file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from kernel.access.acting import actor_of
from kernel.importers import Row
from kernel.services.imports.links import find_references, link_some
from kernel.services.imports.missing import MissingThings
from kernel.services.imports.model import decode_state, encode_state
from kernel.services.imports.people import People
from kernel.services.imports.rows import Work, absent_names, numbered
from kernel.services.imports.session import Session, Sessions
from kernel.services.imports.undo import Undo
from kernel.services.imports.uploads import Uploads
from kernel.services.imports.writing import ChunkWriter, OwnLinks, RejectedRows
from kernel.services.jobs import RunningJob
from kernel.services.records import RecordService, Writing
from kernel.storage.database import Database
from kernel.storage.kernel_rows import KernelRows

CHUNK = 2000
"""Rows of one transaction: other writers get in between."""

Numbered = tuple[int, Row]


class _SchemaMoved(Exception):
    """Somebody changed the schema between parsing and writing."""


@dataclass(frozen=True)
class ImportWork:
    """The handler of import jobs."""

    database: Database
    uploads: Uploads
    sessions: Sessions
    records: RecordService
    missing: MissingThings
    rows: KernelRows
    undo: Undo

    async def run(self, running: RunningJob) -> None:
        """Go on from wherever the state says."""
        state = decode_state(running.state)
        actor = await actor_of(self.database, running.job.actor_id, "import", state.token_projects)
        project_id = running.job.project_id or 0
        if state.phase == "undo":
            await self.undo.run(running, actor, project_id, state)
            return
        people = await People.load(self.database)
        session = await self.sessions.open(actor, project_id, state, people)
        if state.phase == "rows":
            session = await self._rows(running, session, people)
        while state.phase == "links":
            session = await self.sessions.renewed(session, people)
            await link_some(running, session, self.records, self.rows)
        await self.database.optimize()
        self.uploads.remove(running.job.id)

    async def _rows(self, running: RunningJob, session: Session, people: People) -> Session:
        state = session.state
        importer, options = await self.sessions.importer(state)
        with self.uploads.open(running.job.id) as source:
            rows = numbered(importer.rows(source, options), importer.first_row(options), state.position)
            while True:
                chunk, works = await asyncio.to_thread(_next, rows, session)
                if not chunk:
                    break
                session = await self._chunk(running, session, people, chunk, works)
        state.phase = "links"
        return session

    async def _chunk(
        self, running: RunningJob, session: Session, people: People, chunk: list[Numbered], works: list[Work]
    ) -> Session:
        """Write one chunk, with a new session each time that the schema has moved."""
        state, actor, project_id = session.state, session.actor, session.project.id
        while True:
            absent = self.missing.wanted(state, absent_names(works))
            if absent:
                await self.missing.make(actor, session.project, absent)
            elif await self._written(running, session, chunk, works):
                return session
            session = await self.sessions.open(actor, project_id, state, people)
            works = await asyncio.to_thread(session.parser.parse, chunk)

    async def _written(
        self, running: RunningJob, session: Session, chunk: list[Numbered], works: list[Work]
    ) -> bool:
        """Whether the chunk was written; not when the schema is another than the session's."""
        try:
            async with self.records.writing(session.actor, session.project.id) as writing:
                if writing.schema.version != session.schema.version:
                    raise _SchemaMoved
                saved = await self._write(running, session, writing, chunk, works)
        except _SchemaMoved:
            return False
        running.state = saved
        return True

    async def _write(
        self,
        running: RunningJob,
        session: Session,
        writing: Writing,
        chunk: list[Numbered],
        works: list[Work],
    ) -> str:
        state, tx = session.state, writing.tx
        writer = ChunkWriter(self.records, writing, state.batch_id)
        await find_references(session, writing, self.records, works, to_itself=False)
        resolver = session.resolver(tx.dialect, writing.now)
        keys = {}
        if session.key is not None:
            keys = await resolver.keys(tx.fetch_all, works, session.key, session.project)
        for work in works:
            if not work.problems:
                session.parser.check_complete(work)
        outcome, ids = await writer.write(works, keys)
        await RejectedRows(self.rows).add(tx, running.job.id, outcome.failed)
        await OwnLinks(self.rows).add(tx, running.job.id, works, ids)
        state.position += len(chunk)
        state.created += outcome.created
        state.updated += outcome.updated
        state.failed += len(outcome.failed)
        state.skipped += len(chunk) - len(works)
        state.note(outcome.errors())
        saved = encode_state(state)
        await running.save(tx, saved, state.position, state.total)
        return saved


def _next(rows: Iterator[Numbered], session: Session) -> tuple[list[Numbered], list[Work]]:
    """The next chunk, read and parsed; runs beside the event loop."""
    chunk = list(islice(rows, CHUNK))
    return chunk, session.parser.parse(chunk)
