"""References to records: found, or made by their title, also among the rows of one file."""

from __future__ import annotations

from kernel.services.imports.model import encode_state
from kernel.services.imports.rows import Work
from kernel.services.imports.session import Session
from kernel.services.imports.writing import ChunkWriter, OwnLinks, RejectedRows
from kernel.services.jobs import RunningJob
from kernel.services.records import RecordService, Writing
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.record_rows import Draft

CHUNK = 1000


async def find_references(
    session: Session, writing: Writing, records: RecordService, works: list[Work], to_itself: bool
) -> None:
    """Find what the rows refer to; titles that no record has become records where that was asked for."""
    resolver = session.resolver(writing.tx.dialect, writing.now)
    creatable = "references" in session.state.create_missing
    fetch = writing.tx.fetch_all
    missing = await resolver.references(fetch, works, to_itself, creatable)
    for target, titles in missing.items():
        assert target.field is not None  # only reference fields are looked up
        there = records.within(writing.tx, writing.schema, writing.actor, target.field.target or 0)
        there.demand("create", "new records")
        await ChunkWriter(records, there, session.state.batch_id).create_titled(titles)
    if missing:
        await resolver.references(fetch, works, to_itself, creatable=False)


async def link_some(running: RunningJob, session: Session, records: RecordService, rows: KernelRows) -> None:
    """The second pass, a chunk of it: references to records of the same project, now all in.

    Does nothing when the schema is no longer the session's; moves the phase on when all is done.
    """
    state, job_id = session.state, running.job.id
    targets = {target.index: target for target in session.targets if target.to_itself}
    async with records.writing(session.actor, session.project.id) as writing:
        if writing.schema.version != session.schema.version:
            return
        works = await OwnLinks(rows).take(writing.tx, job_id, targets, CHUNK)
        await find_references(session, writing, records, works, to_itself=True)
        failed = [work for work in works if work.problems]
        for work in failed:
            work.problems = [
                (column, f"{reason} The record was added without this.") for column, reason in work.problems
            ]
            state.note(work.errors())
        await _write_links(writing, records, state.batch_id, [w for w in works if not w.problems])
        await RejectedRows(rows).add(writing.tx, job_id, failed)
        if not works:
            state.phase = "end"
        saved = encode_state(state)
        await running.save(writing.tx, saved, state.position, state.total)
    running.state = saved


async def _write_links(writing: Writing, records: RecordService, batch_id: int, works: list[Work]) -> None:
    drafts: dict[int, Draft] = {}
    for work in works:
        if work.record_id is not None:
            drafts.setdefault(work.record_id, Draft()).fields.update(work.draft.fields)
    current = await records.currents(writing, list(drafts))
    there = {record_id: draft for record_id, draft in drafts.items() if record_id in current}
    await records.writer.update(writing.tx, writing.actor, writing.plan, current, there, batch_id)
