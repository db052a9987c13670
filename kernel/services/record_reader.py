"""Reading records: compiled for the reader, cached, answered as the database wrote it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple, TypeVar

from kernel.access.actor import Actor
from kernel.access.version import ACCESS_VERSION, check_version
from kernel.clock import Clock
from kernel.dialects.base import Dialect
from kernel.errors import ContentionError, NotFoundError, SmaltError
from kernel.queries.aggregates import AggregateRequest, aggregate_query
from kernel.queries.cache import QueryCache
from kernel.queries.pages import PageQuery, PageRequest, RecordQuery, page_query, record_query
from kernel.queries.record_json import without_empty_warnings
from kernel.schema import Project, Schema
from kernel.services.rights import visible_project
from kernel.storage.database import Database, Row, Statement
from kernel.storage.schema_cache import SchemaCache

T = TypeVar("T")
_TRIES = 8
_PAUSE = 0.02
"""Seconds of rest before the third try; before the next ones it grows by as much."""
_VERSIONS = Statement(
    f"SELECT ({SchemaCache.VERSION.sql}) AS schema_version, ({ACCESS_VERSION.sql}) AS access_version"
)


class RecordAnswer(NamedTuple):
    """A record as JSON, and its version."""

    json: bytes
    version: int


class SchemaMoved(Exception):
    """The snapshot that a query was compiled against is not the newest."""


class RecordReader:
    """Pages, single records and aggregates of one database."""

    def __init__(self, database: Database, schema: SchemaCache, clock: Clock) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock
        self._queries = QueryCache()

    @property
    def dialect(self) -> Dialect:
        return self._database.dialect

    def now(self) -> datetime:
        return self._clock.now()

    async def page(self, actor: Actor, project_id: int, request: PageRequest) -> bytes:
        """A page as the JSON of its collection."""

        async def read(schema: Schema) -> bytes:
            project = visible_project(schema, actor, project_id)
            key = ("page", schema.version, actor.rights_key, project_id, request)
            query = self._queries.get(key, lambda: self._compile_page(schema, actor, project, request))
            statements = [query.page, query.total] if query.total else [query.page]
            answers = await self.read(actor, schema, *statements)
            return query.body(answers[0][0], answers[1][0][0] if query.total else None)

        return await self.on_current_schema(read)

    async def record(
        self,
        actor: Actor,
        project_id: int,
        record_id: int,
        trash: bool = False,
        as_of: datetime | None = None,
    ) -> RecordAnswer:
        """One record, as it was at `as_of` where given, or NotFoundError."""

        async def read(schema: Schema) -> RecordAnswer:
            query = self.record_query(schema, actor, project_id, trash, as_of)
            (rows,) = await self.read(actor, schema, query.of(record_id))
            return answer_of(rows)

        return await self.on_current_schema(read)

    async def aggregate(
        self, actor: Actor, project_id: int, request: AggregateRequest, as_of: datetime | None = None
    ) -> bytes:
        """Groups with their measures, as JSON."""

        async def read(schema: Schema) -> bytes:
            project = visible_project(schema, actor, project_id)
            query = aggregate_query(
                schema, actor, project, request, self._database.dialect, self._clock.now(), as_of
            )
            (rows,) = await self.read(actor, schema, query.statement)
            return query.body(rows)

        return await self.on_current_schema(read)

    def record_query(
        self,
        schema: Schema,
        actor: Actor,
        project_id: int,
        trash: bool = False,
        as_of: datetime | None = None,
    ) -> RecordQuery:
        """The compiled reading of single records of a project."""
        project = visible_project(schema, actor, project_id)
        key = ("record", schema.version, actor.rights_key, project_id, trash)
        now, dialect = self._clock.now(), self._database.dialect
        if as_of is not None:
            return record_query(schema, actor, project, dialect, now, trash, as_of)
        return self._queries.get(key, lambda: record_query(schema, actor, project, dialect, now, trash))

    async def on_current_schema(self, work: Callable[[Schema], Awaitable[T]]) -> T:
        """Do work that reads, on the snapshot at hand; again on a newer one if it had moved.

        A refusal may be due to an old snapshot too, so it only stands on the newest. Raises
        ContentionError where the schema moves all the time.
        """
        for number in range(_TRIES):
            if number > 1:
                await asyncio.sleep(_PAUSE * (number - 1))
            cached = self._schema.cached()
            schema = cached or await self._schema.current()
            try:
                return await work(schema)
            except SchemaMoved:
                await self._schema.current()
            except SmaltError:
                if cached is None or (await self._schema.current()).version == schema.version:
                    raise
        try:
            return await work(await self._schema.current())
        except SchemaMoved as error:
            raise ContentionError from error

    async def read(self, actor: Actor, schema: Schema, *statements: Statement) -> list[list[Row]]:
        """One hop: the statements, and whether schema and rights are still what they were.

        The versions are read last, and they only grow: what they were then, they were before.
        A statement that fails because its tables have changed counts as a moved schema.
        """
        try:
            *answers, [versions] = await self._database.read(*statements, _VERSIONS, snapshot=False)
        except SmaltError:
            raise
        except Exception as error:
            if (await self._schema.current()).version != schema.version:
                raise SchemaMoved from error
            raise
        check_version(actor, [versions[1:]])
        if versions[0] != schema.version:
            raise SchemaMoved
        return answers

    def _compile_page(
        self, schema: Schema, actor: Actor, project: Project, request: PageRequest
    ) -> PageQuery:
        return page_query(schema, actor, project, request, self._database.dialect, self._clock.now())


def answer_of(rows: list[Row]) -> RecordAnswer:
    """The answer of a `RecordQuery`; NotFoundError for no row."""
    if not rows:
        raise NotFoundError("There is no such record, or you may not see it.")
    return RecordAnswer(without_empty_warnings(rows[0][1]).encode(), rows[0][0])
