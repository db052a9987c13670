"""Makes a backup: all tables as they were at one moment, while the servers go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kernel as package
from kernel.clock import Clock
from kernel.schema import Project, Schema
from kernel.services.backups.archive import FORMAT, ArchiveWriter, Manifest
from kernel.services.backups.tables import columns_of, kept, name_of, plain_rows, selection
from kernel.storage.database import Database, Row
from kernel.storage.file_store import FileStore
from kernel.storage.record_rows import TablePlan
from kernel.storage.schema_rows import STATEMENTS, FieldTypeLookup, SchemaBuilder
from kernel.storage.snapshot import Snapshot, open_snapshot

_FILES = "SELECT id, size FROM smalt_file WHERE state = 'ready' ORDER BY id"
_MIGRATIONS = "SELECT name FROM smalt_migration ORDER BY name"


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
            await _copy(archive, name, columns, rows, plain_rows(table))
        for project in (await self._schema(snapshot)).projects.values():
            await self._project(archive, snapshot, project)
        await self._contents(archive, snapshot)
        return Manifest(
            format=FORMAT,
            smalt=package.__version__,
            created_at=self.clock.now().isoformat(timespec="seconds"),
            engine=self.database.dialect.name,
            migrations=[row[0] for row in await _all(snapshot.rows(_MIGRATIONS))],
            rows=archive.rows,
            files=archive.files,
        )

    async def _schema(self, snapshot: Snapshot) -> Schema:
        answers = [await _all(snapshot.rows(statement.sql)) for statement in STATEMENTS]
        return SchemaBuilder(self.field_types).build(answers)

    async def _project(self, archive: ArchiveWriter, snapshot: Snapshot, project: Project) -> None:
        plan, dialect = TablePlan(project, self.database.dialect), self.database.dialect
        types = [plan.types[name] for name in plan.names]

        def plain(rows: Sequence[Row]) -> list[Sequence[Any]]:
            decode = dialect.decode
            return [[decode(v, t) for v, t in zip(row, types, strict=True)] for row in rows]

        rows = snapshot.rows(f"SELECT {', '.join(plan.names)} FROM {project.table}")
        await _copy(archive, project.table, plan.names, rows, plain)

    async def _contents(self, archive: ArchiveWriter, snapshot: Snapshot) -> None:
        async for block in snapshot.rows(_FILES):
            for file_id, size in block:
                with archive.file(str(file_id)) as part:
                    async for piece in self.files.read(file_id, 0, size):
                        await asyncio.to_thread(part.write, piece)


async def _copy(
    archive: ArchiveWriter,
    name: str,
    columns: Sequence[str],
    rows: AsyncIterator[list[Row]],
    plain: Callable[[Sequence[Row]], list[Sequence[Any]]],
) -> None:
    with archive.table(name, columns) as add:
        async for block in rows:
            await asyncio.to_thread(lambda block=block: add(plain(block)))  # type: ignore[misc]


async def _all(rows: AsyncIterator[list[Row]]) -> list[Row]:
    return [row async for block in rows for row in block]
