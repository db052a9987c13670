"""Reading the values of a field in batches and writing them under another definition."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from kernel.dialects.base import Dialect, Parameters
from kernel.fields import Column, ColumnSpec
from kernel.schema import Field, FieldColumn, Project
from kernel.storage.database import Row, Transaction
from kernel.storage.record_rows import column_type
from kernel.values import ID, TEXT

BATCH = 1000

Fetch = Callable[[str, Sequence[Any]], Awaitable[list[Row]]]
"""Runs a read statement: of a transaction, or of the database outside any."""


@dataclass(frozen=True)
class Held:
    """What a record holds in a field: a value, a dict by column name, or a list of ids."""

    record_id: int
    version: int
    value: Any


class HeldValues:
    """Reads the values of a stored field, those of records in the trash included."""

    def __init__(self, dialect: Dialect, project: Project, field: Field) -> None:
        self._dialect = dialect
        self._table = project.table
        self._field = field
        self._columns = field.columns

    async def batches(self, fetch: Fetch) -> AsyncIterator[list[Held]]:
        """All values that are not empty, by record id."""
        last = 0
        while True:
            use = Parameters(self._dialect)
            after = use.add(last, ID)
            many = self._columns[0].spec.many
            rows = await fetch(self._links(after) if many else self._values(after), use.values)
            held = self._from_links(rows) if many else [self._from_row(row) for row in rows]
            if not held:
                return
            yield held
            last = held[-1].record_id

    def _values(self, after: str) -> str:
        names = ", ".join(c.name for c in self._columns)
        filled = " OR ".join(f"{c.name} IS NOT NULL" for c in self._columns)
        where = f"id > {after} AND ({filled})"
        return f"SELECT id, version, {names} FROM {self._table} WHERE {where} ORDER BY id LIMIT {BATCH}"

    def _links(self, after: str) -> str:
        of_field = f"field_id = {self._field.id}"
        sources = (
            f"SELECT DISTINCT source_id FROM smalt_link WHERE {of_field} AND source_id > {after} "
            f"ORDER BY source_id LIMIT {BATCH}"
        )
        return (
            f"SELECT l.source_id, r.version, l.target_id FROM smalt_link l "
            f"JOIN {self._table} r ON r.id = l.source_id "
            f"WHERE l.{of_field} AND l.source_id IN ({sources}) "
            f"ORDER BY l.source_id, l.position, l.target_id"
        )

    def _from_row(self, row: Row) -> Held:
        values = [
            self._dialect.decode(value, column_type(column.spec))
            for value, column in zip(row[2:], self._columns, strict=True)
        ]
        if len(self._columns) == 1 and not self._columns[0].spec.name:
            return Held(row[0], row[1], values[0])
        named = {c.spec.name: value for c, value in zip(self._columns, values, strict=True)}
        return Held(row[0], row[1], named)

    @staticmethod
    def _from_links(rows: Iterable[Row]) -> list[Held]:
        grouped = groupby(rows, key=lambda row: (row[0], row[1]))
        return [Held(id_, version, [r[2] for r in group]) for (id_, version), group in grouped]


class NewValues:
    """Writes converted values into the columns, or links, of a field's new definition."""

    def __init__(self, dialect: Dialect, project: Project, field_id: int, new: Sequence[FieldColumn]) -> None:
        self._dialect = dialect
        self._table = project.table
        self._field_id = field_id
        self._columns = new

    async def write(self, tx: Transaction, values: Sequence[tuple[int, Any]]) -> None:
        """Give each record, by id, its value."""
        if self._columns and self._columns[0].spec.many:
            await self._write_links(tx, values)
        elif self._columns:
            await tx.execute_many(self._update(), [self._row(id_, value) for id_, value in values])

    async def clear_links(self, tx: Transaction, record_ids: Sequence[int]) -> None:
        """Take away the links that records have under the field."""
        sql = f"DELETE FROM smalt_link WHERE field_id = {self._field_id} AND source_id = {self._mark(1)}"
        await tx.execute_many(sql, [(id_,) for id_ in record_ids])

    async def empty(self, tx: Transaction, record_ids: Sequence[int]) -> None:
        """Take away what records hold in the columns."""
        if self._columns and not self._columns[0].spec.many:
            setters = ", ".join(f"{column.name} = NULL" for column in self._columns)
            sql = f"UPDATE {self._table} SET {setters} WHERE id = {self._mark(1)}"
            await tx.execute_many(sql, [(id_,) for id_ in record_ids])

    async def _write_links(self, tx: Transaction, values: Sequence[tuple[int, Any]]) -> None:
        marks = ", ".join(self._mark(number) for number in (1, 2, 3))
        names = "field_id, source_id, target_id, position"
        sql = f"INSERT INTO smalt_link ({names}) VALUES ({self._field_id}, {marks})"
        rows = [
            (record_id, int(target), position)
            for record_id, targets in values
            for position, target in enumerate(dict.fromkeys(targets))
        ]
        await tx.execute_many(sql, rows)

    def _update(self) -> str:
        setters = ", ".join(
            f"{c.name} = {self._dialect.placeholder(n, column_type(c.spec))}"
            for n, c in enumerate(self._columns, 2)
        )
        return f"UPDATE {self._table} SET {setters} WHERE id = {self._mark(1)}"

    def _row(self, record_id: int, value: Any) -> list[Any]:
        if len(self._columns) == 1 and not self._columns[0].spec.name:
            parts = [value]
        else:
            parts = [getattr(value, c.spec.name) for c in self._columns]
        encoded = (
            self._dialect.encode(part, column_type(c.spec))
            for c, part in zip(self._columns, parts, strict=True)
        )
        return [record_id, *encoded]

    def _mark(self, number: int) -> str:
        return self._dialect.placeholder(number, ID)


class LabelFinder:
    """Finds the texts of people, records and files, and people and records by texts."""

    def __init__(self, dialect: Dialect, projects: Callable[[int], Project | None]) -> None:
        self._dialect = dialect
        self._projects = projects

    async def texts(self, fetch: Fetch, spec: ColumnSpec, ids: Iterable[int]) -> dict[int, Sequence[str]]:
        """Name and email of people, title of records, name of files, by id."""
        wanted = sorted(set(ids))
        source = self._source(spec)
        if not wanted or source is None:
            return {}
        use = Parameters(self._dialect)
        marks = ", ".join(use.add(id_, ID) for id_ in wanted)
        rows = await fetch(f"SELECT id, {source[1]} FROM {source[0]} WHERE id IN ({marks})", use.values)
        return {row[0]: tuple(row[1:]) for row in rows}

    async def ids(self, fetch: Fetch, spec: ColumnSpec, texts: Iterable[str]) -> dict[str, int]:
        """The ids of texts, in lower case, that name exactly one live thing."""
        wanted = sorted({text.strip().lower() for text in texts if text.strip()})
        source = self._source(spec)
        if not wanted or source is None:
            return {}
        found: dict[str, set[int]] = {}
        for name in source[1].split(", "):
            for id_, text in await fetch(*self._by_text(source, name, wanted)):
                found.setdefault(text.strip().lower(), set()).add(id_)
        return {text: hits.pop() for text, hits in found.items() if len(hits) == 1}

    def _by_text(
        self, source: tuple[str, str, str], name: str, wanted: Sequence[str]
    ) -> tuple[str, list[Any]]:
        use = Parameters(self._dialect)
        marks = ", ".join(self._dialect.fold(use.add(text, TEXT)) for text in wanted)
        where = f"{source[2]} AND {self._dialect.fold(name)} IN ({marks})"
        return f"SELECT id, {name} FROM {source[0]} WHERE {where}", use.values

    def _source(self, spec: ColumnSpec) -> tuple[str, str, str] | None:
        """Table, columns of texts, and the condition of being alive."""
        if spec.column is Column.PERSON:
            return "smalt_user", "name, email", "active"
        if spec.column is Column.FILE:
            return "smalt_file", "name", "1 = 0"  # no file is found by its name
        project = self._projects(int(spec.target or 0))
        return None if project is None else (project.table, "title", "deleted_at IS NULL")
