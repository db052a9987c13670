"""PostgreSQL: native types; exact numbers as numeric, text ordered by code point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from kernel.dialects.base import Parameters
from kernel.dialects.past import PostgresPast
from kernel.dialects.postgres_arithmetic import PostgresArithmetic
from kernel.dialects.postgres_functions import STATEMENTS
from kernel.dialects.postgres_json import PostgresJson, exact_digits
from kernel.dialects.postgres_templates import TEMPLATES
from kernel.dialects.search_sql import PostgresSearch
from kernel.dialects.statements import POSTGRES_STATEMENTS
from kernel.errors import InvalidValueError
from kernel.fields import Column, ColumnSpec
from kernel.values import Kind, Value, ValueType

_WIDE = Context(prec=60)
_LIMIT = 2**63 - 1
_DAY_ZERO = date(2000, 1, 1).toordinal()

_COLUMN_TYPES: Mapping[Column, str] = {
    Column.TEXT: "text",
    Column.INTEGER: "numeric",
    Column.DECIMAL: "numeric",
    Column.REAL: "double precision",
    Column.BOOLEAN: "boolean",
    Column.DATE: "date",
    Column.DATETIME: "timestamptz",
}

_TYPES: Mapping[Kind, str] = {
    Kind.TEXT: "text",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.DATETIME: "timestamptz",
    Kind.BLANK: "text",
}


class PostgresDialect(PostgresJson, PostgresArithmetic):
    """SQL for PostgreSQL 14 and later, with the functions of `setup_statements`."""

    name = "postgres"
    templates = TEMPLATES
    past = PostgresPast()
    statements = POSTGRES_STATEMENTS
    search = PostgresSearch()

    def setup_statements(self) -> list[str]:
        """Create or replace the functions that the SQL relies on; once for each database.

        Run them under a lock: PostgreSQL refuses to replace a function twice at a time.
        """
        return list(STATEMENTS)

    async def prepare(self, connection: Any) -> None:
        """Set up an asyncpg connection: by itself it turns 9999-12-31 into infinity."""
        await connection.set_type_codec(
            "date",
            schema="pg_catalog",
            format="tuple",
            encoder=lambda day: (day.toordinal() - _DAY_ZERO,),
            decoder=lambda days: date.fromordinal(days[0] + _DAY_ZERO),
        )

    def sql_type(self, type_: ValueType) -> str:
        """The engine's name for the type of a value."""
        if type_.kind.numeric:
            return "double precision" if type_.scale is None else "numeric"
        return _TYPES.get(type_.kind, "bigint")

    def null(self, type_: ValueType) -> str:
        return f"NULL::{self.sql_type(type_)}"

    def cast(self, sql: str, type_: ValueType) -> str:
        return f"({sql})::{self.sql_type(type_)}"

    def placeholder(self, number: int, type_: ValueType) -> str:
        return f"${number}::{self.sql_type(type_)}"

    def encode(self, value: object, type_: ValueType) -> Any:
        if value is None:
            return None
        if type_.kind.numeric:
            return _encode_number(value, type_.scale)
        if isinstance(value, datetime) and type_.kind is Kind.DATETIME:
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        if type_.kind.entity:
            return int(value)  # type: ignore[call-overload]
        return bool(value) if type_.kind is Kind.BOOLEAN else value

    def decode(self, value: Any, type_: ValueType) -> Any:
        if value is None:
            return None
        if type_.kind.numeric and type_.scale is not None:
            exact = Decimal(value)
            return int(exact) if type_.scale == 0 else round(exact, type_.scale)
        if type_.kind is Kind.DATETIME:
            return value.astimezone(UTC)
        return float(value) if type_.kind.numeric else value

    def folded_texts(self, parameters: Parameters, texts: Sequence[str]) -> str:
        parameters.values.append(list(texts))
        rows = f"unnest(${len(parameters.values)}::text[]) AS smalt_e(v)"
        return f"SELECT smalt_e.v, {self.fold('smalt_e.v')} AS f FROM {rows}"

    def column_ddl(self, spec: ColumnSpec) -> str:
        return _COLUMN_TYPES.get(spec.column, "bigint")

    def text(self, sql: str) -> str:
        return f"({sql})::text"

    def json_text(self, sql: str) -> str:
        return f"coalesce(to_json(({sql})::text)::text, 'null')"

    def json_array(self, element_json: str, clause: str, order: str) -> str:
        ordered = f" ORDER BY {order}" if order else ""
        return f"(SELECT '[' || coalesce(string_agg({element_json}, ','{ordered}), '') || ']' {clause})"

    def join_rows(self, element: str, separator: str, clause: str, order: str) -> str:
        return f"(SELECT string_agg({element}, {self.literal(separator)} ORDER BY {order}) {clause})"

    def fold(self, sql: str) -> str:
        return f'(smalt_fold({sql}) COLLATE "C")'

    def json_scalar(self, value: Value) -> str:
        kind, scale, sql = value.type.kind, value.type.scale, value.sql
        if kind is Kind.MONEY:
            unit = value.unit or "NULL"
            exact = f"({sql})::numeric" if scale is not None else f"smalt_cents({sql}, {unit})"
            return f"smalt_money({exact}, {unit})"
        if kind is Kind.NUMBER and scale is None:
            return f"coalesce(({sql})::numeric::text, 'null')"
        if kind is Kind.NUMBER:
            digits = f"{exact_digits(sql, scale or 0)}::text"
            return _quoted(digits) if scale else f"coalesce({digits}, 'null')"
        if kind is Kind.DATE:
            return _quoted(f"to_char({sql}, 'YYYY-MM-DD')")
        if kind is Kind.DATETIME:
            return _quoted(datetime_text(sql))
        if kind is Kind.BOOLEAN:
            return f"coalesce(({sql})::text, 'null')"
        return "'null'" if kind is Kind.BLANK else self.json_text(sql)


def datetime_text(sql: str) -> str:
    """RFC 3339 with milliseconds, in UTC."""
    return f"to_char({sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"


def _quoted(sql: str) -> str:
    return f"coalesce('\"' || {sql} || '\"', 'null')"


def _encode_number(value: object, scale: int | None) -> Decimal | float:
    if scale is None:
        return float(value)  # type: ignore[arg-type]
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)  # type: ignore[arg-type]
    rounded = exact.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, _WIDE)
    if abs(rounded) > Decimal(_LIMIT).scaleb(-scale):
        raise InvalidValueError("The number is too large.")
    return rounded


POSTGRES = PostgresDialect()
