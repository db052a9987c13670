"""What points to a record, and what a reference may point to."""

from __future__ import annotations

from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.clock import Clock
from kernel.dialects.base import Dialect
from kernel.errors import InvalidInputError
from kernel.queries.compilation import root_scope
from kernel.queries.fields import sees_built_in, title_of
from kernel.queries.pages import PageRequest
from kernel.queries.paths import start
from kernel.queries.referenced_by import referencing_fields
from kernel.schema import Field, Schema
from kernel.services.record_reader import RecordReader
from kernel.services.rights import visible_field, visible_project
from kernel.storage.database import Database, Statement
from kernel.storage.schema_cache import SchemaCache
from kernel.values import ID

_MAXIMUM = 1000


class RecordRef(msgspec.Struct):
    """A record as others refer to it."""

    id: str
    title: str


class ReferencedBy(msgspec.Struct):
    """The records of one project that point to a record by one of its fields."""

    project_id: str
    project_name: str
    field_id: str
    field_key: str
    field_name: str
    records: list[RecordRef]
    total: int


class LinkReader:
    """Reads links backwards, and the candidates for new ones."""

    def __init__(self, database: Database, schema: SchemaCache, clock: Clock, reader: RecordReader) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock
        self._reader = reader

    async def referenced_by(self, actor: Actor, project_id: int, record_id: int) -> list[ReferencedBy]:
        """Who points to a record, by project and field, as far as the actor may see."""
        await self._reader.record(actor, project_id, record_id)
        schema = await self._schema.current()
        project = visible_project(schema, actor, project_id)
        compilation = start(schema, actor, self._dialect, self._clock.now())
        if not sees_built_in(root_scope(compilation, project), "referenced_by"):
            return []
        fields = sorted(referencing_fields(compilation, project_id), key=lambda f: (f.project_id, f.id))
        statements = [self._pointing(schema, actor, field, record_id) for field in fields]
        answers = await self._database.read(*statements) if statements else []
        return [_group(schema, f, rows) for f, rows in zip(fields, answers, strict=True) if rows]

    async def candidates(
        self, actor: Actor, project_id: int, field_name: str, request: PageRequest
    ) -> tuple[int, PageRequest]:
        """The project to look in and the page to ask for: what a reference field may point to."""
        schema = await self._schema.current()
        field = visible_field(visible_project(schema, actor, project_id), actor, field_name)
        if field.target is None:
            raise InvalidInputError(f"'{field.name}' is not a reference.")
        visible_project(schema, actor, field.target)
        allowed = getattr(field.config, "filter", None)
        narrowed = msgspec.structs.replace(
            request, allowed=allowed, fields=("title",), sort=request.sort or "title"
        )
        return field.target, narrowed

    @property
    def _dialect(self) -> Dialect:
        return self._database.dialect

    def _pointing(self, schema: Schema, actor: Actor, field: Field, record_id: int) -> Statement:
        """id, title and number of all, of the records that point to one by `field`."""
        compilation = start(schema, actor, self._dialect, self._clock.now())
        scope = root_scope(compilation, schema.projects[field.project_id])
        target = compilation.parameters.add(record_id, ID)
        column = field.columns[0]
        if column.spec.many:
            sources = f"SELECT source_id FROM smalt_link WHERE field_id = {field.id} AND target_id = {target}"
            scope.frame.restrict(f"{scope.alias}.id IN ({sources})")
        else:
            scope.frame.restrict(f"{scope.alias}.{column.name} = {target}")
        title = title_of(compilation, scope.project, scope.alias)
        sql = f"SELECT r.id, {title}, count(*) OVER () {scope.frame.clause()} ORDER BY r.id LIMIT {_MAXIMUM}"
        return compilation.statement(sql)


def _group(schema: Schema, field: Field, rows: list[tuple[Any, ...]]) -> ReferencedBy:
    project = schema.projects[field.project_id]
    return ReferencedBy(
        project_id=str(project.id),
        project_name=project.name,
        field_id=str(field.id),
        field_key=field.key,
        field_name=field.name,
        records=[RecordRef(str(row[0]), row[1]) for row in rows],
        total=rows[0][2],
    )
