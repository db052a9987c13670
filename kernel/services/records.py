"""Records: the rules under which they are made, changed, moved and deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.access.actor import Actor, ProjectAccess
from kernel.clock import Clock
from kernel.dialects.base import Dialect
from kernel.errors import ConflictError, Fault, ForbiddenError, InvalidInputError, NotFoundError
from kernel.ids import number_of
from kernel.schema import BUILT_IN_LINKS, Project, Schema
from kernel.services.parsing_ahead import Parse, ParsingAhead
from kernel.services.record_input import DraftParser, writes
from kernel.services.record_links import LinkFinder, checked
from kernel.services.record_positions import SIDES, check_neighbours, neighbour, place_between, wanted_list
from kernel.services.record_reader import RecordAnswer, RecordReader, answer_of
from kernel.services.record_state import RecordState
from kernel.services.record_writer import Current, RecordWriter, as_unique_fault, check_version
from kernel.services.rights import visible_project
from kernel.services.version_conflicts import VersionConflicts
from kernel.storage.database import Database, Transaction
from kernel.storage.record_rows import Draft, TablePlan
from kernel.storage.schema_cache import SchemaCache


@dataclass(frozen=True)
class Writing:
    """One write transaction of one actor on one project."""

    tx: Transaction
    schema: Schema
    actor: Actor
    access: ProjectAccess
    plan: TablePlan
    now: datetime

    @property
    def project(self) -> Project:
        return self.plan.project

    def demand(self, ability: str, doing: str) -> None:
        """Raise ForbiddenError unless the role has an ability."""
        demand(self.access, ability, doing)


def demand(access: ProjectAccess, ability: str, doing: str) -> None:
    """Raise ForbiddenError unless a role has an ability."""
    if ability not in access.can:
        raise ForbiddenError(f"Your role in this project does not allow {doing}.")


def _new(data: Mapping[str, Any]) -> Parse[Draft]:
    def parse(project: Project, access: ProjectAccess) -> Draft:
        demand(access, "create", "new records")
        return DraftParser(project, access).draft(data, new=True)

    return parse


def _changed(data: Mapping[str, Any]) -> Parse[Draft]:
    def parse(project: Project, access: ProjectAccess) -> Draft:
        demand(access, "edit", "changes to records")
        return DraftParser(project, access).draft(data, new=False)

    return parse


class RecordService:
    """What can be done to records. Every road that writes records comes through here."""

    def __init__(
        self,
        database: Database,
        schema: SchemaCache,
        clock: Clock,
        reader: RecordReader,
        writer: RecordWriter,
        ahead: ParsingAhead,
    ) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock
        self._state = RecordState(database.dialect)
        self._conflicts = VersionConflicts()
        self._plans: dict[int, tuple[int, TablePlan]] = {}
        self.reader = reader
        self.writer = writer
        self.ahead = ahead

    @property
    def dialect(self) -> Dialect:
        return self._database.dialect

    @asynccontextmanager
    async def writing(self, actor: Actor, project_id: int) -> AsyncIterator[Writing]:
        """A transaction in which the project's schema stands still."""
        project: Project | None = None
        try:
            async with self._database.transaction() as tx:
                schema = await self._schema.in_transaction(tx)
                writing = self.within(tx, schema, actor, project_id)
                project = writing.project
                yield writing
        except ConflictError as error:
            raise error if project is None else as_unique_fault(error, project) from error

    def within(self, tx: Transaction, schema: Schema, actor: Actor, project_id: int) -> Writing:
        """A project for writing inside a transaction that the caller has opened."""
        project = visible_project(schema, actor, project_id)
        access = actor.access(project_id)
        assert access is not None  # visible_project has seen to it
        return Writing(tx, schema, actor, access, self.plan(schema, project), self._clock.now())

    def plan(self, schema: Schema, project: Project) -> TablePlan:
        """How the project's values become rows, kept while the schema stands."""
        version, plan = self._plans.get(project.id, (None, None))
        if plan is None or version != schema.version:
            plan = TablePlan(project, self.dialect)
            self._plans[project.id] = (schema.version, plan)
        return plan

    async def create(
        self, actor: Actor, project_id: int, data: Mapping[str, Any]
    ) -> tuple[int, RecordAnswer]:
        """Add a record to the end of its list (the first list when none is named)."""
        parsed = await self.ahead.run(actor, project_id, _new(data))
        async with self.writing(actor, project_id) as work:
            draft = parsed.within(work)
            await self.resolve(work, [("", draft)])
            (record_id,) = await self.writer.create(work.tx, actor, work.plan, [draft])
            return record_id, await self._answer(work, record_id)

    async def update(
        self,
        actor: Actor,
        project_id: int,
        record_id: int,
        data: Mapping[str, Any],
        versions: Collection[int] | None = None,
    ) -> RecordAnswer:
        """Change what is named and nothing else; `versions` are those that the client expects."""
        parsed = await self.ahead.run(actor, project_id, _changed(data))
        async with self.writing(actor, project_id) as work:
            before = await self.current(work, record_id)
            draft = parsed.within(work)
            await self._conflicts.check(work, record_id, before, draft, versions)
            await self.resolve(work, [("", draft)], {"": before})
            await self.writer.update(work.tx, actor, work.plan, {record_id: before}, {record_id: draft})
            return await self._answer(work, record_id)

    async def move(
        self,
        actor: Actor,
        project_id: int,
        record_id: int,
        data: Mapping[str, Any],
        versions: Collection[int] | None = None,
    ) -> RecordAnswer:
        """To another list or another place in it: `{"list", "before" | "after" | "position"}`.

        The list may stand under `list_id` too. Without a place it goes to the end of the list.
        """
        async with self.writing(actor, project_id) as work:
            beside = [neighbour(data[side]) for side in SIDES if data.get(side) is not None]
            near = await self.currents(work, [record_id, *beside])
            before = found_record(near, record_id)
            work.demand("edit", "moving records")
            target = wanted_list(data)
            draft = DraftParser(work.project, work.access).parse(target, new=False)
            await self._conflicts.check(work, record_id, before, draft, versions)
            list_id = draft.columns.get("list_id", before.columns["list_id"])
            check_neighbours(data, near)
            position = await place_between(work.tx, work.plan, list_id, record_id, data)
            if position is not None:
                draft.columns["position"] = position
            await self.writer.update(work.tx, actor, work.plan, {record_id: before}, {record_id: draft})
            return await self._answer(work, record_id)

    async def copy(
        self,
        actor: Actor,
        project_id: int,
        record_id: int,
        data: Mapping[str, Any],
        versions: Collection[int] | None = None,
    ) -> tuple[int, RecordAnswer]:
        """A new record with the same values, but for what `data` gives otherwise."""
        async with self.writing(actor, project_id) as work:
            copied = await self.copy_in(work, record_id, data, versions)
            return copied, await self._answer(work, copied)

    async def copy_in(
        self,
        work: Writing,
        record_id: int,
        data: Mapping[str, Any],
        versions: Collection[int] | None = None,
    ) -> int:
        """The same inside a transaction that the caller has opened; the id of the copy."""
        before = await self.current(work, record_id)
        work.demand("create", "new records")
        check_version(before, versions)
        draft = self.duplicate(work, before)
        parser = DraftParser(work.project, work.access)
        given = parser.parse(data, new=False)
        await self.resolve(work, [("", given)])
        draft.columns |= given.columns
        draft.fields |= given.fields
        draft.links |= given.links
        draft.completed = given.completed
        parser.check_complete(draft)
        (copied,) = await self.writer.create(work.tx, work.actor, work.plan, [draft])
        return copied

    async def delete(
        self, actor: Actor, project_id: int, record_id: int, versions: Collection[int] | None = None
    ) -> None:
        """Move a record to the trash."""
        async with self.writing(actor, project_id) as work:
            before = await self.current(work, record_id)
            work.demand("delete", "deleting records")
            check_version(before, versions)
            await self.writer.remove(work.tx, actor, work.plan, {record_id: before})

    async def restore(
        self, actor: Actor, project_id: int, record_id: int, versions: Collection[int] | None = None
    ) -> RecordAnswer:
        """Bring a record back from the trash with everything it had."""
        async with self.writing(actor, project_id) as work:
            before = await self.current(work, record_id, trash=True)
            work.demand("delete", "restoring records")
            check_version(before, versions)
            if before.columns["list_id"] not in {c.id for c in work.project.lists} and work.project.lists:
                draft = Draft(columns={"list_id": work.project.lists[0].id})
                await self.writer.update(work.tx, actor, work.plan, {record_id: before}, {record_id: draft})
                before = await self.current(work, record_id, trash=True)
            await self.writer.remove(work.tx, actor, work.plan, {record_id: before}, restore=True)
            return await self._answer(work, record_id)

    async def write_many(
        self,
        work: Writing,
        creates: Sequence[Draft],
        updates: Mapping[int, Draft],
        batch_id: int | None = None,
    ) -> Sequence[int]:
        """Write drafts whose people and records have been found: the ids of the new ones.

        For imports, templates and whatever else writes in bulk and has parsed its values.
        Updates of records that are not there any more are left out.
        """
        # records are locked before the counters of numbered fields, as in every other write
        current = await self.currents(work, list(updates)) if updates else {}
        created = await self.writer.create(work.tx, work.actor, work.plan, creates, batch_id)
        known: dict[int, Draft] = {}
        if updates:
            known = {i: draft for i, draft in updates.items() if i in current}
            await self.writer.update(work.tx, work.actor, work.plan, current, known, batch_id)
        await self.keep_in_reach(work, [*created, *known])
        return created

    async def resolve(
        self, work: Writing, drafts: list[tuple[str, Draft]], before: Mapping[str, Current] | None = None
    ) -> None:
        """Find the people and records that drafts name, or raise InvalidInputError with all their faults."""
        finder = LinkFinder(work.tx, self.dialect, work.schema, work.actor, work.now)
        faults = [fault for _, draft in drafts for fault in draft.faults]
        checked([*faults, *await finder.find(work.project, drafts, before)])

    async def current(self, work: Writing, record_id: int, trash: bool = False) -> Current:
        """A record as it stands, or NotFoundError."""
        return found_record(await self.currents(work, [record_id], trash), record_id)

    async def currents(self, work: Writing, ids: list[int], trash: bool = False) -> dict[int, Current]:
        return await self._state.load(work.tx, work.schema, work.actor, work.plan, ids, work.now, trash)

    async def keep_in_reach(self, work: Writing, ids: Sequence[int]) -> None:
        """Raise ForbiddenError if a role that sees some records only has written others."""
        if work.access.scope is not None and len(await self.currents(work, list(ids))) < len(set(ids)):
            raise ForbiddenError(
                "Your role sees some of the records only, and would not see this one after the change."
            )

    async def _answer(self, work: Writing, record_id: int) -> RecordAnswer:
        await self.keep_in_reach(work, [record_id])
        query = self.reader.record_query(work.schema, work.actor, work.project.id)
        return answer_of(await work.tx.fetch(*query.of(record_id)))

    def duplicate(self, work: Writing, before: Current) -> Draft:
        """The values of a record that the actor may read and write, as a draft."""
        draft = Draft()
        for name in ("title", "description", "list_id", "start_at", "due_at"):
            if name in ("title", "list_id") or writes(work.project, work.access, name):
                draft.columns[name] = before.columns[name]
        for custom in work.plan.fields.values():
            if custom.type is None or work.access.rule(custom.key) != "edit":
                continue
            if custom.unique or custom.numbered:
                continue
            linked = before.links.get(custom.id, [])
            many = custom.columns[0].spec.many
            draft.fields[custom.id] = linked if many else work.plan.value(custom.id, before.columns)
        draft.links = {
            n: before.links.get(n, [])
            for name, n in BUILT_IN_LINKS.items()
            if writes(work.project, work.access, name)
        }
        return draft


def found_record(found: Mapping[int, Current], record_id: int) -> Current:
    if record_id not in found:
        raise NotFoundError("There is no such record, or you may not see it.")
    return found[record_id]


def reference_id(value: Any, pointer: str) -> int:
    """The id of a record in a body. InvalidInputError when it is none."""
    number = number_of(value)
    if number is None:
        raise InvalidInputError("The input is not valid.", [Fault(pointer, "Give the id of a record.")])
    return number
