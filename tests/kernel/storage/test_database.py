"""What both engines promise: the contract of `kernel.storage.database`."""

# ruff: noqa: PT012 - what is expected to raise is a whole transaction

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from kernel.errors import DuplicateError, InvalidInputError, UnavailableError
from kernel.storage.connect import open_database
from kernel.storage.database import Database, Statement, Transaction

COUNT = Statement("SELECT count(*) FROM smalt_state WHERE name LIKE 'test%'")


def insert(name: str, value: int = 0) -> str:
    return f"INSERT INTO smalt_state (name, value) VALUES ('test {name}', {value})"


def marks(database: Database, number: int) -> str:
    sign = "?" if database.dialect.name == "sqlite" else "$"
    return ", ".join(f"{sign}{n}" for n in range(1, number + 1))


async def count(database: Database) -> int:
    [[(number,)]] = await database.read(COUNT)
    return int(number)


async def test_reads_several_statements_as_plain_tuples(database: Database) -> None:
    answers = await database.read(Statement("SELECT 1"), Statement("SELECT 2, 3 WHERE 1 = 0"))
    assert answers == [[(1,)], []]
    assert type(answers[0][0]) is tuple


async def test_reads_without_a_common_snapshot(database: Database) -> None:
    answers = await database.read(Statement("SELECT 1"), Statement("SELECT 2"), snapshot=False)
    assert answers == [[(1,)], [(2,)]]
    assert await database.read() == []


async def test_parameters_are_numbered_and_may_repeat(database: Database) -> None:
    one = marks(database, 1)
    cast = one if database.dialect.name == "sqlite" else f"{one}::bigint"
    assert await database.read(Statement(f"SELECT {cast}, {cast}", (5,))) == [[(5, 5)]]


async def test_a_transaction_commits(database: Database) -> None:
    async with database.transaction() as tx:
        assert await tx.execute(insert("a")) == 1
        assert await tx.fetch("SELECT name FROM smalt_state WHERE name LIKE 'test%'") == [("test a",)]
        assert await count(database) == 0
    assert await count(database) == 1


async def test_an_exception_undoes_everything_and_passes_on(database: Database) -> None:
    with pytest.raises(LookupError, match="mine"):
        async with database.transaction() as tx:
            await tx.execute(insert("a"))
            raise LookupError("mine")
    assert await count(database) == 0
    async with database.transaction() as tx:
        await tx.execute(insert("a"))
    assert await count(database) == 1


async def test_errors_of_the_caller_keep_their_meaning(database: Database) -> None:
    with pytest.raises(TimeoutError):
        async with database.transaction():
            raise TimeoutError


async def test_row_counts(database: Database) -> None:
    async with database.transaction() as tx:
        assert await tx.execute("CREATE TABLE test_rows (n BIGINT)") == 0
        assert await tx.execute("INSERT INTO test_rows (n) VALUES (1), (2), (3)") == 3
        assert await tx.execute("UPDATE test_rows SET n = n + 1 WHERE n > 1") == 2
        with_clause = "WITH big AS (SELECT 4 AS n) UPDATE test_rows SET n = 9 WHERE n IN (SELECT n FROM big)"
        assert await tx.execute(with_clause) == 1
        assert await tx.execute("UPDATE test_rows SET n = 0 WHERE n = 77") == 0
        assert await tx.execute("DELETE FROM test_rows") == 3


async def test_many_rows_from_any_iterable(database: Database) -> None:
    def rows() -> Iterator[tuple[str, int]]:
        yield from ((f"test {n}", n) for n in range(25_000))

    async with database.transaction() as tx:
        sql = f"INSERT INTO smalt_state (name, value) VALUES ({marks(database, 2)})"
        await tx.execute_many(sql, rows())
        await tx.execute_many(sql, [])
        await tx.execute_many(sql, {("test x", 1)})
    assert await count(database) == 25_001


async def test_fetch_all_runs_in_order(database: Database) -> None:
    async with database.transaction() as tx:
        answers = await tx.fetch_all(
            Statement(insert("a", 1)),
            Statement("UPDATE smalt_state SET value = 5 WHERE name = 'test a' RETURNING value"),
            Statement("SELECT value FROM smalt_state WHERE name = 'test a'"),
        )
    assert answers == [[], [(5,)], [(5,)]]


async def test_a_savepoint_undoes_only_its_inside(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(insert("a"))
        for name in ("b", "a", "c"):
            try:
                async with tx.savepoint():
                    await tx.execute(insert(f"{name} inner"))
                    await tx.execute(insert(name))
            except DuplicateError:
                assert name == "a"
    rows = await database.read(
        Statement("SELECT name FROM smalt_state WHERE name LIKE 'test%' ORDER BY name")
    )
    assert [name for (name,) in rows[0]] == ["test a", "test b", "test b inner", "test c", "test c inner"]


async def test_savepoints_nest(database: Database) -> None:
    async with database.transaction() as tx, tx.savepoint():
        await tx.execute(insert("outer"))
        with pytest.raises(LookupError):
            async with tx.savepoint():
                await tx.execute(insert("inner"))
                raise LookupError
    assert await count(database) == 1


async def test_transactions_do_not_nest(database: Database) -> None:
    async with database.transaction():
        with pytest.raises(RuntimeError, match="do not nest"):
            async with database.transaction():
                pass
    async with database.transaction():
        pass


async def test_concurrent_transactions_lose_nothing(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(insert("counter"))

    async def increase(tx: Transaction) -> None:
        await tx.execute("UPDATE smalt_state SET value = value + 1 WHERE name = 'test counter'")

    async def client() -> None:
        for _ in range(10):
            async with database.transaction() as tx:
                await increase(tx)

    await asyncio.gather(*(client() for _ in range(20)))
    assert await database.read(Statement("SELECT value FROM smalt_state WHERE name = 'test counter'")) == [
        [(200,)]
    ]


async def test_the_statements_of_one_read_see_one_moment(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(insert("left", 0))
        await tx.execute(insert("right", 0))
    left, right = (
        Statement(f"SELECT value FROM smalt_state WHERE name = 'test {n}'") for n in ("left", "right")
    )
    done = asyncio.Event()

    async def write() -> None:
        for _ in range(50):
            async with database.transaction() as tx:
                await tx.execute("UPDATE smalt_state SET value = value + 1 WHERE name = 'test left'")
                await tx.execute("UPDATE smalt_state SET value = value + 1 WHERE name = 'test right'")
        done.set()

    async def look() -> None:
        while not done.is_set():
            first, second = await database.read(left, right)
            assert first == second

    await asyncio.gather(write(), look(), look())


async def test_a_duplicate_names_the_index(database: Database) -> None:
    true = "1" if database.dialect.name == "sqlite" else "TRUE"
    columns = "(id, email, name, admin, active, created_at)"
    with pytest.raises(DuplicateError) as caught:
        async with database.transaction() as tx:
            for number in (1, 2):
                values = f"({number}, 'a@b.c', 'A', {true}, {true}, 0)"
                await tx.execute(f"INSERT INTO smalt_user {columns} VALUES {values}")
    assert caught.value.constraint == "smalt_user_email"
    assert await database.read(Statement("SELECT count(*) FROM smalt_user")) == [[(0,)]]


async def test_a_duplicate_key_names_the_key(database: Database) -> None:
    with pytest.raises(DuplicateError) as caught:
        async with database.transaction() as tx:
            await tx.execute(insert("a"))
            await tx.execute(insert("a"))
    assert caught.value.constraint == "smalt_state_pkey"


async def test_an_overlooked_failure_is_never_half_committed(database: Database) -> None:
    """PostgreSQL spoils the whole transaction, SQLite only the statement; both keep it whole."""
    try:
        async with database.transaction() as tx:
            await tx.execute(insert("a"))
            with pytest.raises(DuplicateError):
                await tx.execute(insert("a"))
    except UnavailableError:
        assert await count(database) == 0
    else:
        assert await count(database) == 1


async def test_a_sum_too_large_is_refused(database: Database) -> None:
    if database.dialect.name == "sqlite":
        sql = "SELECT sum(n) FROM (SELECT 9223372036854775807 AS n UNION ALL SELECT 9223372036854775807)"
    else:
        sql = "SELECT 9223372036854775807::bigint + 1::bigint"
    with pytest.raises(InvalidInputError, match="too large to add up exactly"):
        await database.read(Statement(sql))
    assert await database.read(Statement("SELECT 1")) == [[(1,)]]


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1])
async def test_a_number_too_large_is_refused(database: Database, value: int) -> None:
    async with database.transaction() as tx:
        with pytest.raises(InvalidInputError, match="too large"):
            await tx.execute(f"UPDATE smalt_state SET value = {marks(database, 1)}", (value,))


async def test_text_that_is_no_unicode_is_refused(database: Database) -> None:
    with pytest.raises(InvalidInputError, match="Unicode"):
        await database.read(
            Statement(f"SELECT value FROM smalt_state WHERE name = {marks(database, 1)}", ("\ud800",))
        )


async def test_a_closed_database_says_so(database_url: str) -> None:
    database = open_database(database_url)
    with pytest.raises(UnavailableError):
        await database.read(Statement("SELECT 1"))
    await database.start()
    await database.stop()
    with pytest.raises(UnavailableError):
        await database.read(Statement("SELECT 1"))
    with pytest.raises(UnavailableError):
        async with database.transaction():
            pass
    await database.start()
    assert await database.read(Statement("SELECT 1")) == [[(1,)]]
    await database.stop()


async def test_several_databases_in_one_process(database: Database, empty_database_url: str) -> None:
    if database.dialect.name == "sqlite":
        empty_database_url = empty_database_url.replace("smalt.db", "other.db")
    other = open_database(empty_database_url)
    await other.start()
    async with other.transaction() as tx, database.transaction() as mine:
        await tx.execute(insert("a"))
        await mine.execute(insert("b"))
        await mine.execute(insert("c"))
    assert (await count(other), await count(database)) == (1, 2)
    await other.stop()
