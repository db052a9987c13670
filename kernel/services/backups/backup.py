"""Makes a backup: all tables as they were at one moment, while the servers go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kernel as package
from kernel.clock import Clock
from kernel.dialects.base import Dialect
from kernel.schema import Project, Schema
from kernel.services.backups.archive import FORMAT, ArchiveWriter, Manifest
from kernel.services.backups.tables import columns_of, kept, name_of, plain_rows, selection
from kernel.storage.database import Database, Row
from kernel.storage.file_store import FileStore
from kernel.storage.record_rows import TablePlan
from kernel.storage.schema_rows import STATEMENTS, FieldTypeLookup, SchemaBuilder
from kernel.storage.snapshot import Snapshot, open_snapshot

Plain = Callable[[Sequence[Row]], list[Sequence[Any]]]
"""Makes rows ready to be written."""

_FILES = "SELECT id, size FROM smalt_file WHERE state = 'ready' ORDER BY id"
MIGRATION_NAMES = "SELECT name FROM smalt_migration ORDER BY name"


@dataclass(frozen=True)
class Backup:
    """Writes backups of one installation. `url` is that of its database."""

    database: Database
    url: str
    files: FileStore
    clock: Clock
    field_types: FieldTypeLookup

    async def write(self, path: Path) -> Manifest:
        """Write the whole installation into a new file. A file that cannot be finished is removed."""
        part = path.with_name(f"{path.name}.part")
        archive = await asyncio.to_thread(ArchiveWriter, part)
        try:
            async with open_snapshot(self.url) as snapshot:
                manifest = await self._write(archive, snapshot)
            await asyncio.to_thread(archive.finish, manifest)
            await asyncio.to_thread(part.replace, path)
        except BaseException:
            await asyncio.to_thread(part.unlink, missing_ok=True)
            raise
        return manifest

    async def _write(self, archive: ArchiveWriter, snapshot: Snapshot) -> Manifest:
        for table in kept():
            name, columns = name_of(table), columns_of(table)
            rows = snapshot.rows(f"SELECT {selection(table)} FROM {name}")
            await copy(archive, name, columns, rows, plain_rows(table))
        for project in (await schema_of(snapshot, self.field_types)).projects.values():
            await copy_project(archive, snapshot, project, self.database.dialect)
        await copy_contents(archive, snapshot.rows(_FILES), self.files)
        return Manifest(
            format=FORMAT,
            smalt=package.__version__,
            created_at=self.clock.now().isoformat(timespec="seconds"),
            engine=self.database.dialect.name,
            migrations=[row[0] for row in await all_rows(snapshot.rows(MIGRATION_NAMES))],
            rows=archive.rows,
            files=archive.files,
        )


async def schema_of(snapshot: Snapshot, field_types: FieldTypeLookup) -> Schema:
    """The schema as it was at the moment of a snapshot."""
    answers = [await all_rows(snapshot.rows(statement.sql)) for statement in STATEMENTS]
    return SchemaBuilder(field_types).build(answers)


async def copy_project(
    archive: ArchiveWriter,
    snapshot: Snapshot,
    project: Project,
    dialect: Dialect,
    looked_at: Plain = list,
) -> None:
    """Write the records of a project, which `looked_at` sees as they are written."""
    plan = TablePlan(project, dialect)
    types = [plan.types[name] for name in plan.names]

    def plain(rows: Sequence[Row]) -> list[Sequence[Any]]:
        decode = dialect.decode
        return looked_at([tuple(decode(v, t) for v, t in zip(row, types, strict=True)) for row in rows])

    rows = snapshot.rows(f"SELECT {', '.join(plan.names)} FROM {project.table}")
    await copy(archive, project.table, plan.names, rows, plain)


async def copy_contents(archive: ArchiveWriter, found: AsyncIterator[list[Row]], files: FileStore) -> None:
    """Write the contents of files, given as id and size."""
    async for block in found:
        for file_id, size in block:
            with archive.file(str(file_id)) as part:
                async for piece in files.read(file_id, 0, size):
                    await asyncio.to_thread(part.write, piece)


async def copy(
    archive: ArchiveWriter, name: str, columns: Sequence[str], rows: AsyncIterator[list[Row]], plain: Plain
) -> None:
    """Write the rows of a table, made `plain`."""
    with archive.table(name, columns) as add:
        async for block in rows:
            await asyncio.to_thread(lambda block=block: add(plain(block)))  # type: ignore[misc]


async def all_rows(rows: AsyncIterator[list[Row]]) -> list[Row]:
    return [row async for block in rows for row in block]
