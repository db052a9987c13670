"""Brings a backup back: into an installation that holds nothing yet, on either engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from piccolo.table import Table

from kernel.dialects.base import Dialect
from kernel.errors import ConflictError, InvalidInputError
from kernel.fields import Column
from kernel.schema import Field, Project
from kernel.services.backups.archive import ArchiveReader, Manifest, reader_of
from kernel.services.backups.tables import columns_of, kept, name_of, truths
from kernel.storage.database import Database, Transaction
from kernel.storage.file_store import PIECE, FileStore
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.migrations import MIGRATIONS
from kernel.storage.project_tables import add_columns, add_index, create_project_table
from kernel.storage.record_rows import TablePlan
from kernel.storage.schema_cache import SchemaCache

AT_ONCE: Final = 1000
_EMPTY: Final = "SELECT (SELECT count(*) FROM smalt_user) + (SELECT count(*) FROM smalt_project)"
_BUMP_ACCESS: Final = "UPDATE smalt_state SET value = value + 1 WHERE name = 'access'"
_RUNNING: Final = "('preview', 'queued', 'running', 'cancelling')"


@dataclass(frozen=True)
class Restore:
    """Fills an installation from a backup."""

    database: Database
    rows: KernelRows
    schema: SchemaCache
    files: FileStore

    async def read(self, path: Path) -> Manifest:
        """Read a whole backup. ConflictError unless the installation is empty.

        The database is filled in one transaction, so a restore that fails leaves nothing there.
        """
        archive = await asyncio.to_thread(ArchiveReader, path)
        try:
            check_manifest(archive.manifest, "backup")
            async with self.database.transaction(schema_change=True) as tx:
                if (await tx.fetch(_EMPTY))[0][0]:
                    raise ConflictError("There are users or projects already. Restore into a new database.")
                await self._fill(tx, archive)
        finally:
            archive.close()
        return archive.manifest

    async def _fill(self, tx: Transaction, archive: ArchiveReader) -> None:
        for table in kept():
            await self._table(tx, archive, table)
        await self.schema.bump(tx)
        await tx.execute(_BUMP_ACCESS)
        await self._end_jobs(tx)
        for project in (await self.schema.load(tx)).projects.values():
            blocks = beside(archive.rows(project.table, AT_ONCE))
            await fill_project(tx, self.database.dialect, project, blocks)
        for (file_id,) in await tx.fetch("SELECT id FROM smalt_file WHERE state = 'ready' ORDER BY id"):
            await self.files.write(file_id, beside(archive.file(str(file_id), PIECE)))

    async def _table(self, tx: Transaction, archive: ArchiveReader, table: type[Table]) -> None:
        name, columns, booleans = name_of(table), columns_of(table), truths(table)
        await tx.execute(f"DELETE FROM {name}")
        async for block in beside(archive.rows(name, AT_ONCE)):
            known = [column for column in columns if column in block[0]]
            number = tx.dialect.statements.whole_truths
            rows = [
                [int(v) if number and c in booleans and (v := row[c]) is not None else row[c] for c in known]
                for row in block
            ]
            await self.rows.insert_many(tx, name, known, rows)

    async def _end_jobs(self, tx: Transaction) -> None:
        """What ran when the backup was made cannot go on: its files are not here."""
        await tx.execute(
            f"UPDATE smalt_job SET status = 'cancelled', lease_owner = NULL WHERE status IN {_RUNNING}"
        )


async def fill_project(
    tx: Transaction, dialect: Dialect, project: Project, blocks: AsyncIterator[list[dict[str, Any]]]
) -> None:
    """Make the table of a project and fill it with rows as they stand in a file, by column."""
    await create_project_table(tx, dialect, project)
    for field in project.fields:
        await add_columns(tx, dialect, project, field.columns)
    plan = TablePlan(project, dialect)
    readers = [reader_of(plan.types[name]) for name in plan.names]
    steps = list(zip(plan.names, readers, plan.encoders, strict=True))
    async for block in blocks:
        rows = [[encode(read(row.get(name))) for name, read, encode in steps] for row in block]
        await tx.execute_many(plan.insertion(), rows)
    for field in project.fields:
        await _indices(tx, dialect, project, field)


async def _indices(tx: Transaction, dialect: Dialect, project: Project, field: Field) -> None:
    """After the rows, which is quicker. References have theirs already."""
    for column in field.columns:
        if column.spec.many:
            continue
        if field.unique and not field.deleted:
            await add_index(tx, dialect, project, column, unique=True)
        if field.indexed and column.spec.column is not Column.RECORD:
            await add_index(tx, dialect, project, column)


def check_manifest(manifest: Manifest, kind: str) -> None:
    """InvalidInputError for a file of another kind, or from the future."""
    if manifest.kind != kind:
        raise InvalidInputError(
            "The file holds single projects. Import it with 'smalt import-archive' or /archives/import."
            if kind == "backup"
            else "The file is a backup of a whole installation. Restore it with 'smalt restore'."
        )
    newer = sorted(set(manifest.migrations) - {migration.ID for migration in MIGRATIONS})
    if newer:
        raise InvalidInputError(f"The file was made by a newer version of Smalt ({newer[-1]}).")


async def beside(items: Iterator[Any]) -> AsyncIterator[Any]:
    """Items that are made in threads."""
    while (item := await asyncio.to_thread(next, items, None)) is not None:
        yield item
