"""SQLite: typed values in five storage classes, exact numbers as scaled integers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from kernel.dialects import sqlite_depth, sqlite_functions
from kernel.dialects.base import GROUPED, OTHER_DIGITS, Parameters, is_simple
from kernel.dialects.past import SqlitePast
from kernel.dialects.search_sql import SqliteSearch
from kernel.dialects.sqlite_arithmetic import SqliteArithmetic, decimal_text
from kernel.dialects.sqlite_json import SqliteJson
from kernel.dialects.sqlite_templates import TEMPLATES
from kernel.dialects.statements import SQLITE_STATEMENTS
from kernel.dialects.text_functions import fold
from kernel.errors import InvalidValueError
from kernel.fields import Column, ColumnSpec
from kernel.values import FREE_SCALE, Kind, Value, ValueType

MAXIMUM_INTEGER = 2**63 - 1
DATETIME_FORMAT = "%Y-%m-%dT%H:%M:%S"
_WIDE = Context(prec=60)

_COLUMN_TYPES: Mapping[Column, str] = {
    Column.TEXT: "TEXT",
    Column.REAL: "REAL",
    Column.DATE: "TEXT",
    Column.DATETIME: "TEXT",
}


class SqliteDialect(SqliteJson, SqliteArithmetic):
    """SQL for SQLite 3.40 and later, with the Python functions of `register`."""

    name = "sqlite"
    templates = TEMPLATES
    past = SqlitePast()
    statements = SQLITE_STATEMENTS
    search = SqliteSearch()

    def register(self, connection: sqlite3.Connection) -> None:
        """Add the functions that the SQL relies on; once for each connection."""
        sqlite_functions.register(connection)

    def shallow(
        self, sql: str, parameters: Parameters, row: Hashable, visible: Collection[Hashable], condition: bool
    ) -> str:
        if GROUPED in sql:
            return sql
        return sqlite_depth.shallow(sql, parameters.pieces, row, visible, condition)

    def too_deep(self, sql: str, parameters: Parameters) -> bool:
        return sqlite_depth.too_deep(sql, parameters.pieces)

    def placeholder(self, number: int, type_: ValueType) -> str:
        return f"?{number}"

    def encode(self, value: object, type_: ValueType) -> Any:
        if value is None:
            return None
        if type_.kind.numeric:
            return encode_number(value, type_.scale)
        if isinstance(value, datetime) and type_.kind is Kind.DATETIME:
            return datetime_text(value)
        if isinstance(value, date) and type_.kind is Kind.DATE:
            return f"{value:%Y-%m-%d}".rjust(10, "0")
        if type_.kind is Kind.BOOLEAN or type_.kind.entity:
            return int(value)  # type: ignore[call-overload]
        return value

    def encoder(self, type_: ValueType) -> Callable[[Any], Any]:
        if type_.kind.numeric and type_.scale is not None:
            return _scaled(type_.scale)
        if type_.kind is Kind.DATE:
            return _day_text
        return super().encoder(type_)

    def decode(self, value: Any, type_: ValueType) -> Any:
        if value is None:
            return None
        if type_.kind.numeric:
            return decode_number(value, type_.scale)
        decoder = _DECODERS.get(type_.kind)
        return decoder(value) if decoder else value

    def folded_texts(self, parameters: Parameters, texts: Sequence[str]) -> str:
        # folded here: SQLite would ask Python for each, whose lock others hold while a file is parsed
        parameters.values.append(json.dumps({text: fold(text) for text in texts}))
        rows = f"json_each(?{len(parameters.values)}) smalt_e"
        return f"SELECT smalt_e.key AS v, smalt_e.value AS f FROM {rows}"

    def column_ddl(self, spec: ColumnSpec) -> str:
        return _COLUMN_TYPES.get(spec.column, "INTEGER")

    def text(self, sql: str) -> str:
        return f"CAST({sql} AS TEXT)"

    def json_text(self, sql: str) -> str:
        return f"json_quote({sql})"

    def json_array(self, element_json: str, clause: str, order: str) -> str:
        ordered = f" ORDER BY {order}" if order else ""
        rows = f"SELECT {element_json} AS smalt_j {clause}{ordered}"
        return f"(SELECT '[' || coalesce(group_concat(smalt_j, ','), '') || ']' FROM ({rows}))"

    def join_rows(self, element: str, separator: str, clause: str, order: str) -> str:
        rows = f"SELECT {element} AS smalt_j {clause} ORDER BY {order}"
        return f"(SELECT group_concat(smalt_j, {self.literal(separator)}) FROM ({rows}))"

    def fold(self, sql: str) -> str:
        if not is_simple(sql):
            return f"smalt_fold({sql})"
        # SQLite lowers ASCII itself, and much quicker than a call out to Python
        ascii_only = f"length({sql}) = length(CAST({sql} AS BLOB))"
        return f"CASE WHEN {ascii_only} THEN lower({sql}) ELSE smalt_fold({sql}) END"

    def json_scalar(self, value: Value) -> str:
        kind, scale, sql = value.type.kind, value.type.scale, value.sql
        if kind is Kind.BOOLEAN:
            return f"CASE {sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END"
        if kind is Kind.MONEY:
            return self.once({"a": sql, "u": value.unit or "NULL"}, lambda v: _money(v, scale))
        if kind is Kind.NUMBER and scale is None:
            return f"json_quote({sql})"
        if kind is Kind.NUMBER and scale == 0:
            return f"coalesce(CAST({sql} AS TEXT), 'null')"
        if kind is Kind.NUMBER and scale is not None and scale >= FREE_SCALE:
            return _quoted(self.number_text(sql, scale))
        if kind is Kind.NUMBER:
            return self.once({"a": sql}, lambda v: _quoted(decimal_text(v["a"], scale or 0)))
        if kind.temporal:
            return _quoted(sql)
        return "'null'" if kind is Kind.BLANK else self.json_text(sql)


def encode_number(value: object, scale: int | None) -> int | float:
    """The stored form of a number; more digits than `scale` are rounded half away from zero."""
    if scale is None:
        return float(value)  # type: ignore[arg-type]
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)  # type: ignore[arg-type]
    scaled = int(exact.scaleb(scale, _WIDE).to_integral_value(ROUND_HALF_UP))
    if abs(scaled) > MAXIMUM_INTEGER:
        raise InvalidValueError("The number is too large.")
    return scaled


def _scaled(scale: int) -> Callable[[Any], Any]:
    """`encode_number` for exact numbers of one scale, with the usual case first."""
    factor = 10**scale
    most = MAXIMUM_INTEGER // factor

    def encode(value: Any) -> Any:
        kind = type(value)
        if kind is int and -most < value < most:
            return value * factor
        if kind is Decimal and (whole := int(shifted := value.scaleb(scale, _WIDE))) == shifted:
            return whole if -MAXIMUM_INTEGER <= whole <= MAXIMUM_INTEGER else encode_number(value, scale)
        return None if value is None else encode_number(value, scale)

    return encode


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def decode_number(value: Any, scale: int | None) -> int | Decimal | float:
    if scale is None:
        return float(value)
    return Decimal(value).scaleb(-scale) if scale else int(value)


def datetime_text(moment: datetime) -> str:
    """The stored form of a moment; one without a zone counts as UTC."""
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{utc.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _quoted(sql: str) -> str:
    return f"coalesce('\"' || {sql} || '\"', 'null')"


def _money(operand: Mapping[str, str], scale: int | None) -> str:
    """The usual amount of two digits in SQL itself; other currencies and finer amounts in Python."""
    amount, unit = operand["a"], operand["u"]
    rare = f"smalt_money({amount}, {-1 if scale is None else scale}, {unit})"
    if scale is None or scale < 2:
        return f"coalesce({rare}, 'null')"
    fine = f" AND {amount} % {10 ** (scale - 2)} = 0" if scale > 2 else ""
    short = amount if scale == 2 else f"({amount} / {10 ** (scale - 2)})"
    usual = f'\'{{"amount":"\' || {decimal_text(short, 2)} || \'","currency":"\' || {unit} || \'"}}\''
    case = f"WHEN {unit} NOT IN ({OTHER_DIGITS}){fine} THEN {usual}"
    return f"CASE WHEN {amount} IS NULL THEN 'null' {case} ELSE {rare} END"


_DECODERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.BOOLEAN: bool,
    Kind.DATE: date.fromisoformat,
    Kind.DATETIME: lambda text: datetime.fromisoformat(text.replace("Z", "+00:00")),
}

SQLITE = SqliteDialect()
