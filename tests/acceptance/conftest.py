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


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An administrator's client of a server that many tests share; each makes its own projects."""
    folder = tmp_path_factory.mktemp("shared")
    for installation in _installations(request.param, request, folder):
        installation.make_administrator_by_command()
        with installation.running() as client:
            yield client
