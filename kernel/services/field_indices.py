"""The indices that a field's flags ask for."""

from __future__ import annotations

from typing import Any

from kernel.dialects.base import Dialect
from kernel.errors import ConflictError, DuplicateError, Fault
from kernel.fields import Column
from kernel.schema import Field, FieldColumn, Project
from kernel.storage.database import Transaction
from kernel.storage.project_tables import add_index, drop_index
from kernel.storage.record_rows import column_type
from kernel.values import Kind

_EXAMPLES = 5


class FieldIndices:
    """Adds and drops indices when flags or columns change."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    async def update(self, tx: Transaction, project: Project, before: Field | None, after: Field) -> None:
        """Make the indices of a field right. Raises ConflictError with examples of equal values."""
        had = (False, False) if before is None else (before.unique, before.indexed)
        for column in after.columns:
            if column.spec.many:
                continue
            if after.unique != had[0]:
                await self._change_unique(tx, project, after, column)
            if after.indexed != had[1] and column.spec.column is not Column.RECORD:
                await self._change_index(tx, project, after, column)

    async def _change_index(
        self, tx: Transaction, project: Project, field: Field, column: FieldColumn
    ) -> None:
        if field.indexed:
            await add_index(tx, self._dialect, project, column)
        else:
            await drop_index(tx, project, column)

    async def _change_unique(
        self, tx: Transaction, project: Project, field: Field, column: FieldColumn
    ) -> None:
        if not field.unique:
            await drop_index(tx, project, column, unique=True)
            return
        equal = await self._equal_values(tx, project, column)
        if equal:
            examples = ", ".join(f"'{value}' ({count} times)" for value, count in equal)
            detail = f"'{field.name}' has equal values: {examples}."
            raise ConflictError(detail, [Fault("/unique", detail)])
        try:
            await add_index(tx, self._dialect, project, column, unique=True)
        except DuplicateError as error:
            raise ConflictError(
                f"'{field.name}' has equal values.", [Fault("/unique", error.detail)]
            ) from error

    async def _equal_values(
        self, tx: Transaction, project: Project, column: FieldColumn
    ) -> list[tuple[Any, int]]:
        """Some values that more than one live record has, with how many."""
        text = column.spec.column is Column.TEXT
        term = self._dialect.fold(column.name) if text else column.name
        rows = await tx.fetch(
            f"SELECT min(CAST({column.name} AS TEXT)), count(*) FROM {project.table} "
            f"WHERE deleted_at IS NULL AND {column.name} IS NOT NULL "
            f"GROUP BY {term} HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT {_EXAMPLES}"
        )
        type_ = column_type(column.spec)
        exact = type_.kind is Kind.NUMBER and type_.scale is not None
        return [(self._dialect.decode(v, type_) if exact else v, count) for v, count in rows]
