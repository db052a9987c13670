"""Projects into a file, and from it into an installation of the other engine that holds a CRM already."""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kernel.access.actor import SYSTEM
from kernel.errors import InvalidInputError
from kernel.runtime import Kernel, create_kernel
from kernel.services.users import UserInput
from kernel.settings import Settings
from kernel.storage.database import Statement
from tests.kernel.services.backups.test_round_trip import fill, first, opened, other_url

__all__ = ["other_url"]
_ID = re.compile(rb"(?<![\d.])\d{15,19}(?!\d)")
_MADE = b'"project.created"'
CHANGED = ("smalt_project.jsonl", "smalt_automation.jsonl", "people.jsonl")


async def ids_of(kernel: Kernel) -> dict[str, int]:
    schema = await kernel.schema.current()
    return {p.name: p.id for p in schema.projects.values() if not p.deleted}


async def pages(kernel: Kernel, ids: list[int]) -> list[Any]:
    """Every project's records as the API gives them, without identifiers."""
    found: list[Any] = []
    for id_ in ids:
        request: Any = first(1000)
        while request is not None:
            page = await kernel.records.reader.page(SYSTEM, id_, request)
            cursor = json.loads(page)["next"]
            found += json.loads(_ID.sub(b"0", page))["items"]
            request = None if cursor is None else msgspec.structs.replace(request, cursor=cursor)
    return found


def contents(path: Path) -> dict[str, Any]:
    """What an archive holds up to identifiers, and up to what an import changes on purpose."""
    found: dict[str, Any] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("tables/") and not name.endswith(CHANGED):
                lines = (_ID.sub(b"0", line) for line in archive.read(name).splitlines())
                if name.endswith("smalt_history.jsonl"):
                    lines = (line for line in lines if _MADE not in line)
                found[_ID.sub(b"0", name.encode()).decode() + str(len(found))] = Counter(lines)
        found["files"] = sorted(archive.read(n) for n in archive.namelist() if n.startswith("files/"))
    return found


async def test_projects_come_beside_others_on_the_other_engine(
    database_url: str, other_url: str, tmp_path: Path
) -> None:
    await fill(database_url, tmp_path / "data")
    async with opened(database_url, tmp_path / "data") as kernel:
        ids = await ids_of(kernel)
        await kernel.archives.write(tmp_path / "first.zip", sorted(ids.values()))
        before = await pages(kernel, sorted(ids.values()))
    other = create_kernel(Settings(data_dir=tmp_path / "other", database_url=other_url))
    await other.start()
    await other.templates.apply(SYSTEM, "crm", sample=5)
    there = await ids_of(other)
    await other.users.create(SYSTEM, UserInput("ewa@example.com", "Ewa", "correct horse battery"))
    report = await other.archives.read(SYSTEM, tmp_path / "first.zip")
    made = [int(project.id) for project in report.projects]
    assert (report.missing_people, {p.name for p in report.projects}) == (0, {f"{n} 2" for n in there})
    assert not set(made) & set(there.values())
    assert await pages(other, made) == before
    await other.archives.write(tmp_path / "second.zip", made)
    await goes_on(other, await ids_of(other))
    await other.stop()
    one, two = contents(tmp_path / "first.zip"), contents(tmp_path / "second.zip")
    assert one == two


async def goes_on(kernel: Kernel, ids: dict[str, int]) -> None:
    """What was imported is used: references lead to the imported projects, fields come out of the trash."""
    deals = (await kernel.schema.current()).projects[ids["Opportunities 2"]]
    targets = {field.target for field in deals.live_fields if field.target is not None}
    assert targets
    assert targets <= {id_ for name, id_ in ids.items() if name.endswith(" 2")}
    trashed = next(f for f in deals.fields if f.key == "confidence")
    await kernel.fields.restore(SYSTEM, deals.id, trashed.key)
    made, _ = await kernel.records.create(SYSTEM, deals.id, {"title": "After", "fields": {"amount": 5}})
    assert json.loads((await kernel.records.reader.record(SYSTEM, deals.id, made)).json)["title"] == "After"


def rewritten(source: Path, target: Path, table: str, change: Any) -> None:
    """The archive with the text of one table changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if table in name else content)


async def test_what_is_no_archive_leaves_nothing_behind(
    database_url: str, other_url: str, tmp_path: Path
) -> None:
    await fill(database_url, tmp_path / "data")
    whole = tmp_path / "whole.zip"
    async with opened(database_url, tmp_path / "data") as kernel:
        await kernel.backups.write(tmp_path / "backup.zip")
        await kernel.archives.write(whole, sorted((await ids_of(kernel)).values()))
    (tmp_path / "cut.zip").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    (tmp_path / "text.zip").write_bytes(b"no zip")
    changes: dict[str, tuple[str, Any]] = {
        "torn.zip": ("smalt_history", lambda text: text[:-20]),
        "statement.zip": (
            "smalt_field",
            lambda text: re.sub(rb"f_\d+", b"f_1); DROP TABLE smalt_user", text),
        ),
        "bomb.zip": ("smalt_tag", lambda text: text + b" " * 300_000_000),
        "kinds.zip": ("smalt_list", lambda text: text.replace(b'"', b"")),
        "small.zip": ("smalt_comment.", lambda text: re.sub(rb"\n\[\d+", b"\n[7", text)),
        "nameless.zip": ("smalt_project", lambda text: text.split(b"\n")[0] + b"\n"),
    }
    for name, (table, change) in changes.items():
        rewritten(whole, tmp_path / name, table, change)
    async with opened(other_url, tmp_path / "other") as other:
        for name in ("cut.zip", "text.zip", "missing.zip", "backup.zip", *changes):
            with pytest.raises(InvalidInputError):
                await other.archives.read(SYSTEM, tmp_path / name)
        with pytest.raises(InvalidInputError, match="single projects"):
            await other.backups.restore(whole)
        counted = Statement("SELECT (SELECT count(*) FROM smalt_project) + (SELECT count(*) FROM smalt_file)")
        assert (await other.database.read(counted))[0][0][0] == 0
    assert not [path for path in (tmp_path / "other" / "files").rglob("*") if path.is_file()]
