"""What an import works with while the schema stands: checked targets, parsers, finders, rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.clock import Clock
from kernel.dialects.base import Dialect
from kernel.errors import ConflictError, InvalidInputError
from kernel.importers import Importer
from kernel.registry import Registry
from kernel.schema import Project, Schema
from kernel.services.imports.mapping import MappingChecker, Target, Types, demand_import, key_target
from kernel.services.imports.model import ImportState
from kernel.services.imports.people import People
from kernel.services.imports.resolve import Resolver
from kernel.services.imports.rows import RowParser
from kernel.services.rights import visible_project
from kernel.storage.database import Database
from kernel.storage.schema_cache import SchemaCache


@dataclass(frozen=True)
class Session:
    """One import under one version of the schema, for one actor."""

    schema: Schema
    project: Project
    actor: Actor
    state: ImportState
    targets: list[Target]
    key: Target | None
    parser: RowParser

    def resolver(self, dialect: Dialect, now: datetime) -> Resolver:
        context = self.state.reading.context(self.project)
        return Resolver(self.schema, self.actor, dialect, context, now)


@dataclass(frozen=True)
class Sessions:
    """Makes sessions, and finds the importer of a state."""

    database: Database
    schema: SchemaCache
    clock: Clock
    types: Types
    importers: Registry[Importer[Any]]

    async def open(self, actor: Actor, project_id: int, state: ImportState, people: People) -> Session:
        """Check everything anew. Raises InvalidInputError, ForbiddenError or NotFoundError."""
        schema = await self.schema.current()
        project = visible_project(schema, actor, project_id)
        demand_import(actor, project)
        targets = MappingChecker(schema, project, actor, self.types).targets(state)
        key = key_target(state, project, targets)
        parser = RowParser(project, targets, key, state.reading.context(project), people)
        session = Session(schema, project, actor, state, targets, key, parser)
        self._check_finders(session)
        return session

    async def renewed(self, session: Session, people: People) -> Session:
        """The same session while the schema stands, else a new one."""
        if (await self.schema.current()).version == session.schema.version:
            return session
        return await self.open(session.actor, session.project.id, session.state, people)

    async def importer(self, state: ImportState) -> tuple[Importer[Any], Any]:
        """The importer of a state and its options, decoded."""
        schema = await self.schema.current()
        importer = self.importers.get(state.importer, schema.disabled_plugins)
        if importer is None:
            raise ConflictError(f"The importer '{state.importer}' is switched off.")
        return importer, msgspec.convert(state.options, importer.options_type)

    def _check_finders(self, session: Session) -> None:
        """Raise InvalidInputError for references and keys that cannot be looked up."""
        resolver = session.resolver(self.database.dialect, self.clock.now())
        for target in session.targets:
            if target.kind == "record":
                resolver.finder(target)
        if session.key is not None and not session.key.new:
            resolver.key_finder(session.key, session.project)


def demand_configuring(actor: Actor, project: Project, state: ImportState) -> None:
    """Raise InvalidInputError when things are to be created that the actor may not create."""
    access = actor.access(project.id)
    wanted = {"lists", "tags", "options"} & set(state.create_missing)
    if wanted and (access is None or "configure" not in access.can):
        raise InvalidInputError(
            f"Only who may configure the project can have {' and '.join(sorted(wanted))} created."
        )
