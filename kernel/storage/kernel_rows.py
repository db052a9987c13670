"""Writing rows of the kernel's own tables, the same on both engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kernel.dialects.base import Dialect
from kernel.storage.database import Batch, Transaction


class KernelRows:
    """Inserts and updates by column name. Table and column names never come from outside."""

    def __init__(self, dialect: Dialect) -> None:
        self._sign = dialect.statements.mark

    def mark(self, number: int) -> str:
        """The placeholder of a parameter whose type the column next to it gives."""
        return f"{self._sign}{number}"

    async def insert(self, tx: Transaction, table: str, row: Mapping[str, Any]) -> None:
        """Add one row."""
        await tx.execute(self._insertion(table, list(row)), list(row.values()))

    async def insert_many(
        self, tx: Transaction, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Add many rows, their values in the order of `columns`."""
        await tx.execute_many(self._insertion(table, columns), rows)

    def insertion(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Batch:
        """The same, to be run together with others."""
        return Batch(self._insertion(table, columns), rows)

    async def update(self, tx: Transaction, table: str, id_: int, changes: Mapping[str, Any]) -> None:
        """Change members of the row with this id."""
        if not changes:
            return
        setters = ", ".join(f'"{name}" = {self.mark(i)}' for i, name in enumerate(changes, 2))
        await tx.execute(f"UPDATE {table} SET {setters} WHERE id = {self.mark(1)}", [id_, *changes.values()])

    async def place(self, tx: Transaction, table: str, ids: Sequence[int]) -> None:
        """Number the rows of these ids in this order."""
        sql = f"UPDATE {table} SET position = {self.mark(2)} WHERE id = {self.mark(1)}"
        await tx.execute_many(sql, [(id_, position) for position, id_ in enumerate(ids)])

    def _insertion(self, table: str, columns: Sequence[str]) -> str:
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join(self.mark(number) for number in range(1, len(columns) + 1))
        return f"INSERT INTO {table} ({names}) VALUES ({marks})"
