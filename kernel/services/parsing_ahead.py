"""Parsing what clients send before their write begins.

Plugins parse values, and a plugin may be slow. So they do it outside the transaction, which
others wait for, and those from outside Smalt beside the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from kernel.access.actor import Actor, ProjectAccess
from kernel.containment import PluginGuard
from kernel.enclosure import is_outside
from kernel.schema import Project, Schema
from kernel.services.record_reader import RecordReader
from kernel.services.rights import visible_project

T = TypeVar("T")
Parse = Callable[[Project, ProjectAccess], T]


class OnSchema(Protocol):
    """A write transaction on one version of the schema."""

    @property
    def schema(self) -> Schema: ...

    @property
    def project(self) -> Project: ...

    @property
    def access(self) -> ProjectAccess: ...


@dataclass(frozen=True)
class Ahead(Generic[T]):
    """What was parsed for one version of the schema."""

    version: int
    value: T
    parse: Parse[T]

    def within(self, work: OnSchema) -> T:
        """The same for the transaction; parsed anew where the schema has changed meanwhile."""
        return self.value if work.schema.version == self.version else self.parse(work.project, work.access)


class ParsingAhead:
    """Parses on the present schema."""

    def __init__(self, reader: RecordReader, guard: PluginGuard) -> None:
        self._reader = reader
        self._guard = guard

    async def run(self, actor: Actor, project_id: int, parse: Parse[T], *, long: bool = False) -> Ahead[T]:
        """Parse for a project; `long` keeps the event loop free of much work.

        A refusal stands only on the newest schema.
        """

        async def work(schema: Schema) -> Ahead[T]:
            project = visible_project(schema, actor, project_id)
            access = actor.access(project_id)
            assert access is not None  # visible_project has seen to it
            return Ahead(schema.version, await self._parsed(project, access, parse, long), parse)

        return await self._reader.on_current_schema(work)

    async def _parsed(self, project: Project, access: ProjectAccess, parse: Parse[T], long: bool) -> T:
        if any(is_outside(field.type) for field in project.live_fields):
            return await self._guard.in_thread(parse, project, access)
        if long:
            return await asyncio.to_thread(parse, project, access)
        return parse(project, access)
