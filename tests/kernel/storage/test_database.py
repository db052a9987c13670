"""What both engines promise: the contract of `kernel.storage.database`."""

from __future__ import annotations

import pytest

from kernel.errors import DuplicateError
from kernel.storage.database import Database, Statement


async def test_reads_several_statements(database: Database) -> None:
    assert await database.read(Statement("SELECT 1"), Statement("SELECT 2, 3")) == [[(1,)], [(2, 3)]]


async def test_a_duplicate_names_the_index(database: Database) -> None:
    insert = (
        "INSERT INTO smalt_user (id, email, name, admin, active, created_at) "
        "VALUES ({0}, 'a@b.c', 'A', {1}, {1}, 0)"
    )
    true = "1" if database.dialect.name == "sqlite" else "TRUE"
    with pytest.raises(DuplicateError) as caught:
        async with database.transaction() as tx:
            assert await tx.execute(insert.format(1, true)) == 1
            await tx.execute(insert.format(2, true))
    assert caught.value.constraint == "smalt_user_email"
    assert await database.read(Statement("SELECT count(*) FROM smalt_user")) == [[(0,)]]
