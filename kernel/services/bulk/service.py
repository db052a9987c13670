"""Bulk changes as clients see them: previewed, started, watched, stopped, undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.clock import to_milliseconds
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import IdGenerator
from kernel.queries.pages import PageRequest
from kernel.services.bulk.model import KIND, BulkInput, BulkState, decode_state, encode_state
from kernel.services.bulk.work import checked_draft, request
from kernel.services.conditions import as_stored
from kernel.services.job_rows import ENDED, Job, JobRows
from kernel.services.records import RecordService
from kernel.services.rights import visible_project
from kernel.services.views import ViewService
from kernel.storage.schema_cache import SchemaCache


@dataclass(frozen=True)
class Bulk:
    """A bulk change and its job."""

    job: Job
    state: BulkState


class BulkService:
    """The rules of bulk changes."""

    def __init__(
        self,
        records: RecordService,
        views: ViewService,
        schema: SchemaCache,
        ids: IdGenerator,
        jobs: JobRows,
        wake: Callable[[], None],
    ) -> None:
        self._records = records
        self._views = views
        self._schema = schema
        self._ids = ids
        self._jobs = jobs
        self._wake = wake

    async def count(self, actor: Actor, project_id: int, data: BulkInput) -> int:
        """How many records a change would touch. Raises InvalidInputError as `start` would."""
        return await self._total(actor, project_id, await self._checked(actor, project_id, data))

    async def _total(self, actor: Actor, project_id: int, state: BulkState) -> int:
        wanted = msgspec.structs.replace(request(state, 1), count=True)
        page: dict[str, Any] = msgspec.json.decode(await self._records.reader.page(actor, project_id, wanted))
        return int(page["total"])

    async def start(self, actor: Actor, project_id: int, data: BulkInput) -> Bulk:
        """Queue a change of all records that are there now."""
        state = await self._checked(actor, project_id, data)
        total = await self._total(actor, project_id, state)
        job = Job(
            self._ids.new(), KIND, project_id, actor.user_id, "queued", encode_state(state), 0, total, None,
            self._now(),
        )  # fmt: skip
        async with self._jobs.database.transaction() as tx:
            await self._jobs.add(tx, job)
            await self._jobs.add_batch(tx, state.batch_id, job, actor.user_id)
        self._wake()
        return Bulk(job, state)

    async def get(self, actor: Actor, project_id: int, bulk_id: int) -> Bulk:
        """One's own change, or NotFoundError."""
        visible_project(await self._schema.current(), actor, project_id)
        job = await self._jobs.find(KIND, project_id, bulk_id)
        if job is None or job.actor_id != actor.user_id:
            raise NotFoundError("There is no such change.")
        return Bulk(job, decode_state(job.state))

    async def cancel(self, actor: Actor, project_id: int, bulk_id: int) -> Bulk:
        """Stop; what was changed stays, until it is undone."""
        await self.get(actor, project_id, bulk_id)
        await self._jobs.stop(bulk_id, ("queued",))
        return await self.get(actor, project_id, bulk_id)

    async def undo(self, actor: Actor, project_id: int, bulk_id: int) -> Bulk:
        """Take a change back, in the background."""
        found = await self.get(actor, project_id, bulk_id)
        state = found.state
        if found.job.status not in ENDED or state.undone:
            raise ConflictError("Only a change that has ended, and is not undone yet, can be undone.")
        state.phase, state.position = "undo", 2**63 - 1
        async with self._jobs.database.transaction() as tx:
            if not await self._jobs.take_back(tx, bulk_id, encode_state(state), actor.user_id):
                raise ConflictError("This change is being undone already.")
        self._wake()
        return await self.get(actor, project_id, bulk_id)

    async def _checked(self, actor: Actor, project_id: int, data: BulkInput) -> BulkState:
        project = visible_project(await self._schema.current(), actor, project_id)
        access = actor.access(project_id)
        assert access is not None  # visible_project has seen to it
        checked_draft(project, access, data.action)
        wanted = PageRequest()
        if data.view is not None:
            wanted = await self._views.applied(actor, project_id, data.view, wanted)
        return BulkState(
            action=data.action,
            filter=data.filter,
            view_filter=as_stored(wanted.view_filter),
            token_projects=None if actor.token_projects is None else sorted(actor.token_projects),
            batch_id=self._ids.new(),
        )

    def _now(self) -> int:
        return to_milliseconds(self._records.reader.now())
