"""Does a bulk change page by page, with the rights of whoever asked for it, and takes it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from kernel.access.acting import actor_of
from kernel.access.actor import Actor, ProjectAccess
from kernel.errors import ConflictError, Fault, InvalidInputError, SmaltError
from kernel.queries.pages import PageRequest
from kernel.schema import BUILT_IN_LINKS, Project
from kernel.services.bulk.model import BulkAction, BulkState, decode_state, encode_state
from kernel.services.conditions import as_requested
from kernel.services.jobs import RunningJob
from kernel.services.record_input import DraftParser
from kernel.services.record_writer import Current, as_unique_fault
from kernel.services.records import RecordService, Writing, demand
from kernel.services.undo import HistoryUndo
from kernel.storage.database import Database
from kernel.storage.record_rows import Draft

PAGE: Final = 500
_TAGS: Final = BUILT_IN_LINKS["tags"]


class _Page(msgspec.Struct):
    items: list[dict[str, Any]]
    next: str | None = None


_decode = msgspec.json.Decoder(_Page).decode


@dataclass(frozen=True)
class BulkWork:
    """The handler of bulk jobs."""

    database: Database
    records: RecordService

    async def run(self, running: RunningJob) -> None:
        """Go on from wherever the state says."""
        state, job = decode_state(running.state), running.job
        actor = await actor_of(self.database, job.actor_id, "api", state.token_projects)
        project_id = job.project_id or 0
        if state.phase == "undo":
            await self._undo(running, actor, project_id, state)
        else:
            await self._change(running, actor, project_id, state)

    async def _change(self, running: RunningJob, actor: Actor, project_id: int, state: BulkState) -> None:
        """Records that were made after the job are left alone, or it might never end."""
        total = running.job.rows_total
        while True:
            page = _decode(await self.records.reader.page(actor, project_id, request(state)))
            ids = [i for item in page.items if (i := int(item["id"])) < running.job.id]
            async with self.records.writing(actor, project_id) as work:
                await self._page(work, ids, state)
                state.cursor = page.next
                saved = encode_state(state)
                await running.save(work.tx, saved, state.done, total)
            running.state = saved
            if page.next is None:
                return

    async def _page(self, work: Writing, ids: Sequence[int], state: BulkState) -> None:
        """All records of a page at once; where that is refused, one by one."""
        try:
            async with work.tx.savepoint():
                state.changed += await self._write(work, ids, state)
        except (ConflictError, InvalidInputError):
            for record_id in ids:
                try:
                    async with work.tx.savepoint():
                        state.changed += await self._write(work, [record_id], state)
                except (ConflictError, InvalidInputError) as error:
                    state.fail(str(record_id), _reason(error, work.project))
        state.done += len(ids)

    async def _write(self, work: Writing, ids: Sequence[int], state: BulkState) -> int:
        current = await self.records.currents(work, list(ids))
        if state.action.delete:
            work.demand("delete", "deleting records")
            await self.records.writer.remove(work.tx, work.actor, work.plan, current, batch_id=state.batch_id)
            return len(current)
        drafts = drafts_of(work.project, work.access, state.action, current)
        named = [(str(record_id), draft) for record_id, draft in drafts.items()]
        before = {str(record_id): found for record_id, found in current.items()}
        await self.records.resolve(work, named, before)
        await self.records.write_many(work, [], drafts, state.batch_id)
        return len(drafts)

    async def _undo(self, running: RunningJob, actor: Actor, project_id: int, state: BulkState) -> None:
        """Back through the history of the batch, the newest first."""
        undo = HistoryUndo(self.records)
        while not state.undone:
            async with self.records.writing(actor, project_id) as work:
                position = await undo.step(work, state.batch_id, state.position, PAGE)
                state.undone, state.position = position is None, position or 0
                saved = encode_state(state)
                await running.save(work.tx, saved, state.done, running.job.rows_total)
            running.state = saved


def request(state: BulkState, limit: int = PAGE) -> PageRequest:
    """The next page of records, oldest first: an order that no change of theirs moves."""
    return PageRequest(
        filter=as_requested(state.filter),
        view_filter=as_requested(state.view_filter),
        sort="created_at",
        fields=("title",),
        limit=limit,
        cursor=state.cursor,
    )


def checked_draft(project: Project, access: ProjectAccess, action: BulkAction) -> Draft:
    """What an action sets on any record. Raises SmaltError for what the actor may not do, or cannot."""
    if action.delete:
        demand(access, "delete", "deleting records")
        if action.set or action.move or action.add_tags or action.remove_tags:
            raise InvalidInputError("Records that are deleted cannot be changed as well.")
        return Draft()
    demand(access, "edit", "changes to records")
    data = {**action.set, **({} if action.move is None else {"list": action.move})}
    if not data and not action.add_tags and not action.remove_tags:
        raise InvalidInputError(
            "Say what to do with the records: set, move, add_tags, remove_tags or delete."
        )
    if "tags" in data and (action.add_tags or action.remove_tags):
        raise InvalidInputError("Either set the tags, or add and remove some.")
    parser = DraftParser(project, access)
    tags(parser, action.remove_tags, "/action/remove_tags")
    tags(parser, action.add_tags, "/action/add_tags")
    return parser.parse(data, False, "/action/set") if data else Draft()


def tags(parser: DraftParser, names: Sequence[str], pointer: str) -> list[int]:
    """The ids of tags by name or id."""
    if not names:
        return []
    try:
        return list(parser.parse({"tags": list(names)}, False).links[_TAGS])
    except InvalidInputError as error:
        raise InvalidInputError(error.detail, [Fault(pointer, f.detail) for f in error.faults]) from error


def drafts_of(
    project: Project, access: ProjectAccess, action: BulkAction, current: Mapping[int, Current]
) -> dict[int, Draft]:
    """A draft for each record; its tags are those that it has, and what is added and removed."""
    parser = DraftParser(project, access)
    added, removed = tags(parser, action.add_tags, ""), set(tags(parser, action.remove_tags, ""))
    found = {}
    for record_id, before in current.items():
        draft = checked_draft(project, access, action)
        if added or removed:
            kept = [tag for tag in before.links.get(_TAGS, []) if tag not in removed]
            draft.links[_TAGS] = list(dict.fromkeys([*kept, *added]))
        found[record_id] = draft
    return found


def _reason(error: SmaltError, project: Project) -> str:
    told = as_unique_fault(error, project) if isinstance(error, ConflictError) else error
    return told.faults[0].detail if told.faults else told.detail
