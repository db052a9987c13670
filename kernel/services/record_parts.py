"""What belongs to a record but stands in tables of its own: comments, checklists, their items."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from kernel.access.actor import Actor, ProjectAccess
from kernel.clock import from_milliseconds
from kernel.dialects.base import Parameters
from kernel.errors import ForbiddenError, NotFoundError
from kernel.schema import DEFAULT_FIELDS, Project
from kernel.services.entries import ProjectParts
from kernel.services.records import RecordService, Writing
from kernel.services.rights import visible_project
from kernel.storage.database import Row, Statement
from kernel.values import ID


class PersonRef(msgspec.Struct):
    """A person as others refer to them."""

    id: str
    name: str


@dataclass(frozen=True)
class PartWriting:
    """A write transaction on what belongs to one record, which the actor sees."""

    work: Writing
    record_id: int
    version: int
    parts: ProjectParts

    async def log(self, kind: str, name: str, old: Any, new: Any, told: Collection[int] = ()) -> None:
        """History and event of one change; `name` is the member of the record that it is about,
        `told` are people who learn of it otherwise than by following the record."""
        await self.parts.log.write(
            self.work.tx, self.work.actor, self.work.project.id, self.record_id, kind, self.version,
            {name: [old, new]}, told=told,
        )  # fmt: skip


class RecordParts:
    """Opens the parts of a record for those who may see or change them.

    `name` is what roles and projects call them: a project may have switched them off, a role may
    hide them; then they do not exist.
    """

    def __init__(self, parts: ProjectParts, records: RecordService, name: str) -> None:
        self.parts = parts
        self.records = records
        self.name = name

    async def check_visible(self, actor: Actor, project_id: int, record_id: int) -> Project:
        """Raise NotFoundError unless the actor sees the record and these parts of it."""
        project = visible_project(await self.parts.schema.current(), actor, project_id)
        self.check_shown(project, actor.access(project_id))
        await self.records.reader.record(actor, project_id, record_id)
        return project

    def check_shown(self, project: Project, access: ProjectAccess | None) -> None:
        """Raise NotFoundError where the project has none, or the role hides them."""
        if not shown(project, access, self.name):
            raise NotFoundError(f"This project has no {self.name}, or you may not see them.")

    @asynccontextmanager
    async def writing(
        self, actor: Actor, project_id: int, record_id: int, ability: str = "edit"
    ) -> AsyncIterator[PartWriting]:
        """A transaction of somebody who may change these parts; the record is locked in it."""
        async with self.records.writing(actor, project_id) as work:
            yield await self.within(work, record_id, ability)

    async def within(self, work: Writing, record_id: int, ability: str = "edit") -> PartWriting:
        """The same inside a transaction that the caller has opened."""
        writing = await self._noted(work, record_id)
        work.demand(ability, f"changes to {self.name}")
        if ability == "edit" and work.access.rule(self.name) != "edit":
            raise ForbiddenError(f"You may not change {self.name}.")
        return writing

    @asynccontextmanager
    async def noting(self, actor: Actor, project_id: int, record_id: int) -> AsyncIterator[PartWriting]:
        """The same for what is the actor's own, such as reminders: who sees the record may note it."""
        async with self.records.writing(actor, project_id) as work:
            yield await self._noted(work, record_id)

    async def _noted(self, work: Writing, record_id: int) -> PartWriting:
        self.check_shown(work.project, work.access)
        record = await self.records.current(work, record_id)
        return PartWriting(work, record_id, record.columns["version"], self.parts)

    async def people(self, ids: Collection[int | None]) -> dict[int, PersonRef]:
        """Names by id."""
        wanted = sorted({i for i in ids if i is not None})
        if not wanted:
            return {}
        use = Parameters(self.parts.database.dialect)
        marks = ", ".join(use.add(i, ID) for i in wanted)
        sql = f"SELECT id, name FROM smalt_user WHERE id IN ({marks})"
        (rows,) = await self.parts.database.read(Statement(sql, use.values))
        return {row[0]: PersonRef(str(row[0]), row[1]) for row in rows}

    async def read(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        return (await self.parts.database.read(Statement(sql, parameters)))[0]


def shown(project: Project, access: ProjectAccess | None, name: str) -> bool:
    """Whether a reader sees a member of records that a project may have switched off."""
    on = name not in DEFAULT_FIELDS or name in project.default_fields
    return on and access is not None and access.sees(name)


def moment(milliseconds: int | None) -> str | None:
    """RFC 3339 in UTC with milliseconds."""
    if milliseconds is None:
        return None
    return from_milliseconds(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")
