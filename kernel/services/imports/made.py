"""Takes back what an import has made of a project's set-up: fields, lists and tags.

They go to the trash once the records of the import are there, except what other records use by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from kernel.access.actor import Actor
from kernel.dialects.base import Parameters
from kernel.errors import NotFoundError
from kernel.schema import BUILT_IN_LINKS, Field, Project
from kernel.services.fields import FieldService
from kernel.services.lists import ListService
from kernel.services.rights import visible_project
from kernel.services.tags import TagService
from kernel.storage.database import Database, Statement
from kernel.storage.schema_cache import SchemaCache
from kernel.values import ID


class _Told(msgspec.Struct):
    """What the history says of a thing that was made."""

    id: str


_decode = msgspec.json.Decoder(_Told).decode


@dataclass(frozen=True)
class MadeThings:
    """Each thing goes in a transaction of its own; what is gone already is no fault."""

    database: Database
    schema: SchemaCache
    fields: FieldService
    lists: ListService
    tags: TagService

    async def take_back(self, actor: Actor, project_id: int, batch_id: int) -> None:
        """Trash what a batch has made and nothing uses; nothing for who may not configure any more."""
        access = actor.access(project_id)
        if access is None or "configure" not in access.can:
            return
        for kind, id_ in await self._made(batch_id):
            project = visible_project(await self.schema.current(), actor, project_id)
            if not await self._used(project, kind, id_):
                await self._trash(actor, project, kind, id_)

    async def _made(self, batch_id: int) -> Sequence[tuple[str, int]]:
        """Kinds and ids, the newest first."""
        use = Parameters(self.database.dialect)
        sql = (
            f"SELECT kind, changes FROM smalt_history WHERE batch_id = {use.add(batch_id, ID)} "
            "AND record_id IS NULL AND kind IN ('field.created', 'list.created', 'tag.created') "
            "ORDER BY id DESC"
        )
        (rows,) = await self.database.read(Statement(sql, use.values))
        return [(kind.partition(".")[0], int(_decode(changes).id)) for kind, changes in rows]

    async def _used(self, project: Project, kind: str, id_: int) -> bool:
        """Whether a record that is not in the trash has it."""
        use = Parameters(self.database.dialect)
        has = ""
        if kind == "list":
            has = f"r.list_id = {use.add(id_, ID)}"
        elif kind == "tag":
            has = _linked(f"l.field_id = {BUILT_IN_LINKS['tags']} AND l.target_id = {use.add(id_, ID)}")
        elif (field := project.by_name.get(str(id_))) is not None:
            has = _filled(field)
        if not has:
            return False
        sql = f"SELECT 1 FROM {project.table} r WHERE r.deleted_at IS NULL AND {has} LIMIT 1"
        (rows,) = await self.database.read(Statement(sql, use.values))
        return bool(rows)

    async def _trash(self, actor: Actor, project: Project, kind: str, id_: int) -> None:
        try:
            if kind == "field":
                await self.fields.delete(actor, project.id, str(id_))
            elif kind == "tag":
                await self.tags.delete(actor, project.id, id_)
            else:
                # whatever came into the list in this instant moves on
                other = next((str(choice.id) for choice in project.lists if choice.id != id_), None)
                await self.lists.delete(actor, project.id, id_, other)
        except NotFoundError:
            return


def _filled(field: Field) -> str:
    if any(column.spec.many for column in field.columns):
        return _linked(f"l.field_id = {field.id}")
    return " OR ".join(f"r.{column.name} IS NOT NULL" for column in field.columns)


def _linked(where: str) -> str:
    return f"EXISTS (SELECT 1 FROM smalt_link l WHERE l.source_id = r.id AND {where})"
