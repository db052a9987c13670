"""Everything there and back: from each engine into a file, from the file into the other engine."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kernel.access.actor import SYSTEM
from kernel.errors import ConflictError, InvalidInputError
from kernel.queries.pages import PageRequest
from kernel.runtime import Kernel, create_kernel
from kernel.services.backups.tables import LEFT_OUT
from kernel.services.comments import CommentInput
from kernel.services.members import MemberInput
from kernel.services.users import UserInput
from kernel.settings import Settings
from kernel.storage.database import Statement
from kernel.storage.tables import TABLES
from tests.postgres_databases import PostgresDatabases

RECORDS = int(os.environ.get("SMALT_BACKUP_RECORDS", "60"))
"""Opportunities of the round trip; a long run takes 10,000."""


@pytest.fixture
def other_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of the other engine, with the kernel's tables."""
    if engine == "postgres":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "other.db")
        yield f"sqlite:///{tmp_path / 'other.db'}"
    else:
        databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
        with databases.lent() as url:
            yield url


@asynccontextmanager
async def opened(url: str, directory: Path) -> AsyncIterator[Kernel]:
    kernel = create_kernel(Settings(data_dir=directory, database_url=url))
    await kernel.database.start()
    yield kernel
    await kernel.database.stop()


class Sent:
    """A file of several pieces on its way in."""

    file_name = "contract.txt"

    async def parts(self) -> AsyncIterator[bytes]:
        for _ in range(6):
            yield b"signed\n" * 150_000


async def fill(url: str, directory: Path) -> None:
    """The CRM with samples, people, a comment, a file on a record, and things in the trash."""
    kernel = create_kernel(Settings(data_dir=directory, database_url=url))
    await kernel.start()
    await kernel.templates.apply(SYSTEM, "crm", sample=RECORDS)
    user = await kernel.users.create(SYSTEM, UserInput("ewa@example.com", "Ewa Łuk", "correct horse battery"))
    schema = await kernel.schema.current()
    deals = next(p for p in schema.projects.values() if p.name == "Opportunities")
    await kernel.members.add(SYSTEM, deals.id, MemberInput(str(user.id), "member"))
    page = json.loads(await kernel.records.reader.page(SYSTEM, deals.id, first(3)))["items"]
    record = int(page[0]["id"])
    await kernel.comments.create(SYSTEM, deals.id, record, CommentInput("Call **them** — żółw"))
    ewa = replace(SYSTEM, user_id=user.id)
    file = await kernel.files.upload(ewa, Sent())
    await kernel.records.update(ewa, deals.id, record, {"fields": {"contracts": [str(file.id)]}})
    await kernel.records.update(SYSTEM, deals.id, record, {"fields": {"amount": "-0.01 PLN", "cost": None}})
    await kernel.records.delete(SYSTEM, deals.id, int(page[1]["id"]))
    await kernel.fields.delete(SYSTEM, deals.id, str(deals.by_name["confidence"].id))
    await kernel.stop()


def first(count: int) -> Any:
    return PageRequest(limit=count)


def contents(path: Path) -> dict[str, Any]:
    """What a backup holds, without the order of rows."""
    with zipfile.ZipFile(path) as archive:
        found: dict[str, Any] = {}
        for name in archive.namelist():
            content = archive.read(name)
            found[name] = sorted(content.splitlines()) if name.startswith("tables/") else content
    manifest = json.loads(found.pop("manifest.json"))
    return found | {"rows": manifest["rows"], "migrations": manifest["migrations"]}


async def test_a_backup_restores_on_the_other_engine_to_the_same(
    database_url: str, other_url: str, tmp_path: Path
) -> None:
    await fill(database_url, tmp_path / "data")
    async with opened(database_url, tmp_path / "data") as kernel:
        manifest = await kernel.backups.write(tmp_path / "first.zip")
        before = await pages(kernel)
    assert manifest.rows["smalt_history"] > RECORDS
    async with opened(other_url, tmp_path / "other") as other:
        await other.backups.restore(tmp_path / "first.zip")
        await other.backups.write(tmp_path / "second.zip")
        assert await pages(other) == before
        with pytest.raises(ConflictError, match="new database"):
            await other.backups.restore(tmp_path / "first.zip")
    assert contents(tmp_path / "second.zip") == contents(tmp_path / "first.zip")
    await works(other_url, tmp_path / "other")


async def works(url: str, directory: Path) -> None:
    """The restored installation goes on: new records, identifiers, constraints, search."""
    kernel = create_kernel(Settings(data_dir=directory, database_url=url))
    await kernel.start()
    schema = await kernel.schema.current()
    deals = next(p for p in schema.projects.values() if p.name == "Opportunities")
    made, _ = await kernel.records.create(SYSTEM, deals.id, {"title": "After", "fields": {"amount": 5}})
    trashed = next(f for f in deals.fields if f.key == "confidence")
    await kernel.fields.restore(SYSTEM, deals.id, trashed.key)
    record = await kernel.records.reader.record(SYSTEM, deals.id, made)
    assert json.loads(record.json)["fields"]["confidence"] is None
    await kernel.stop()


async def pages(kernel: Kernel) -> list[Any]:
    """Every project's first records as the API gives them."""
    schema = await kernel.schema.current()
    live = sorted(p.id for p in schema.projects.values() if not p.deleted)
    return [json.loads(await kernel.records.reader.page(SYSTEM, id_, first(1000))) for id_ in live]


async def test_a_broken_file_leaves_the_database_empty(
    database_url: str, other_url: str, tmp_path: Path
) -> None:
    await fill(database_url, tmp_path / "data")
    async with opened(database_url, tmp_path / "data") as kernel:
        await kernel.backups.write(tmp_path / "whole.zip")
    whole = (tmp_path / "whole.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.zip").write_bytes(b"no zip")
    with (
        zipfile.ZipFile(tmp_path / "whole.zip") as source,
        zipfile.ZipFile(tmp_path / "torn.zip", "w") as torn,
    ):
        for name in source.namelist():
            content = source.read(name)
            torn.writestr(name, content[:-20] if "smalt_history" in name else content)
    async with opened(other_url, tmp_path / "other") as other:
        for name in ("cut.zip", "text.zip", "torn.zip", "missing.zip"):
            with pytest.raises(InvalidInputError):
                await other.backups.restore(tmp_path / name)
        counted = Statement("SELECT (SELECT count(*) FROM smalt_user) + (SELECT count(*) FROM smalt_project)")
        assert (await other.database.read(counted))[0][0][0] == 0


def test_every_table_is_kept_or_left_out_for_a_reason() -> None:
    known = {table._meta.tablename for table in TABLES}
    assert set(LEFT_OUT) <= known | {"smalt_search", "smalt_search_state", "smalt_unsearched"}
    assert all(LEFT_OUT.values())
