"""A fresh environment into which all plugins of this folder were really installed, and servers that run in it.

Each folder here with a `pyproject.toml` is a distribution of its own. Test modules that use these
fixtures belong to the xdist group "outside plugins", so that one worker makes them once.
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


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A database for all tests here; each makes a project of its own."""
    data = {"SMALT_DATA_DIR": str(tmp_path_factory.mktemp("outside"))}
    if request.param == "sqlite":
        yield data
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    with databases.lent() as url:
        yield data | {"SMALT_DATABASE_URL": url}


@pytest.fixture(scope="session")
def client(
    outside_python: str, settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """An administrator's client of a server that runs in the fresh environment."""
    token = new_token(settings)
    log = tmp_path_factory.mktemp("log") / "log"
    with (
        serving(log, settings=settings, python=outside_python) as (address, _),
        client_of(address, token) as made,
    ):
        yield made


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
