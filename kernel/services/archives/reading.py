"""Takes the projects of a file in, beside whatever the installation holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from kernel.access.actor import Actor
from kernel.access.version import bump_access
from kernel.errors import InvalidInputError
from kernel.fields import FOUND, Column
from kernel.schema import BUILT_IN_LINKS, Project
from kernel.services.archives.checks import CHECKS
from kernel.services.archives.model import ArchivedDashboard, ArchivedProject, Report
from kernel.services.archives.parts import PARTS, TABLE_OF
from kernel.services.archives.remapping import SMALLEST, Remap, RowRemap
from kernel.services.archives.settling import Settling
from kernel.services.archives.writing import KIND, PEOPLE
from kernel.services.backups.archive import DAMAGED, ArchiveReader
from kernel.services.backups.restore import AT_ONCE, beside, check_manifest, fill_project
from kernel.services.backups.tables import truths
from kernel.services.dashboards.access import NOWHERE
from kernel.services.entries import ProjectParts
from kernel.services.files.removal import FileRemoval
from kernel.services.files.service import UNUSED_MS
from kernel.services.process_owner import owner_name
from kernel.storage.database import Statement, Transaction
from kernel.storage.file_store import PIECE, FileStore
from kernel.storage.schema_rows import decode_columns

MOST_TIMES: Final = 200
ALWAYS: Final = 64 * 1024 * 1024
"""A file may unpack to so many times its size, and always to so many bytes."""
_BUILT_IN: Final = ("id", "list_id", "created_by", "updated_by", "deleted_by")
_BUMP_AUTOMATIONS: Final = "UPDATE smalt_state SET value = value + 1 WHERE name = 'automations'"

Step = Callable[[int, int], Awaitable[None]]
Commit = Callable[[Transaction, Report], Awaitable[None]]


@dataclass
class _Import:
    """One import at work."""

    archive: ArchiveReader
    actor: Actor
    remap: Remap
    files: list[int]
    ids: Mapping[int, int]
    choices: set[int]
    report: Report
    told: Step
    total: int

    async def step(self, rows: int = 0) -> None:
        """So many rows more are in."""
        await self.told(rows, self.total)


@dataclass(frozen=True)
class ArchiveReading:
    """Reads archives into one installation."""

    parts: ProjectParts
    store: FileStore
    removal: FileRemoval

    async def read(self, actor: Actor, path: Path, step: Step, commit: Commit) -> Report:
        """Make the projects of a file. InvalidInputError for what is no archive.

        `step` is called now and then with the rows that have come and with those of the file, and may
        raise; `commit` is part of the one transaction.
        Whatever is raised, nothing stays behind.
        """
        archive = await asyncio.to_thread(ArchiveReader, path)
        try:
            check_manifest(archive.manifest, KIND)
            if archive.unpacked > ALWAYS + MOST_TIMES * archive.size:
                raise InvalidInputError("The file unpacks to far more than its size. It is not taken in.")
            return await self._read(await self._begin(archive, actor, step), commit)
        except (ValueError, TypeError, LookupError, EOFError) as error:
            raise InvalidInputError(DAMAGED) from error
        finally:
            archive.close()

    async def _begin(self, archive: ArchiveReader, actor: Actor, step: Step) -> _Import:
        """Give everything in the file a new identifier; in the same order, so that orders last."""
        total = sum(archive.manifest.rows.values())
        await step(0, total)
        old = sorted([id_ async for id_ in _identifiers(archive, partial(step, 0, total))])
        new = dict(zip(old, self.parts.ids.many(len(old)), strict=True))
        choices = await asyncio.to_thread(_choice_fields, archive)
        people, missing = await self._people(archive)
        same = {link: link for link in BUILT_IN_LINKS.values()}
        remap = Remap(people | new | same)
        return _Import(archive, actor, remap, [], new, choices, Report(missing_people=missing), step, total)

    async def _people(self, archive: ArchiveReader) -> tuple[dict[int, int], int]:
        """Who is here by the same email, and how many are not."""
        (rows,) = await self.parts.database.read(Statement("SELECT email, id FROM smalt_user"))
        here: dict[str, int] = dict(rows)
        wanted = [row async for block in beside(archive.rows(PEOPLE, AT_ONCE)) for row in block]
        found = {int(row["id"]): here[row["email"]] for row in wanted if row["email"] in here}
        return found, len(wanted) - len(found)

    async def _read(self, work: _Import, commit: Commit) -> Report:
        try:
            await self._contents(work)
            async with self.parts.database.transaction(schema_change=True) as tx:
                await self._fill(tx, work)
                await commit(tx, work.report)
        except BaseException:
            await asyncio.shield(self._discard(work.files))
            raise
        return work.report

    async def _discard(self, files: list[int]) -> None:
        for file_id in files:
            await self.removal.discard(file_id)

    async def _contents(self, work: _Import) -> None:
        """Files first, as uploads that nobody holds: where this ends early they are swept."""
        async for block in beside(work.archive.rows("smalt_file", AT_ONCE)):
            for given in block:
                await work.step()
                file_id = work.ids[given["id"]]
                async with self.parts.database.transaction() as tx:
                    await self._announce(tx, file_id)
                work.files.append(file_id)
                await self.store.write(file_id, _pieces(work, str(given["id"])))

    async def _announce(self, tx: Transaction, file_id: int) -> None:
        now = self.parts.now()
        row = {"id": file_id, "name": "", "size": 0, "content_type": "", "state": "uploading"}
        await self.parts.rows.insert(
            tx, "smalt_file", row | {"owner": owner_name(), "created_at": now, "expires_at": now + UNUSED_MS}
        )

    async def _fill(self, tx: Transaction, work: _Import) -> None:
        """Everything else. The version of the schema is locked first, so imports do not meet."""
        await self.parts.schema.bump(tx)
        settling = await Settling.of(tx, self.parts, work.actor)
        for name in PARTS:
            await work.step()
            await self._table(tx, work, name, settling)
        await bump_access(tx)
        await tx.execute(_BUMP_AUTOMATIONS)
        schema = await self.parts.schema.load(tx)
        olds = _tables_of_records(work.archive)
        if {work.ids[old] for old in olds} != set(settling.projects) or not olds:
            raise ValueError("projects without records")
        for old in olds:
            await work.step()
            project = schema.projects[work.ids[old]]
            blocks = _renamed(work, project, f"p_{old}")
            await fill_project(tx, self.parts.database.dialect, project, blocks)
        for id_, name in settling.projects.items():
            await self._log(tx, work.actor, id_, name)
            await settling.own(tx, id_)
            work.report.projects.append(ArchivedProject(str(id_), name))
        for id_, name in settling.boards.items():
            who, made = replace(work.actor, via="import"), {"name": name}
            await self.parts.log.write(tx, who, NOWHERE, id_, "dashboard.created", None, made)
            work.report.dashboards.append(ArchivedDashboard(str(id_), name))
        work.report.emptied = work.remap.emptied

    async def _log(self, tx: Transaction, actor: Actor, id_: int, name: str) -> None:
        who = replace(actor, via="import")
        await self.parts.log.write(tx, who, id_, None, "project.created", None, {"name": name})

    async def _table(self, tx: Transaction, work: _Import, name: str, settling: Settling) -> None:
        table, check = TABLE_OF[name], CHECKS.get(name)
        take = RowRemap(table, work.remap)
        whole = truths(table) if tx.dialect.statements.whole_truths else ()
        async for block in beside(work.archive.rows(name, AT_ONCE)):
            await work.step(len(block))
            taken = (take.row(given, _same(work, name, given)) for given in block)
            rows = [row for row in taken if row is not None]
            for row in rows:
                settling.settle(name, row)
                if check is not None:
                    check(row)
                row.update({c: int(row[c]) for c in whole if row[c] is not None})
            if name == "smalt_file":
                for row in rows:
                    await self.parts.rows.update(tx, name, row["id"], row | {"expires_at": None})
            elif rows:
                await self.parts.rows.insert_many(tx, name, list(rows[0]), [list(r.values()) for r in rows])


def _tables_of_records(archive: ArchiveReader) -> list[int]:
    found = (name.removeprefix("p_") for name in archive.names() if name.startswith("p_"))
    return sorted(int(digits) for digits in found)


async def _identifiers(archive: ArchiveReader, step: Callable[[], Awaitable[None]]) -> AsyncIterator[int]:
    """Every identifier that something in the file has. ValueError for what is none."""
    named = [n for n in PARTS if any(c._meta.db_column_name == "id" for c in TABLE_OF[n]._meta.columns)]
    for name in [*named, *(f"p_{id_}" for id_ in _tables_of_records(archive))]:
        async for block in beside(archive.rows(name, AT_ONCE)):
            await step()
            for row in block:
                if type(row["id"]) is not int or not SMALLEST <= row["id"] < 2**63:
                    raise ValueError("no identifier")
                yield row["id"]


def _choice_fields(archive: ArchiveReader) -> set[int]:
    """The fields that hold many options: these are numbered within their field, and keep that number."""
    rows = (row for block in archive.rows("smalt_field", AT_ONCE) for row in block)
    return {
        row["id"] for row in rows
        if any(c.spec.column is Column.CHOICE and c.spec.many for c in decode_columns(row["columns"]))
    }  # fmt: skip


def _same(work: _Import, table: str, given: Mapping[str, Any]) -> Collection[str]:
    return ("target_id",) if table == "smalt_link" and given["field_id"] in work.choices else ()


async def _pieces(work: _Import, name: str) -> AsyncIterator[bytes]:
    """The contents of a file."""
    async for piece in beside(work.archive.file(name, PIECE)):
        await work.step()
        yield piece


async def _renamed(work: _Import, project: Project, table: str) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows of records with the new names of columns and the new identifiers."""
    entities = {c.name for f in project.fields for c in f.columns if c.spec.column in FOUND}
    entities |= set(_BUILT_IN)
    async for block in beside(work.archive.rows(table, AT_ONCE)):
        await work.step(len(block))
        yield [_record(work.remap, row, entities) for row in block]


def _record(remap: Remap, given: Mapping[str, Any], entities: set[str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    lost = False
    for old, value in given.items():
        name = remap.text(old)
        if name in entities:
            row[name] = remap.identifier(value)
            lost = lost or (value is not None and row[name] is None)
        else:
            row[name] = remap.text(value) if isinstance(value, str) else value
    remap.emptied += lost
    return row
