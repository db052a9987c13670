"""How PostgreSQL writes records: with `json_build_object`, whose arguments keep their types."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.dialects.base import OTHER_DIGITS, Dialect
from kernel.values import FREE_SCALE, Kind, Value

_MOST_MEMBERS = 48
"""PostgreSQL's functions take 100 arguments; a wider object is joined from text."""


class PostgresJson(Dialect):
    """Values as arguments of `json_build_object`."""

    def as_json(self, text: str) -> str:
        return f"({text})::json"

    def json_build(self, members: Mapping[str, str]) -> str:
        if len(members) > _MOST_MEMBERS:
            joined = {k: f"coalesce(to_json({sql})::text, 'null')" for k, sql in members.items()}
            return self.as_json(self.json_object(joined))
        pairs = (f"{self.literal(key)}, {sql}" for key, sql in members.items())
        return f"json_build_object({', '.join(pairs)})"

    def json_collect(self, object_: str, place: str) -> str:
        return f"coalesce(json_agg({object_} ORDER BY {place}), '[]'::json)::text"

    def json_list(self, argument: str) -> str:
        return f"json_build_array({argument})"

    def json_argument(self, value: Value) -> str:
        kind, scale, sql = value.type.kind, value.type.scale, value.sql
        if value.rows is not None or value.json is not None:
            return self.as_json(self.json_of(value))
        if kind is Kind.TEXT:
            return f"({sql})::text"
        if kind is Kind.BOOLEAN:
            return sql
        if kind is Kind.MONEY:
            rounded = sql if scale is not None else f"smalt_cents({sql}, {value.unit or 'NULL'})"
            return self.once({"a": rounded, "u": value.unit or "NULL"}, self._money)
        if kind is Kind.DATE:
            return f"to_char({sql}, 'YYYY-MM-DD')"
        if kind is Kind.NUMBER and scale is not None:
            return f"{exact_digits(sql, scale)}{'::text' if scale else ''}"
        if kind in (Kind.PERSON, Kind.RECORD):
            name = "name" if kind is Kind.PERSON else "title"
            shape = {"id": self.text(sql), name: value.label or "NULL"}
            return f"CASE WHEN {sql} IS NOT NULL THEN {self.json_build(shape)} END"
        return self.as_json(self.json_of(value))

    def _money(self, operands: Mapping[str, str]) -> str:
        """The usual amount with two digits here; other currencies and finer amounts by a function."""
        amount, unit = operands["a"], operands["u"]
        usual = f"{amount} = round({amount}, 2) AND {unit} NOT IN ({OTHER_DIGITS})"
        shape = self.json_build({"amount": f"round({amount}, 2)::text", "currency": unit})
        rare = f"smalt_money({amount}, {unit})::json"
        return f"CASE WHEN {usual} THEN {shape} WHEN {amount} IS NOT NULL THEN {rare} END"


def exact_digits(sql: str, scale: int) -> str:
    """An exact number with the decimal places that are written."""
    digits = f"trunc({sql}, {scale})"
    return f"trim_scale({digits})" if scale >= FREE_SCALE else digits
