from __future__ import annotations

from pathlib import Path

import pytest

from kernel.errors import SettingsError
from kernel.storage.connect import open_database
from kernel.storage.postgres import PostgresDatabase
from kernel.storage.sqlite import SqliteDatabase


def test_an_sqlite_url_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    relative = open_database("sqlite:///data/a%20b.db")
    absolute = open_database(f"sqlite:///{tmp_path}/c.db")
    assert isinstance(relative, SqliteDatabase)
    assert isinstance(absolute, SqliteDatabase)
    assert (relative.path, absolute.path) == (Path("data/a b.db"), tmp_path / "c.db")
    assert (tmp_path / "data").is_dir()


@pytest.mark.parametrize("url", ["postgresql://u:p@host/db", "postgres:///db?host=/run"])
def test_a_postgresql_url(url: str) -> None:
    assert isinstance(open_database(url), PostgresDatabase)


@pytest.mark.parametrize(
    "url",
    ["", "mysql://a/b", "sqlite:", "sqlite://", "sqlite:///", "sqlite://host/x.db", "sqlite:///x?mode=ro"],
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="sqlite:///"):
        open_database(url)
