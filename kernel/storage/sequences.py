"""Numbers that are given out once: a counter for each field that numbers its records.

A counter never goes back, so a number is not given again when its record is gone. Whoever takes
numbers holds the counter until the transaction ends, on either engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kernel.dialects.base import Dialect
from kernel.schema import Field, Project
from kernel.storage.database import Transaction
from kernel.values import ID


async def take_numbers(
    tx: Transaction, dialect: Dialect, sequences: Iterable[tuple[int, str]], count: int
) -> Mapping[str, int]:
    """The first of `count` new numbers for each `(field id, column name)`, by column name."""
    first: dict[str, int] = {}
    for field_id, column in sequences:
        first[column] = await _advance(tx, dialect, field_id, count) - count + 1
    return first


async def number_records(tx: Transaction, dialect: Dialect, project: Project, field: Field) -> None:
    """Give a number to every record that has none, in the order they were made; trash included."""
    mark = dialect.placeholder(1, ID)
    for column in field.columns:
        if column.spec.sequence:
            begin = f"INSERT INTO smalt_sequence (field_id, value) VALUES ({mark}, 0)"
            await tx.execute(f"{begin} ON CONFLICT (field_id) DO NOTHING", [field.id])
            last = await _advance(tx, dialect, field.id, 0)
            added = await tx.execute(_numbering(project.table, column.name, mark), [last])
            await _advance(tx, dialect, field.id, added)


def _numbering(table: str, column: str, mark: str) -> str:
    missing = f"SELECT id, row_number() OVER (ORDER BY id) AS place FROM {table} WHERE {column} IS NULL"
    numbered = f"FROM ({missing}) smalt_n WHERE smalt_n.id = {table}.id"
    return f"UPDATE {table} SET {column} = smalt_n.place + {mark} {numbered}"


async def _advance(tx: Transaction, dialect: Dialect, field_id: int, count: int) -> int:
    """Move a counter on; the last number that it has given out then."""
    by, which = dialect.placeholder(1, ID), dialect.placeholder(2, ID)
    sql = f"UPDATE smalt_sequence SET value = value + {by} WHERE field_id = {which} RETURNING value"
    [(value,)] = await tx.fetch(sql, [count, field_id])
    return int(value)
