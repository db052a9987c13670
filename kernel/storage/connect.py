"""From a database URL to an engine."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from kernel.dialects.postgres import PostgresDialect
from kernel.dialects.sqlite import SqliteDialect
from kernel.errors import SettingsError
from kernel.storage.database import Database
from kernel.storage.options import StorageOptions
from kernel.storage.postgres import PostgresDatabase
from kernel.storage.sqlite import SqliteDatabase


def open_database(url: str, options: StorageOptions | None = None) -> Database:
    """The database at `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://…`.

    It is not started yet. The folder of an SQLite file is made when it is missing.
    Raises SettingsError for any other URL.
    """
    scheme = url.partition(":")[0]
    if scheme in ("postgresql", "postgres"):
        return PostgresDatabase(url, PostgresDialect(), options)
    if scheme == "sqlite":
        path = sqlite_path(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteDatabase(path, SqliteDialect(), options)
    raise SettingsError("The database URL begins with sqlite:/// or postgresql://.")


def sqlite_path(url: str) -> Path:
    """The file of an SQLite URL, or SettingsError."""
    parts = urlsplit(url)
    name = unquote(parts.path)[1:]
    if parts.netloc or not name or parts.query or parts.fragment:
        raise SettingsError("Write the path of the SQLite file after sqlite:///, as in sqlite:///smalt.db.")
    return Path(name)
