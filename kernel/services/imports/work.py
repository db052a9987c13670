"""Does an import in the background: chunk after chunk, each one transaction with its place in the file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import NamedTuple

from kernel.access.acting import actor_of
from kernel.importers import Row
from kernel.services.imports.links import find_references, link_some
from kernel.services.imports.missing import MissingThings
from kernel.services.imports.model import decode_state, encode_state
from kernel.services.imports.parts import PartWriter, parts_of
from kernel.services.imports.people import People
from kernel.services.imports.rows import Work, absent_names, chunk_of, numbered
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


class _Chunk(NamedTuple):
    """Some rows of the file, and what was made of them under one version of the schema."""

    session: Session
    rows: list[Numbered]
    works: list[Work]


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
    parts: PartWriter

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
        first = importer.first_row(options)
        with (
            self.uploads.open(running.job.id) as source,
            closing(numbered(importer.rows(source, options), first, state.position)) as rows,
        ):
            ahead = _parse_ahead(rows, session)
            try:
                # whoever is cancelled here leaves the thread to end: it reads from the file
                while (chunk := await asyncio.shield(ahead)).rows:
                    ahead = _parse_ahead(rows, session)  # beside the writing of this chunk
                    session = await self._chunk(running, session, people, chunk)
            finally:
                await asyncio.gather(ahead, return_exceptions=True)
        state.phase = "links"
        return session

    async def _chunk(self, running: RunningJob, session: Session, people: People, chunk: _Chunk) -> Session:
        """Write one chunk, with a new session each time that the schema has moved."""
        while True:
            if chunk.session is not session:
                works = await asyncio.to_thread(session.parser.parse, chunk.rows)
                chunk = _Chunk(session, chunk.rows, works)
            absent = self.missing.wanted(session.state, absent_names(chunk.works))
            if absent:
                within = replace(session.actor, batch_id=session.state.batch_id)
                await self.missing.make(within, session.project, absent)
            elif await self._written(running, chunk):
                return session
            session = await self.sessions.open(session.actor, session.project.id, session.state, people)

    async def _written(self, running: RunningJob, chunk: _Chunk) -> bool:
        """Whether the chunk was written; not when the schema is another than the session's."""
        session = chunk.session
        try:
            async with self.records.writing(session.actor, session.project.id) as writing:
                if writing.schema.version != session.schema.version:
                    raise _SchemaMoved
                saved = await self._write(running, chunk, writing)
        except _SchemaMoved:
            return False
        running.state = saved
        return True

    async def _write(self, running: RunningJob, chunk: _Chunk, writing: Writing) -> str:
        session, works = chunk.session, chunk.works
        state, tx = session.state, writing.tx
        writer = ChunkWriter(self.records, writing, state.batch_id)
        await find_references(session, writing, self.records, works, to_itself=False)
        resolver = session.resolver(tx.dialect, writing.now)
        keys = {}
        if session.key is not None:
            keys = await resolver.keys(tx.fetch_all, works, session.key, session.project)
        session.parser.check_complete(works)
        outcome, ids = await writer.write(works, keys)
        await RejectedRows(self.rows).add(tx, running.job.id, outcome.failed)
        if any(target.to_itself for target in session.targets):
            await OwnLinks(self.rows).add(tx, running.job.id, works, ids)
        await self.parts.write(writing, parts_of(works, ids), state.batch_id)
        state.position += len(chunk.rows)
        state.created += outcome.created
        state.updated += outcome.updated
        state.failed += len(outcome.failed)
        state.skipped += len(chunk.rows) - len(works)
        state.note(outcome.errors())
        saved = encode_state(state)
        await running.save(tx, saved, state.position, state.total)
        return saved


def _parse_ahead(rows: Iterator[Numbered], session: Session) -> asyncio.Task[_Chunk]:
    """Read and parse the next chunk beside the event loop; one without rows is the end."""

    def parse() -> _Chunk:
        chunk = chunk_of(rows, CHUNK)
        return _Chunk(session, chunk, session.parser.parse(chunk))

    return asyncio.create_task(asyncio.to_thread(parse))
