"""Takes records out of the database for good, with all that belongs to them and points to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from kernel.dialects.base import Dialect, Parameters
from kernel.schema import Field, FieldColumn, Project, Schema
from kernel.storage.database import Transaction
from kernel.values import DATETIME, ID

_BELONGING: Final = (
    ("smalt_list_stay", "record_id"),
    ("smalt_comment", "record_id"),
    ("smalt_checklist_item", "record_id"),
    ("smalt_checklist", "record_id"),
    ("smalt_follower", "record_id"),
    ("smalt_reminder", "record_id"),
    ("smalt_repeat", "record_id"),
    ("smalt_dependency", "blocker_id"),
    ("smalt_dependency", "blocked_id"),
    ("smalt_link", "source_id"),
    ("smalt_link", "target_id"),
)
"""Tables and columns that name a record. Identifiers are unique among all things, so that a target
that is no record is never hit."""


class RecordRemoval:
    """Removes records, or all of a project."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    async def remove(
        self, tx: Transaction, schema: Schema, project: Project, ids: Sequence[int], before: datetime
    ) -> list[tuple[int, int]]:
        """Remove those that are still in the trash since `before`; their ids and last versions."""
        use = Parameters(self._dialect)
        marks = ", ".join(use.add(i, ID) for i in ids)
        due = f"id IN ({marks}) AND deleted_at < {use.add(before, DATETIME)}"
        sql = f"DELETE FROM {project.table} WHERE {due} RETURNING id, version"
        gone = sorted((row[0], row[1]) for row in await tx.fetch(sql, use.values))
        if gone:
            await self._unlink(tx, schema, project, [id_ for id_, _ in gone])
        return gone

    async def _unlink(self, tx: Transaction, schema: Schema, project: Project, ids: Sequence[int]) -> None:
        use = Parameters(self._dialect)
        marks = ", ".join(use.add(i, ID) for i in ids)
        for table, column in _BELONGING:
            await tx.execute(f"DELETE FROM {table} WHERE {column} IN ({marks})", use.values)
        for source, pointing in _pointing(schema, project):
            where = f"{pointing.name} IN ({marks})"
            await tx.execute(f"UPDATE {source.table} SET {pointing.name} = NULL WHERE {where}", use.values)

    async def forget(self, tx: Transaction, project: Project) -> None:
        """Remove what belongs to any record of a project, before its table goes."""
        own = f"(SELECT id FROM {project.table})"
        for table, column in _BELONGING:
            await tx.execute(f"DELETE FROM {table} WHERE {column} IN {own}")


def _pointing(schema: Schema, project: Project) -> Iterator[tuple[Project, FieldColumn]]:
    """The columns of all projects, also of fields in the trash, that refer to records of this one."""
    for source in schema.projects.values():
        for field in source.fields:
            yield from ((source, column) for column in _columns(field, project))


def _columns(field: Field, project: Project) -> Iterator[FieldColumn]:
    for column in field.columns:
        if column.spec.target == str(project.id) and not column.spec.many:
            yield column
