"""An import whose server is killed goes on exactly where its last commit left it."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from kernel.access.actor import SYSTEM, Actor
from kernel.runtime import Kernel, create_kernel
from kernel.schema import Project
from kernel.services.entries import EntryInput
from kernel.services.field_inputs import FieldInput
from kernel.services.imports.model import Mapped
from kernel.services.imports.service import ImportPatch
from kernel.services.projects import ProjectInput
from kernel.services.users import UserInput
from kernel.settings import Settings
from kernel.storage.database import Statement

ROWS = 16_000

SERVER = """
import asyncio, sys
from pathlib import Path
from kernel.runtime import create_kernel
from kernel.settings import Settings

async def main():
    kernel = create_kernel(Settings(data_dir=Path(sys.argv[1]), database_url=sys.argv[2]))
    await kernel.start()
    await asyncio.sleep(300)

asyncio.run(main())
"""


class Incoming:
    """A file that is uploaded."""

    importer = "csv"
    file_name = "people.csv"

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    async def parts(self) -> AsyncIterator[bytes]:
        for line in self._lines:
            yield line.encode()


def lines() -> Iterator[str]:
    yield "name,boss\n"
    for number in range(ROWS):
        boss = f"Person {(number * 7 + 3) % ROWS}" if number % 10 == 0 else ""
        yield f"Person {number},{boss}\n" if number % 1000 else f",{boss}\n"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=database_url)


@pytest.fixture
async def kernel(settings: Settings) -> AsyncIterator[Kernel]:
    """A kernel that works on no jobs until it is asked to."""
    made = create_kernel(settings)
    await made.start()
    await made.jobs.stop()
    yield made
    await made.stop()


async def prepared(kernel: Kernel) -> tuple[Actor, Project, int]:
    """A queued import into a project whose records refer to one another."""
    user = await kernel.users.create(SYSTEM, UserInput("ewa@example.com", "Ewa", admin=True))
    actor = Actor(user.id, "Ewa", admin=True)
    project = await kernel.projects.create(actor, ProjectInput("People"))
    await kernel.lists.create(actor, project.id, EntryInput("All"))
    config = {"project_id": str(project.id)}
    await kernel.fields.create(actor, project.id, FieldInput("Boss", "reference", config))
    made = await kernel.imports.upload(actor, project.id, Incoming(lines()))
    mapping: dict[str, Mapped | None] = {
        "name": Mapped(field="title"),
        "boss": Mapped(field="boss", match="title"),
    }
    await kernel.imports.patch(actor, project.id, made.job.id, ImportPatch(mapping=mapping))
    await kernel.imports.start(actor, project.id, made.job.id)
    return actor, project, made.job.id


async def position(kernel: Kernel, actor: Actor, project: Project, import_id: int) -> tuple[int, str]:
    found = await kernel.imports.get(actor, project.id, import_id)
    return found.state.position, found.job.status


async def killed_somewhere(
    kernel: Kernel, settings: Settings, at: int, args: tuple[Actor, Project, int]
) -> None:
    """Let a server of its own work until it has come past row `at`, then kill it."""
    command = [sys.executable, "-c", SERVER, str(settings.data_dir), settings.database_url]
    server = await asyncio.create_subprocess_exec(*command)
    try:
        for _ in range(3000):
            where, status = await position(kernel, *args)
            if where >= at or status == "done":
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(random.random() * 0.1)
    finally:
        server.kill()
        await server.wait()


async def test_nothing_is_lost_or_done_twice(kernel: Kernel, settings: Settings) -> None:
    args = await prepared(kernel)
    actor, project, import_id = args
    for at in (1, ROWS // 3, ROWS * 2 // 3, ROWS):
        await killed_somewhere(kernel, settings, at, args)
    await kernel.jobs.start()
    for _ in range(1200):
        found = await kernel.imports.get(actor, project.id, import_id)
        if found.job.status not in ("queued", "running"):
            break
        await asyncio.sleep(0.05)
    bad = ROWS // 1000
    bosses = sum(1 for n in range(0, ROWS, 10) if n % 1000)
    lost = sum(1 for n in range(0, ROWS, 10) if n % 1000 and (n * 7 + 3) % ROWS % 1000 == 0)
    state = found.state
    assert (found.job.status, state.position) == ("done", ROWS), found.job.error
    assert (state.created, state.failed) == (ROWS - bad, bad)
    table = project.table
    schema = await kernel.schema.current()
    column = schema.projects[project.id].by_name["boss"].columns[0].name
    counts = await kernel.database.read(
        Statement(f"SELECT count(*), count(DISTINCT title), count({column}) FROM {table}"),
        Statement(
            "SELECT count(*), count(DISTINCT record_id) FROM smalt_history WHERE kind = 'record.created'"
        ),
        Statement("SELECT count(*) FROM smalt_outbox WHERE kind = 'record.created'"),
        Statement("SELECT count(*), count(DISTINCT row_number) FROM smalt_import_error"),
        Statement("SELECT count(*) FROM smalt_import_link"),
    )
    assert tuple(counts[0][0]) == (ROWS - bad, ROWS - bad, bosses - lost)
    assert tuple(counts[1][0]) == (ROWS - bad, ROWS - bad)
    assert counts[2][0][0] == ROWS - bad
    assert tuple(counts[3][0]) == (bad + lost, bad + lost)
    assert counts[4][0][0] == 0
