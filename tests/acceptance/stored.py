"""What lies in the database, read directly and not through the product."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import asyncpg

from kernel.dialects.postgres import PostgresDialect
from kernel.dialects.sqlite import SqliteDialect
from kernel.schema import FieldColumn
from kernel.storage.record_rows import BUILT_IN_COLUMNS, column_type
from kernel.storage.schema_rows import decode_columns

Row = Mapping[str, Any]


class Stored:
    """Rows of an installation's database, on either engine."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.dialect = SqliteDialect() if url.startswith("sqlite") else PostgresDialect()

    def rows(self, sql: str) -> list[dict[str, Any]]:
        if self._url.startswith("sqlite"):
            return self._of_sqlite(sql)
        return asyncio.run(self._of_postgres(sql))

    def one(self, sql: str) -> Any:
        """The only value of the only row."""
        ((value,),) = (row.values() for row in self.rows(sql))
        return value

    def _of_sqlite(self, sql: str) -> list[dict[str, Any]]:
        connection = sqlite3.connect(self._url.removeprefix("sqlite:///"), timeout=30)
        try:
            SqliteDialect().register(connection)
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql)]
        finally:
            connection.close()

    async def _of_postgres(self, sql: str) -> list[dict[str, Any]]:
        connection = await asyncpg.connect(self._url)
        try:
            return [dict(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    def columns(self) -> dict[str, set[str]]:
        """The columns of each project's table."""
        if self._url.startswith("sqlite"):
            sql = (
                "SELECT m.name AS table_name, c.name AS column_name "
                "FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
            )
        else:
            sql = (
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            )
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.rows(sql):
            if row["table_name"].startswith("p_"):
                found[row["table_name"]].add(row["column_name"])
        return found

    def fields(self) -> dict[int, tuple[FieldColumn, ...]]:
        """The stored columns of each field."""
        return {row["id"]: decode_columns(row["columns"]) for row in self.rows("SELECT * FROM smalt_field")}

    def sound(self) -> None:
        """The engine's own check of its file, where it has one."""
        if self._url.startswith("sqlite"):
            assert self.one("PRAGMA integrity_check") == "ok"
            assert self.rows("PRAGMA foreign_key_check") == []


@dataclass
class Replayed:
    """A record as its history tells it."""

    versions: list[int] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    deleted: bool = False


def check_agreement(stored: Stored) -> None:
    """Records, links, stays, history and outbox tell the same; columns and definitions too."""
    stored.sound()
    _check_outbox(stored)
    _check_columns(stored)
    _check_links(stored)
    history = _replayed(stored)
    fields = stored.fields()
    known = 0
    for table in stored.columns():
        for row in stored.rows(f"SELECT * FROM {table}"):
            known += 1
            _check_record(row, history.get(row["id"]))
            _check_values(stored, row, history[row["id"]], fields)
        _check_stays(stored, table)
    assert known == len(history)


def _check_outbox(stored: Stored) -> None:
    """Every change has its event, but for what samples bring along: a past from before their project."""
    columns = "id, at, project_id, record_id, kind, version"
    history = (
        f"SELECT {columns} FROM smalt_history h WHERE NOT EXISTS "
        "(SELECT 1 FROM smalt_project p WHERE p.id = h.project_id AND h.at < p.created_at)"
    )
    events = f"SELECT {columns} FROM smalt_outbox"
    assert stored.rows(f"{history} EXCEPT {events}") == []
    assert stored.rows(f"{events} EXCEPT {history}") == []


def _check_columns(stored: Stored) -> None:
    wanted = {f"p_{row['id']}": set(BUILT_IN_COLUMNS) for row in stored.rows("SELECT id FROM smalt_project")}
    for row in stored.rows("SELECT project_id, columns FROM smalt_field"):
        names = {c["name"] for c in json.loads(row["columns"]) if not c["spec"].get("many")}
        wanted[f"p_{row['project_id']}"] |= names
    assert stored.columns() == wanted


def _check_links(stored: Stored) -> None:
    fields = {1, 2} | {row["id"] for row in stored.rows("SELECT id FROM smalt_field")}
    assert {row["field_id"] for row in stored.rows("SELECT DISTINCT field_id FROM smalt_link")} <= fields


def _check_stays(stored: Stored, table: str) -> None:
    """Every record is in one list: the one that it entered last."""
    wrong = (
        f"SELECT r.id FROM {table} r LEFT JOIN smalt_list_stay s ON s.record_id = r.id AND s.left_at IS NULL "
        "GROUP BY r.id, r.list_id HAVING count(s.id) <> 1 OR min(s.list_id) <> r.list_id"
    )
    assert stored.rows(wrong) == []


def _replayed(stored: Stored) -> dict[int, Replayed]:
    found: dict[int, Replayed] = defaultdict(Replayed)
    sql = (
        "SELECT record_id, kind, version, changes FROM smalt_history "
        "WHERE record_id IS NOT NULL AND kind LIKE 'record.%' ORDER BY id"
    )
    for row in stored.rows(sql):
        record = found[row["record_id"]]
        record.versions.append(row["version"])
        if row["kind"] in ("record.deleted", "record.restored"):
            record.deleted = row["kind"] == "record.deleted"
        for name, (old, new) in _pairs(json.loads(row["changes"])):
            assert _plain(record.values.get(name)) == _plain(old), (row, record)
            record.values[name] = new
    return dict(found)


def _pairs(changes: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for name, pair in changes.items():
        yield name, tuple(pair)


def _check_record(row: Row, told: Replayed | None) -> None:
    assert told is not None, row
    assert told.versions == list(range(1, row["version"] + 1)), (row, told)
    assert told.deleted == (row["deleted_at"] is not None), (row, told)
    assert told.values["title"] == row["title"], (row, told)
    assert told.values["list"] == str(row["list_id"]), (row, told)


def _check_values(
    stored: Stored, row: Row, told: Replayed, fields: Mapping[int, tuple[FieldColumn, ...]]
) -> None:
    """The custom values of a record are those that its history gave it last."""
    for id_, columns in fields.items():
        for column in columns:
            if column.name in row:
                raw = row[column.name]
                value = None if raw is None else stored.dialect.decode(raw, column_type(column.spec))
                last = told.values.get(str(id_))
                wanted = last.get(column.spec.name) if isinstance(last, dict) else last
                assert _plain(value) == _plain(wanted), (row, told)


def _plain(value: Any) -> str | None:
    """A value as both engines and JSON agree on it."""
    if value is None or value == []:
        return None
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    with suppress(InvalidOperation):
        return str(Decimal(value).normalize()) if number or isinstance(value, str) else str(value)
    return str(value)
