"""SQLite alone: one file, several connections, several processes."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from kernel.dialects.sqlite import SqliteDialect
from kernel.errors import UnavailableError
from kernel.storage.connect import open_database
from kernel.storage.database import Database, Statement
from kernel.storage.options import StorageOptions
from kernel.storage.sqlite import SqliteDatabase
from tests.kernel.storage.conftest import Launch

VALUE = Statement("SELECT value FROM smalt_state WHERE name = 'node'")
INCREASE = "UPDATE smalt_state SET value = value + 1 WHERE name = 'node'"

WRITER = """
import asyncio, sys
from kernel.storage.connect import open_database

async def main():
    database = open_database(sys.argv[1])
    await database.start()
    for number in range(int(sys.argv[2])):
        async with database.transaction() as tx:
            await tx.execute("UPDATE smalt_state SET value = value + 1 WHERE name = 'node'")
            await tx.execute("UPDATE smalt_state SET value = value + 1 WHERE name = 'access'")
        print(number, flush=True)
    await database.stop()

asyncio.run(main())
"""


@pytest.fixture
def engine() -> str:
    return "sqlite"


async def test_connections_are_opened_once(database_url: str) -> None:
    opened: Counter[str] = Counter()

    class CountingDialect(SqliteDialect):
        def register(self, connection: sqlite3.Connection) -> None:
            opened[threading.current_thread().name] += 1
            super().register(connection)

    path = Path(database_url.removeprefix("sqlite:///"))
    database = SqliteDatabase(path, CountingDialect(), StorageOptions(readers=2))
    await database.start()
    for _ in range(50):
        await asyncio.gather(*(database.read(VALUE) for _ in range(4)))
        async with database.transaction() as tx:
            await tx.execute(INCREASE)
    assert opened == {"smalt-writer": 1, "smalt-reader": 2}
    await database.stop()
    assert not [t for t in threading.enumerate() if t.name in ("smalt-writer", "smalt-reader")]


async def test_the_pragmas_are_as_meant(database_url: str) -> None:
    for level, meaning in (("NORMAL", 1), ("FULL", 2)):
        database = open_database(database_url, StorageOptions(synchronous=level))  # type: ignore[arg-type]
        await database.start()
        async with database.transaction() as tx:
            assert await tx.fetch("PRAGMA synchronous") == [(meaning,)]
            assert await tx.fetch("PRAGMA foreign_keys") == [(1,)]
            assert await tx.fetch("PRAGMA journal_mode") == [("wal",)]
        await database.stop()


async def test_kernel_tables_are_strict(database: Database) -> None:
    rows = await database.read(
        Statement("SELECT name, strict FROM pragma_table_list WHERE name LIKE 'smalt%' AND type = 'table'")
    )
    assert len(rows[0]) > 15
    assert all(strict for _, strict in rows[0])


async def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(UnavailableError, match="READONLY"):
        await database.read(Statement(INCREASE))


async def test_stopping_leaves_one_file(database_url: str) -> None:
    database = open_database(database_url)
    await database.start()
    async with database.transaction() as tx:
        await tx.execute(INCREASE)
    await database.stop()
    path = Path(database_url.removeprefix("sqlite:///"))
    assert [p.name for p in path.parent.glob("smalt.db*")] == ["smalt.db"]


async def test_several_processes_write_one_file(
    database: Database, database_url: str, launch: Launch
) -> None:
    processes = [launch(WRITER, database_url, "60") for _ in range(3)]
    for _ in range(60):
        async with database.transaction() as tx:
            await tx.execute(INCREASE)
            await tx.execute("UPDATE smalt_state SET value = value + 1 WHERE name = 'access'")
    outputs = [await asyncio.to_thread(process.communicate) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert all(out.split()[-1] == "59" for out, _ in outputs)
    assert await database.read(VALUE) == [[(240,)]]


async def test_a_write_lock_held_by_another_process_ends_in_an_error(database_url: str) -> None:
    database = open_database(database_url, StorageOptions(busy_seconds=1.0))
    await database.start()
    holder = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(UnavailableError, match="Try again"):
        async with database.transaction():
            pass
    assert time.monotonic() - began > 0.9
    assert await database.read(VALUE) == [[(0,)]]
    asyncio.get_running_loop().call_later(0.1, holder.execute, "COMMIT")
    async with database.transaction() as tx:
        assert await tx.execute(INCREASE) == 1
    holder.close()
    await database.stop()


async def test_killed_in_the_middle_every_acknowledged_write_is_there(
    database_url: str, launch: Launch
) -> None:
    acknowledged = 0
    for delay in (0.0, 0.013, 0.04, 0.09, 0.2):
        process = launch(WRITER, database_url, "100000")
        assert process.stdout is not None
        await asyncio.to_thread(process.stdout.readline)
        await asyncio.sleep(delay)
        process.send_signal(signal.SIGKILL)
        out, _ = await asyncio.to_thread(process.communicate)
        acknowledged += 1 + len(out.splitlines())
    database = open_database(database_url)
    await database.start()
    rows = await database.read(
        Statement("SELECT value FROM smalt_state WHERE name IN ('node', 'access') ORDER BY 1")
    )
    (node,), (access,) = rows[0]
    assert access - node == 1
    assert acknowledged <= node <= acknowledged + 5
    await database.stop()


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("nothing of the kind" * 100)
    database = open_database(f"sqlite:///{path}")
    with pytest.raises(UnavailableError, match="cannot be opened"):
        await database.start()
    assert not [t for t in threading.enumerate() if t.name in ("smalt-writer", "smalt-reader")]
