"""The typed table of each project: made with the project, altered as fields come and go.

Every function belongs into a transaction with `schema_change=True`. Both engines undo such
changes with the transaction, so nothing is ever half done.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kernel.dialects.base import Dialect
from kernel.fields import Column, ColumnSpec
from kernel.schema import FieldColumn, Project
from kernel.storage.database import Transaction
from kernel.storage.search_index import watch

_WHOLE, _TEXT, _MOMENT = "whole", Column.TEXT, Column.DATETIME

_BUILT_IN: tuple[tuple[str, str, str], ...] = (
    ("list_id", _WHOLE, ""),
    ("title", _TEXT, " NOT NULL"),
    ("description", _TEXT, ""),
    ("position", _WHOLE, ""),
    ("start_at", _MOMENT, ""),
    ("due_at", _MOMENT, ""),
    ("completed_at", _MOMENT, ""),
    ("list_entered_at", _MOMENT, ""),
    ("created_at", _MOMENT, ""),
    ("created_by", _WHOLE, ""),
    ("updated_at", _MOMENT, ""),
    ("updated_by", _WHOLE, ""),
    ("version", _WHOLE, " NOT NULL DEFAULT 1"),
    ("deleted_at", _MOMENT, ""),
    ("deleted_by", _WHOLE, ""),
)
_INDEX = re.compile(r"p_\d+_f_(\d+)(?:_.*)?")


async def create_project_table(tx: Transaction, dialect: Dialect, project: Project) -> None:
    """Make the table of a project with the built-in columns and their indices."""
    table = project.table
    columns = "".join(f", {name} {_type(dialect, kind)}{rest}" for name, kind, rest in _BUILT_IN)
    words = dialect.statements
    await tx.execute(f"CREATE TABLE {table} (id {words.whole} PRIMARY KEY{columns}){words.strict}")
    for name, terms in _built_in_indices(dialect):
        await tx.execute(f"CREATE INDEX {table}_{name} ON {table} ({terms})")
    await tx.execute(f"CREATE INDEX {table}_trash ON {table} (id) WHERE deleted_at IS NOT NULL")
    await watch(tx, dialect, project)


async def drop_project_table(tx: Transaction, project: Project) -> None:
    """Remove the table with all its records, for good."""
    await tx.execute(f"DROP TABLE IF EXISTS {project.table}")


async def add_columns(
    tx: Transaction, dialect: Dialect, project: Project, columns: Iterable[FieldColumn]
) -> None:
    """Add the columns of a field. What stands in the link table needs none; a reference is indexed."""
    for column in columns:
        if column.spec.many:
            continue
        await tx.execute(
            f"ALTER TABLE {project.table} ADD COLUMN {column.name} {dialect.column_ddl(column.spec)}"
        )
        if column.spec.column is Column.RECORD:
            await add_index(tx, dialect, project, column)


async def drop_columns(tx: Transaction, project: Project, columns: Iterable[FieldColumn]) -> None:
    """Remove the columns of a field with their values and indices, for good."""
    for column in columns:
        if column.spec.many:
            continue
        await drop_index(tx, project, column)
        await drop_index(tx, project, column, unique=True)
        await tx.execute(f"ALTER TABLE {project.table} DROP COLUMN {column.name}")


async def add_index(
    tx: Transaction, dialect: Dialect, project: Project, column: FieldColumn, *, unique: bool = False
) -> None:
    """Index a column for filters and sorts, or keep its values apart among live records.

    Text is compared without regard to case. Raises DuplicateError when a unique index finds
    equal values.
    """
    term = dialect.fold(column.name) if column.spec.column is Column.TEXT else column.name
    name = index_name(project, column, unique=unique)
    if unique:
        await tx.execute(f"CREATE UNIQUE INDEX {name} ON {project.table} (({term})) WHERE deleted_at IS NULL")
    else:
        await tx.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {project.table} (({term}), id)")


async def drop_index(tx: Transaction, project: Project, column: FieldColumn, *, unique: bool = False) -> None:
    """Remove an index if it is there."""
    await tx.execute(f"DROP INDEX IF EXISTS {index_name(project, column, unique=unique)}")


def index_name(project: Project, column: FieldColumn, *, unique: bool = False) -> str:
    """What a column's index is called, and a DuplicateError's `constraint`."""
    return f"{project.table}_{column.name}{'_unique' if unique else ''}"


def field_of_index(constraint: str) -> int | None:
    """The id of the field whose unique index a DuplicateError names."""
    found = _INDEX.fullmatch(constraint)
    return int(found[1]) if found else None


def _type(dialect: Dialect, kind: str) -> str:
    """Whole numbers of the kernel are always 64 bits, whatever the dialect makes of a field's."""
    if kind == _WHOLE:
        return dialect.statements.whole
    return dialect.column_ddl(ColumnSpec(Column(kind)))


def _built_in_indices(dialect: Dialect) -> tuple[tuple[str, str], ...]:
    """Name and terms; the id comes last, as in the order of every page.

    A list is read in the order of its board (`list`) and in the order of age (`age`).
    """
    return (
        ("list", "list_id, position, id"),
        ("age", "list_id, id"),
        ("title", f"({dialect.fold('title')}), id"),
        ("created", "created_at, id"),
        ("updated", "updated_at, id"),
    )
