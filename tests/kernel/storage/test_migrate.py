"""A database is brought up to date, once, whoever starts first, and wholly or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.errors import UnavailableError
from kernel.storage import migrate
from kernel.storage.connect import open_database
from kernel.storage.database import Database, Statement
from kernel.storage.migrations import MIGRATIONS
from kernel.storage.migrations.ddl import runner, same
from kernel.storage.tables import TABLES
from tests.kernel.storage.conftest import Launch

DONE = Statement("SELECT name FROM smalt_migration ORDER BY name")

START = """
import asyncio, sys
from kernel.storage.connect import open_database

async def main():
    database = open_database(sys.argv[1])
    await database.start()
    await database.stop()

asyncio.run(main())
"""


async def start_and_stop(url: str) -> None:
    database = open_database(url)
    await database.start()
    await database.stop()


async def columns(database: Database, table: str) -> set[str]:
    sql = {
        "sqlite": f"SELECT name FROM pragma_table_info('{table}')",
        "postgres": f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'",
    }[database.dialect.name]
    return {name for (name,) in (await database.read(Statement(sql)))[0]}


def later_migration(*statements: str) -> SimpleNamespace:
    async def forwards() -> MigrationManager:
        manager = MigrationManager(migration_id="9999-later", app_name="smalt")
        manager.add_raw(runner([same(statement) for statement in statements]))
        return manager

    return SimpleNamespace(ID="9999-later", forwards=forwards)


async def test_the_tables_are_as_piccolo_sees_them(database: Database) -> None:
    for table in TABLES:
        expected = {column._meta.db_column_name for column in table._meta.columns}
        assert await columns(database, table._meta.tablename) == expected


async def test_migrating_twice_changes_nothing(
    empty_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []
    for _ in range(2):
        database = open_database(empty_database_url)
        await database.start()
        assert await database.read(DONE) == [[(migration.ID,) for migration in MIGRATIONS]]
        seen += await database.read(Statement("SELECT name, value FROM smalt_state ORDER BY name"))
        await database.stop()
    assert seen[0] == seen[1]
    assert {"access", "node", "schema"} <= dict(seen[0]).keys()
    assert capsys.readouterr() == ("", "")


async def test_several_databases_start_at_once(empty_database_url: str) -> None:
    await asyncio.gather(*(start_and_stop(empty_database_url) for _ in range(5)))


async def test_several_processes_start_at_once(empty_database_url: str, launch: Launch) -> None:
    processes = [launch(START, empty_database_url) for _ in range(3)]
    outputs = [(await asyncio.to_thread(process.communicate))[0] for process in processes]
    assert outputs == ["", "", ""]
    assert [process.returncode for process in processes] == [0, 0, 0]
    await start_and_stop(empty_database_url)


async def test_a_failure_in_the_middle_leaves_nothing(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = later_migration("CREATE TABLE smalt_later (n BIGINT)", "CREATE TABLE smalt_later (n BIGINT)")
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "MIGRATIONS", (*MIGRATIONS, broken))
        with pytest.raises(Exception, match="smalt_later"):
            await start_and_stop(empty_database_url)
    database = open_database(empty_database_url)
    await database.start()
    assert await columns(database, "smalt_later") == set()
    assert await columns(database, "smalt_user")
    await database.stop()


async def test_a_later_migration_is_added(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        migrate, "MIGRATIONS", (*MIGRATIONS, later_migration("CREATE TABLE smalt_later (n TEXT)"))
    )
    database = open_database(database_url)
    await database.start()
    assert await columns(database, "smalt_later") == {"n"}
    assert len((await database.read(DONE))[0]) == len(MIGRATIONS) + 1
    await database.stop()


async def test_an_older_smalt_refuses_the_database_of_a_newer_one(
    database: Database, database_url: str
) -> None:
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO smalt_migration (name) VALUES ('9999-from-the-future')")
    with pytest.raises(UnavailableError, match="9999-from-the-future"):
        await start_and_stop(database_url)


async def test_a_start_waits_for_nobody_when_all_is_up_to_date(database: Database, database_url: str) -> None:
    async with database.transaction(schema_change=True), asyncio.timeout(30):
        await start_and_stop(database_url)


@pytest.mark.parametrize("engine", ["postgres"])
async def test_changed_functions_are_replaced(
    engine: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_function(body: str) -> Callable[[Database], tuple[str, ...]]:
        sql = f"CREATE OR REPLACE FUNCTION smalt_test() RETURNS int LANGUAGE sql AS 'SELECT {body}'"
        return lambda database: (sql,)

    for body in ("1", "2", "1"):
        monkeypatch.setattr(migrate, "_setup_statements", with_function(body))
        database = open_database(database_url)
        await database.start()
        assert await database.read(Statement("SELECT smalt_test()")) == [[(int(body),)]]
        await database.stop()
