"""Writes projects into a file, as they are at one moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import kernel as package
from kernel.access.actor import Actor
from kernel.clock import Clock
from kernel.errors import NotFoundError
from kernel.schema import Project
from kernel.services.archives.boards import Boards, boards_with
from kernel.services.archives.model import ArchivedDashboard, Report
from kernel.services.archives.parts import PARTS, TABLE_OF, condition, select
from kernel.services.archives.remapping import IDENTIFIER
from kernel.services.backups.archive import FORMAT, ArchiveWriter, Manifest
from kernel.services.backups.backup import (
    MIGRATION_NAMES,
    Plain,
    all_rows,
    copy,
    copy_contents,
    copy_project,
    schema_of,
)
from kernel.services.backups.tables import columns_of, plain_rows
from kernel.services.dashboards.access import dashboard_names
from kernel.storage.database import Database, Row
from kernel.storage.file_store import FileStore
from kernel.storage.schema_rows import FieldTypeLookup
from kernel.storage.snapshot import Snapshot, open_snapshot

KIND: Final = "projects"
PEOPLE: Final = "people"
Step = Callable[[int], Awaitable[None]]


@dataclass
class _Seen:
    """Notes which people the rows tell of, as their rows pass by."""

    emails: dict[int, str]
    found: set[int] = field(default_factory=set)

    def look(self, rows: Sequence[Row]) -> list[Sequence[Any]]:
        for row in rows:
            for value in row:
                if isinstance(value, int):
                    self._note(value)
                elif isinstance(value, str):
                    for digits in IDENTIFIER.findall(value):
                        self._note(int(digits))
        return list(rows)

    def _note(self, value: int) -> None:
        if value in self.emails:
            self.found.add(value)

    def people(self) -> list[Row]:
        return [(id_, self.emails[id_]) for id_ in sorted(self.found)]


@dataclass(frozen=True)
class Written:
    """A file that was written, and its dashboards."""

    manifest: Manifest
    boards: Boards

    @property
    def report(self) -> Report:
        taken = [ArchivedDashboard(str(id_), name) for id_, name in self.boards.taken.items()]
        return Report(dashboards=taken, left_out=list(self.boards.left.values()))


@dataclass(frozen=True)
class ArchiveWriting:
    """Writes archives of one installation. `url` is that of its database."""

    database: Database
    url: str
    files: FileStore
    clock: Clock
    field_types: FieldTypeLookup

    async def write(self, path: Path, ids: Sequence[int], step: Step, actor: Actor) -> Written:
        """Write live projects into a new file, with the dashboards that the actor sees and that show
        nothing else. What cannot be finished is removed.

        `step` is told after each table how many rows are written, and may raise.
        """
        archive = await asyncio.to_thread(ArchiveWriter, path)
        try:
            names = await dashboard_names(self.database, actor)
            async with open_snapshot(self.url) as snapshot:
                boards = await boards_with(snapshot, ids, names)
                manifest = await self._write(archive, snapshot, ids, boards, step)
            await asyncio.to_thread(archive.finish, manifest)
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise
        return Written(manifest, boards)

    async def _write(
        self, archive: ArchiveWriter, snapshot: Snapshot, ids: Sequence[int], boards: Boards, step: Step
    ) -> Manifest:
        schema = await schema_of(snapshot, self.field_types)
        projects = [p for id_ in ids if (p := schema.projects.get(id_)) is not None and not p.deleted]
        if len(projects) != len(ids):
            raise NotFoundError("One of the projects is not there any more.")
        people: list[Any] = await all_rows(snapshot.rows("SELECT id, email FROM smalt_user"))
        seen = _Seen(dict(people))
        for name in PARTS:
            table = TABLE_OF[name]
            rows = snapshot.rows(select(name, projects, boards.taken))
            await copy(archive, name, columns_of(table), rows, _both(plain_rows(table), seen))
            await step(sum(archive.rows.values()))
        await self._records(archive, snapshot, projects, seen, step)
        with archive.table(PEOPLE, ["id", "email"]) as add:
            add(seen.people())
        contents = f"SELECT id, size FROM smalt_file WHERE {condition('smalt_file', projects)}"
        await copy_contents(archive, snapshot.rows(contents), self.files)
        return Manifest(
            format=FORMAT,
            kind=KIND,
            smalt=package.__version__,
            created_at=self.clock.now().isoformat(timespec="seconds"),
            engine=self.database.dialect.name,
            migrations=[row[0] for row in await all_rows(snapshot.rows(MIGRATION_NAMES))],
            rows=archive.rows,
            files=archive.files,
        )

    async def _records(
        self, archive: ArchiveWriter, snapshot: Snapshot, projects: Sequence[Project], seen: _Seen, step: Step
    ) -> None:
        for project in projects:
            await copy_project(archive, snapshot, project, self.database.dialect, seen.look)
            await step(sum(archive.rows.values()))


def _both(plain: Plain, seen: _Seen) -> Plain:
    return lambda rows: seen.look(plain(rows))  # type: ignore[arg-type]
