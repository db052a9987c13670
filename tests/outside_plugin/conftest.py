"""A fresh environment into which all plugins of this folder were really installed, and servers that run in it.

Each folder here with a `pyproject.toml` is a distribution of its own. Several processes of pytest give all
modules of this folder to the same one, which makes them once.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import httpx
import pytest

from tests.postgres_databases import PostgresDatabases
from tests.server_process import client_of, new_token, serving

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def outside_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of a new environment into which only the plugins were installed.

    Smalt and its libraries are lent to it from the environment of the tests.
    """
    folder = tmp_path_factory.mktemp("fresh")
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    python = folder / "bin" / "python"
    lib = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    lent = [str(ROOT), *(folder for folder in sys.path if folder.endswith("site-packages"))]
    (lib / "site-packages" / "lent.pth").write_text("\n".join(lent))
    sources = tmp_path_factory.mktemp("source")
    plugins = [
        str(copytree(p.parent, sources / p.parent.name)) for p in sorted(HERE.glob("*/pyproject.toml"))
    ]
    install = ("install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation")
    _run(sys.executable, "-m", "pip", "--python", str(python), *install, *plugins)
    return str(python)


@pytest.fixture(scope="session")
def sqlite_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {"SMALT_DATA_DIR": str(tmp_path_factory.mktemp("outside"))}


@pytest.fixture(scope="session")
def postgres_settings(
    postgres_databases: PostgresDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    with postgres_databases.lent() as url:
        yield {"SMALT_DATA_DIR": str(tmp_path_factory.mktemp("outside")), "SMALT_DATABASE_URL": url}


@pytest.fixture
def settings(engine: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """A database for all tests here; each makes a project of its own."""
    found: dict[str, str] = request.getfixturevalue(f"{engine}_settings")
    return found


@pytest.fixture(scope="session")
def sqlite_client(outside_python: str, sqlite_settings: dict[str, str]) -> Iterator[httpx.Client]:
    yield from _client(outside_python, sqlite_settings)


@pytest.fixture(scope="session")
def postgres_client(outside_python: str, postgres_settings: dict[str, str]) -> Iterator[httpx.Client]:
    yield from _client(outside_python, postgres_settings)


@pytest.fixture
def client(engine: str, request: pytest.FixtureRequest) -> httpx.Client:
    """An administrator's client of a server that runs in the fresh environment."""
    found: httpx.Client = request.getfixturevalue(f"{engine}_client")
    return found


def _client(python: str, settings: dict[str, str]) -> Iterator[httpx.Client]:
    """One for all tests of a pytest process, which then are free to come in any order."""
    token = new_token(settings)
    log = Path(settings["SMALT_DATA_DIR"]) / "log"
    with serving(log, settings=settings, python=python) as (address, _), client_of(address, token) as made:
        yield made


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
