"""A little table with a column of each kind, its many-valued items, and both engines over it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import asyncpg

from kernel.dialects import POSTGRES, SQLITE, Dialect, Parameters
from kernel.errors import ExpressionError
from kernel.expressions import Expression, compile, compile_condition, compile_measure, parse, parse_filter
from kernel.values import BOOLEAN, DATE, DATETIME, INTEGER, REAL, TEXT, Choice, Kind, Value, ValueType

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ZONE = "Europe/Warsaw"
CHOICES = (Choice(1, "Won", "green"), Choice(2, "Lost"), Choice(3, "Żółw's"), Choice(4, "lost"))

CENTS = ValueType(Kind.NUMBER, scale=2)
MONEY = ValueType(Kind.MONEY, scale=2)
STAGE = ValueType(Kind.CHOICE, choices=CHOICES)

FIELDS: dict[str, tuple[str, ValueType]] = {
    "text": ("t", TEXT),
    "word": ("w", TEXT),
    "num": ("n", CENTS),
    "rate": ("q", ValueType(Kind.NUMBER, scale=4)),
    "int": ("i", INTEGER),
    "real": ("f", REAL),
    "money": ("m", MONEY),
    "cost": ("k", MONEY),
    "done": ("b", BOOLEAN),
    "day": ("d", DATE),
    "due": ("e", DATE),
    "at": ("ts", DATETIME),
    "stage": ("l", STAGE),
    "owner": ("p", ValueType(Kind.PERSON)),
}
ITEM_FIELDS: dict[str, tuple[str, ValueType]] = {
    "amount": ("amount", CENTS),
    "name": ("name", TEXT),
    "price": ("price", MONEY),
    "stage": ("stage", STAGE),
    "day": ("day", DATE),
}
COLUMNS = dict(FIELDS.values()) | {
    "id": INTEGER,
    "u": TEXT,
    "pn": TEXT,
    "pm": TEXT,
}
ITEM_COLUMNS = dict(ITEM_FIELDS.values()) | {
    "parent": INTEGER, "place": INTEGER, "unit": TEXT,
}  # fmt: skip


def _row(id_: int, **values: Any) -> dict[str, Any]:
    return {**dict.fromkeys(COLUMNS), "id": id_, **values}


ROWS: tuple[dict[str, Any], ...] = (
    _row(
        1, t="Żółw ABC", w="abc", n=Decimal("12.50"), q=Decimal("0.0625"), i=7, f=2.5, m=Decimal("100.25"),
        k=Decimal("40.00"), u="EUR", b=True, d=date(2026, 1, 31), e=date(2026, 11, 23),
        ts=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), l=1, p=5, pn="Ewa Nowak", pm="ewa@acme.example",
    ),
    _row(2),
    _row(
        3, t="zażółć GĘŚLĄ jaźń", w="ZAŻÓŁĆ", n=Decimal("-0.01"), q=Decimal("-3.1415"), i=-3, f=-0.125,
        m=Decimal("0.00"), k=Decimal("-7.99"), u="JPY", b=False, d=date(2024, 2, 29), e=date(2024, 3, 1),
        ts=datetime(2024, 2, 29, 23, 59, 59, 999000, tzinfo=UTC), l=2, p=6, pn="Łukasz", pm="l@x.example",
    ),
    _row(
        4, t="line one\nline 'two' \\ %_", w=" ", n=Decimal("99999999999999.99"), q=Decimal("0"), i=0, f=0.0,
        m=Decimal("99999999999999.99"), k=Decimal("0.01"), u="EUR", b=True, d=date(1, 1, 1),
        e=date(9999, 12, 31), ts=datetime(1970, 1, 1, tzinfo=UTC), l=3, p=7, pn="İrem Σας", pm=None,
    ),
    _row(
        5, t="😀 straße ǅ", w="STRASSE", n=Decimal("0.00"), q=Decimal("2.5000"), i=999999999999, f=1e12,
        m=Decimal("-5.05"), k=None, u="EUR", b=False, d=date(2026, 11, 23), e=None,
        ts=datetime(2026, 11, 22, 23, 0, tzinfo=UTC), l=4, p=None, pn=None, pm=None,
    ),
)  # fmt: skip


def _item(parent: int, place: int, **values: Any) -> dict[str, Any]:
    return {**dict.fromkeys(ITEM_COLUMNS), "parent": parent, "place": place, **values}


ITEMS: tuple[dict[str, Any], ...] = (
    _item(
        1,
        2,
        amount=Decimal("1.50"),
        name="b",
        price=Decimal("5.00"),
        unit="EUR",
        stage=1,
        day=date(2026, 1, 2),
    ),
    _item(
        1,
        1,
        amount=Decimal("2.50"),
        name="Ćma",
        price=Decimal("7.10"),
        unit="EUR",
        stage=2,
        day=date(2025, 1, 2),
    ),
    _item(1, 3),
    _item(1, 4, amount=Decimal("1.50"), name="B", price=Decimal("1.00"), unit="EUR", stage=1),
    _item(3, 1, amount=Decimal("-9.99"), name="żółw abc", price=Decimal("3.00"), unit="EUR", stage=3),
    _item(3, 2, price=Decimal("4.00"), unit="USD"),
    _item(4, 1, amount=Decimal("0.00"), name="x"),
    _item(5, 1),
)

USERS = ({"id": 5, "email": "ewa@acme.example"}, {"id": 6, "email": "l@x.example"})

Table = tuple[str, dict[str, ValueType], tuple[dict[str, Any], ...]]
TABLES: tuple[Table, ...] = (
    ("sample", COLUMNS, ROWS),
    ("item", ITEM_COLUMNS, ITEMS),
    ("smalt_user", {"id": INTEGER, "email": TEXT}, USERS),
)


class ItemRows:
    """The items of a row, in order."""

    def clause(self) -> str:
        return "FROM item AS c WHERE c.parent = r.id"

    def order(self) -> str:
        return "c.place"


ITEM_ROWS = ItemRows()


class SampleResolver:
    """Fields of the sample table; `{items.x}` reaches the items."""

    row = "r"

    def __init__(self, dialect: Dialect, zone: str = ZONE) -> None:
        self.dialect = dialect
        self.parameters = Parameters(dialect)
        self.now = NOW
        self.time_zone = zone
        self.currency = "EUR"

    def resolve(self, path: Sequence[str], position: int) -> Value:
        if len(path) == 1 and path[0] in FIELDS:
            column, type_ = FIELDS[path[0]]
            person = type_.kind is Kind.PERSON
            return Value(
                type_, f"r.{column}",
                unit="r.u" if type_.kind is Kind.MONEY else None,
                label="r.pn" if person else None, aliases=("r.pm",) if person else (),
            )  # fmt: skip
        if len(path) == 2 and path[0] == "items" and path[1] in ITEM_FIELDS:
            column, type_ = ITEM_FIELDS[path[1]]
            many = ValueType(type_.kind, scale=type_.scale, many=True, choices=type_.choices)
            unit = "c.unit" if type_.kind is Kind.MONEY else None
            return Value(many, f"c.{column}", unit=unit, rows=ITEM_ROWS)
        raise ExpressionError(f"There is no field '{'.'.join(path)}'.", position)


@dataclass(frozen=True)
class Answer:
    """What an engine gave for each row: Python values, and JSON."""

    values: list[Any]
    json: list[str]


class Engine:
    """One engine with the sample in it."""

    dialect: Dialect

    def fetch(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def answer(self, text: str, zone: str = ZONE) -> Answer:
        """The value of an expression for every row. Many values come as JSON alone."""
        resolver = SampleResolver(self.dialect, zone)
        value = compile(parse(text), resolver)
        shown = "NULL" if value.rows else value.sql
        sql, parameters = resolver.parameters.prune(
            f"SELECT {shown}, {self.dialect.json_of(value)} FROM sample AS r ORDER BY r.id"
        )
        rows = self.fetch(sql, parameters)
        return Answer([self.dialect.decode(row[0], value.type) for row in rows], [row[1] for row in rows])

    def values(self, text: str, zone: str = ZONE) -> list[Any]:
        return self.answer(text, zone).values

    def matching(self, condition: str | Expression | dict[str, Any]) -> list[int]:
        """The ids of the rows that a filter lets through."""
        resolver = SampleResolver(self.dialect)
        parsed = condition if isinstance(condition, Expression) else parse_filter(condition)
        where = compile_condition(parsed, resolver)
        sql, parameters = resolver.parameters.prune(
            f"SELECT r.id FROM sample AS r WHERE {where} ORDER BY r.id"
        )
        return [int(row[0]) for row in self.fetch(sql, parameters)]

    def measure(self, text: str, where: str = "TRUE") -> tuple[Any, str]:
        """The value and JSON of a measure over all rows."""
        resolver = SampleResolver(self.dialect)
        value = compile_measure(parse(text), resolver)
        json = self.dialect.json_of(value)
        sql, parameters = resolver.parameters.prune(
            f"SELECT {value.sql}, {json} FROM sample AS r WHERE {where}"
        )
        row = self.fetch(sql, parameters)[0]
        return self.dialect.decode(row[0], value.type), row[1]


class SqliteEngine(Engine):
    dialect = SQLITE

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:")
        SQLITE.register(self._connection)
        for name, columns, rows in TABLES:
            declared = ", ".join(f"{column} {_sqlite_type(type_)}" for column, type_ in columns.items())
            self._connection.execute(f"CREATE TABLE {name} ({declared}) STRICT")
            for row in rows:
                encoded = [SQLITE.encode(row[column], type_) for column, type_ in columns.items()]
                marks = ", ".join("?" * len(columns))
                self._connection.execute(f"INSERT INTO {name} VALUES ({marks})", encoded)

    def fetch(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, parameters).fetchall()

    def close(self) -> None:
        self._connection.close()


def _sqlite_type(type_: ValueType) -> str:
    if type_.kind in (Kind.TEXT, Kind.DATE, Kind.DATETIME):
        return "TEXT"
    return "REAL" if type_ == REAL else "INTEGER"


class PostgresEngine(Engine):
    dialect = POSTGRES

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._connection = self._loop.run_until_complete(asyncpg.connect(url, timeout=30))
        self._loop.run_until_complete(self._fill())

    async def _fill(self) -> None:
        await POSTGRES.prepare(self._connection)
        for statement in POSTGRES.setup_statements():
            await self._connection.execute(statement)
        await self._connection.execute("SET statement_timeout = '20s'")
        for name, columns, rows in TABLES:
            declared = ", ".join(f"{column} {POSTGRES.sql_type(type_)}" for column, type_ in columns.items())
            await self._connection.execute(f"CREATE TABLE {name} ({declared})")
            for row in rows:
                encoded = [POSTGRES.encode(row[column], type_) for column, type_ in columns.items()]
                marks = ", ".join(f"${number + 1}" for number in range(len(columns)))
                await self._connection.execute(f"INSERT INTO {name} VALUES ({marks})", *encoded)

    def fetch(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        rows = self._loop.run_until_complete(self._connection.fetch(sql, *parameters))
        return [tuple(row) for row in rows]

    def close(self) -> None:
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()
