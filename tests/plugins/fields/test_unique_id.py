from __future__ import annotations

import pytest

from kernel.errors import InvalidValueError
from kernel.fields import Column, ColumnSpec, ParseContext
from kernel.storage.database import Database, Statement
from plugins.fields.unique_id import UniqueIdConfig, UniqueIdField

FIELD = UniqueIdField()


def test_the_kernel_fills_the_column() -> None:
    assert FIELD.columns(UniqueIdConfig()) == [ColumnSpec(Column.INTEGER, sequence=True)]
    with pytest.raises(InvalidValueError):
        FIELD.parse(7, UniqueIdConfig(), ParseContext())


async def test_prefix_and_digits(database: Database) -> None:
    config = FIELD.prepare(UniqueIdConfig(" O'Neil-", 3), None)
    found = []
    for number in ("7", "1234", "NULL"):
        value = FIELD.value({"": f"CAST({number} AS BIGINT)"}, config, database.dialect)
        found += (await database.read(Statement(f"SELECT {value.sql}")))[0]
    assert found == [("O'Neil-007",), ("O'Neil-1234",), (None,)]
