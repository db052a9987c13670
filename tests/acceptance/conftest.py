"""Servers as an administrator starts them, on both engines, with everything in temporary folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.api import Api
from tests.acceptance.installation import Installation
from tests.postgres_databases import PostgresDatabases


def _installations(engine: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Installation]:
    """A new installation on a database of its own."""
    if engine == "sqlite":
        yield Installation(folder, f"sqlite:///{folder / 'smalt.db'}")
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    with databases.lent() as url:
        yield Installation(folder, url)


@pytest.fixture
def installation(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation of this test alone; no server runs yet."""
    yield from _installations(engine, request, tmp_path)


@pytest.fixture(scope="session")
def sqlite_api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    yield from _shared("sqlite", request, tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session")
def postgres_api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    yield from _shared("postgres", request, tmp_path_factory.mktemp("shared"))


@pytest.fixture
def api(engine: str, request: pytest.FixtureRequest) -> Api:
    """An administrator's client of a server that many tests share; each makes its own projects."""
    client: Api = request.getfixturevalue(f"{engine}_api")
    return client


def _shared(engine: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Api]:
    """One for all tests of a pytest process, which then are free to come in any order."""
    for installation in _installations(engine, request, folder):
        installation.make_administrator()
        with installation.running() as client:
            yield client
