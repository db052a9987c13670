"""Imports as clients see them: upload, preview, mapping, start, cancel, undo."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import msgspec

from kernel.access.actor import Actor
from kernel.clock import to_milliseconds
from kernel.errors import ConflictError, Fault, InvalidInputError, NotFoundError, SmaltError
from kernel.ids import IdGenerator
from kernel.schema import Project
from kernel.services.field_inputs import FieldInput
from kernel.services.fields import FieldService
from kernel.services.imports.looking import Looker
from kernel.services.imports.mapping import demand_import, new_fields
from kernel.services.imports.model import KIND, ImportState, Mapped, Missing, decode_state, encode_state
from kernel.services.imports.people import People
from kernel.services.imports.rejected import rejected_csv
from kernel.services.imports.session import Session, Sessions, demand_configuring
from kernel.services.imports.trial import Trial, TrialResult
from kernel.services.imports.uploads import Uploads
from kernel.services.job_rows import ENDED, Job, JobRows, JobStatus
from kernel.services.rights import visible_project
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.schema_cache import SchemaCache
from kernel.translations import Wording

KEPT_DAYS = 7
DAY = 24 * 60 * 60 * 1000
OPEN: Sequence[JobStatus] = ("preview",)


class ImportPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What a person decides about an import before it starts."""

    mapping: dict[str, Mapped | None] | msgspec.UnsetType = msgspec.UNSET
    options: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    key: str | msgspec.UnsetType | None = msgspec.UNSET
    create_missing: list[Missing] | msgspec.UnsetType = msgspec.UNSET


class Incoming(Protocol):
    """A file on its way in. Its name and the wanted importer are known when all parts were taken."""

    @property
    def file_name(self) -> str: ...

    @property
    def importer(self) -> str | None: ...

    def parts(self) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True)
class Import:
    """An import and its job."""

    job: Job
    state: ImportState


class ImportService:
    """The rules of imports. `wake` tells the job runner that there is something to do."""

    def __init__(
        self,
        sessions: Sessions,
        uploads: Uploads,
        looker: Looker,
        fields: FieldService,
        ids: IdGenerator,
        wake: Callable[[], None],
    ) -> None:
        self._sessions = sessions
        self._database = sessions.database
        self._schema: SchemaCache = sessions.schema
        self._uploads = uploads
        self._looker = looker
        self._fields = fields
        self._ids = ids
        self._wake = wake
        self._jobs = JobRows(sessions.database, sessions.clock)
        self._rows = KernelRows(sessions.database.dialect)

    async def upload(self, actor: Actor, project_id: int, incoming: Incoming) -> Import:
        """Keep a file and look at it. InvalidInputError for what is no file of the format."""
        project = await self._project(actor, project_id)
        import_id = self._ids.new()
        await self._uploads.store(import_id, incoming.parts())
        try:
            state = await self._looker.first(import_id, actor, project, incoming.file_name, incoming.importer)
            job = Job(
                import_id, KIND, project_id, actor.user_id, "preview", encode_state(state), 0, state.total,
                None, self._now(),
            )  # fmt: skip
            async with self._database.transaction() as tx:
                await self._jobs.add(tx, job)
        except BaseException:
            self._uploads.remove(import_id)
            raise
        return Import(job, state)

    async def all(self, actor: Actor, project_id: int, before: int | None, limit: int) -> list[Import]:
        """The newest imports of a project first, those older than the import `before`."""
        await self._project(actor, project_id)
        jobs = await self._jobs.of_project(KIND, project_id, before, limit)
        return [Import(job, decode_state(job.state)) for job in jobs]

    async def get(self, actor: Actor, project_id: int, import_id: int) -> Import:
        await self._project(actor, project_id)
        job = await self._jobs.find(KIND, project_id, import_id)
        if job is None:
            raise NotFoundError("There is no such import.")
        return Import(job, decode_state(job.state))

    async def patch(self, actor: Actor, project_id: int, import_id: int, data: ImportPatch) -> Import:
        """Decide on options, mapping, key and what to create. The mapping is taken as a whole."""
        project = await self._project(actor, project_id)
        found = await self._open(actor, project_id, import_id)
        state = found.state
        if data.options is not msgspec.UNSET:
            state = await self._looker.again(import_id, actor, project, state, data.options)
        if data.mapping is not msgspec.UNSET:
            state.mapping = data.mapping
        if data.key is not msgspec.UNSET:
            state.key = data.key
        if data.create_missing is not msgspec.UNSET:
            state.create_missing = data.create_missing
        demand_configuring(actor, project, state)
        if state.mapping is not None or state.key is not None:
            await self._session(actor, project_id, state)
        return await self._save(found, state)

    async def validate(self, actor: Actor, project_id: int, import_id: int) -> TrialResult:
        """What would become of every row; nothing is written."""
        found = await self._open(actor, project_id, import_id)
        session = await self._session(actor, project_id, found.state)
        return await Trial(self._sessions, self._uploads).run(import_id, session)

    async def start(self, actor: Actor, project_id: int, import_id: int) -> Import:
        """Make the fields that are to be made, and queue the import."""
        project = await self._project(actor, project_id)
        found = await self._open(actor, project_id, import_id)
        state = found.state
        await self._session(actor, project_id, state)
        demand_configuring(actor, project, state)
        state.batch_id = state.batch_id or self._ids.new()
        await self._create_fields(replace(actor, batch_id=state.batch_id), project_id, found)
        state.token_projects = None if actor.token_projects is None else sorted(actor.token_projects)
        async with self._database.transaction() as tx:
            values = {"status": "queued", "state": encode_state(state), "actor_id": actor.user_id}
            if not await self._jobs.change(tx, import_id, OPEN, **values):
                raise ConflictError("This import has been started already.")
            await self._jobs.add_batch(tx, state.batch_id, found.job, actor.user_id)
        self._wake()
        return await self.get(actor, project_id, import_id)

    async def cancel(self, actor: Actor, project_id: int, import_id: int) -> Import:
        """Stop; what was imported stays, until it is undone. What has ended is a conflict."""
        await self.get(actor, project_id, import_id)
        if await self._jobs.stop(import_id, ("preview", "queued")):
            self._uploads.remove(import_id)
        return await self.get(actor, project_id, import_id)

    async def delete(self, actor: Actor, project_id: int, import_id: int) -> None:
        """Forget an import, its file and its refused rows; what it wrote stays. Not while it runs."""
        await self.get(actor, project_id, import_id)
        mark = self._rows.mark(1)
        async with self._database.transaction() as tx:
            if not await self._jobs.remove(tx, import_id, (*OPEN, *ENDED)):
                raise ConflictError("This import is running. Cancel it first.")
            for table in ("smalt_import_error", "smalt_import_link"):
                await tx.execute(f"DELETE FROM {table} WHERE job_id = {mark}", [import_id])
        self._uploads.remove(import_id)

    async def undo(self, actor: Actor, project_id: int, import_id: int) -> Import:
        """Take back what an import has done, in the background."""
        found = await self.get(actor, project_id, import_id)
        state = found.state
        if found.job.status not in ENDED or not state.batch_id or state.undone:
            raise ConflictError("Only an import that has ended, and is not undone yet, can be undone.")
        state.phase, state.position = "undo", 2**63 - 1
        async with self._database.transaction() as tx:
            if not await self._jobs.take_back(tx, import_id, encode_state(state), actor.user_id):
                raise ConflictError("This import is being undone already.")
        self._wake()
        return await self.get(actor, project_id, import_id)

    async def rejected(
        self, actor: Actor, project_id: int, import_id: int, say: Wording
    ) -> AsyncIterator[bytes]:
        """The rows that were refused, with the reasons in one language, as CSV."""
        found = await self.get(actor, project_id, import_id)
        names = [c.name for c in found.state.columns]
        return rejected_csv(self._database, self._rows, import_id, names, say)

    async def sweep(self) -> None:
        """Remove files that no import needs any more, and previews that nobody came back to."""
        old = self._now() - KEPT_DAYS * DAY
        for import_id, written in (await asyncio.to_thread(self._uploads.waiting)).items():
            job = await self._jobs.get(import_id)
            forgotten = job is not None and job.status == "preview" and job.created_at < old
            if forgotten:
                async with self._database.transaction() as tx:
                    await self._jobs.change(tx, import_id, OPEN, status="cancelled", finished_at=self._now())
            if (
                forgotten
                or (job is not None and job.status in ENDED)
                or (job is None and written * 1000 < old)
            ):
                self._uploads.remove(import_id)

    async def _project(self, actor: Actor, project_id: int) -> Project:
        project = visible_project(await self._schema.current(), actor, project_id)
        demand_import(actor, project)
        return project

    async def _open(self, actor: Actor, project_id: int, import_id: int) -> Import:
        found = await self.get(actor, project_id, import_id)
        if found.job.status != "preview":
            raise ConflictError(f"This import is {found.job.status} and cannot be changed any more.")
        return found

    async def _session(self, actor: Actor, project_id: int, state: ImportState) -> Session:
        return await self._sessions.open(actor, project_id, state, await People.load(self._database))

    async def _create_fields(self, actor: Actor, project_id: int, found: Import) -> None:
        """Make new fields one by one, each noted at once, so that none is made twice."""
        state = found.state
        mapping = state.effective_mapping()
        for column, new in new_fields(mapping).items():
            try:
                made = await self._fields.create(
                    actor, project_id, FieldInput(name=new.name, type=new.type, config=new.config)
                )
            except SmaltError as error:
                pointer = f"/mapping/{column}/create"
                faults = [Fault(pointer + f.pointer, f.detail) for f in error.faults]
                raise InvalidInputError(error.detail, faults or [Fault(pointer, error.detail)]) from error
            match = (mapping[column] or Mapped()).match
            mapping = {**mapping, column: Mapped(field=made.field.key, match=match)}
            if state.key == new.name:
                state.key = made.field.key
            state.mapping = mapping
            await self._save(found, state)

    async def _save(self, found: Import, state: ImportState) -> Import:
        async with self._database.transaction() as tx:
            saved = encode_state(state)
            if not await self._jobs.change(tx, found.job.id, OPEN, state=saved, rows_total=state.total):
                raise ConflictError("This import has been started meanwhile.")
        job = await self._jobs.get(found.job.id)
        assert job is not None  # it has just been changed
        return Import(job, state)

    def _now(self) -> int:
        return to_milliseconds(self._sessions.clock.now())
