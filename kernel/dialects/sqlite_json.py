"""How SQLite writes records: with its own `json_object`, several times quicker than joining text.

The arguments of `json_object` carry JSON as a subtype that SQLite passes on through CASE and
scalar subqueries; text without it is quoted.
"""

from __future__ import annotations

from collections.abc import Mapping

from kernel.dialects.base import OTHER_DIGITS, Dialect
from kernel.values import Kind, Value

_OTHER_CODES = f"'{OTHER_DIGITS.replace(chr(39), '')}'"
"""One text to look a currency up in: a list would become a table in every place it stands."""

_SHORT = 400
_MOST_MEMBERS = 60
"""SQLite functions take 127 arguments; a wider object is joined from text."""


class SqliteJson(Dialect):
    """Values as arguments of `json_object`."""

    def as_json(self, text: str) -> str:
        return f"json({text})"

    def json_build(self, members: Mapping[str, str]) -> str:
        if len(members) > _MOST_MEMBERS:
            return self.as_json(self.json_object({k: f"json_quote({sql})" for k, sql in members.items()}))
        pairs = (f"{self.literal(key)}, {sql}" for key, sql in members.items())
        return f"json_object({', '.join(pairs)})"

    def json_collect(self, object_: str, place: str) -> str:
        return f"json_group_array({object_})"

    def json_list(self, argument: str) -> str:
        return f"json_array({argument})"

    def json_argument(self, value: Value) -> str:
        kind, scale, sql = value.type.kind, value.type.scale, value.sql
        if value.rows is not None or value.json is not None:
            return self.as_json(self.json_of(value))
        if kind in (Kind.TEXT, Kind.DATE, Kind.DATETIME) or (kind is Kind.NUMBER and scale in (0, None)):
            return sql
        if kind is Kind.MONEY and scale not in (0, 1):
            return self._money_of(sql, scale, value.unit or "NULL")
        if kind is Kind.CHOICE and value.type.choices:
            return self._choice(value)
        if kind in (Kind.PERSON, Kind.RECORD):
            name = "name" if kind is Kind.PERSON else "title"
            shape = {"id": self.text(sql), name: value.label or "NULL"}
            return f"CASE WHEN {sql} IS NOT NULL THEN {self.json_build(shape)} END"
        return self.as_json(self.json_of(value))

    def _choice(self, value: Value) -> str:
        """A CASE of objects, which need not be parsed again as texts would."""
        shapes = ((c, {"id": str(c.id), "name": c.name}) for c in value.type.choices)
        whens = [f"WHEN {c.id} THEN {self._constant(shape, c.color)}" for c, shape in shapes]
        return f"CASE {value.sql} {' '.join(whens)} END"

    def _constant(self, shape: Mapping[str, str], color: str | None) -> str:
        members = {name: self.literal(text) for name, text in shape.items()}
        return self.json_build(members | {"color": "NULL" if color is None else self.literal(color)})

    def _money_of(self, amount: str, scale: int | None, unit: str) -> str:
        """Short arithmetic is quicker written several times than put aside in a subquery."""
        if len(amount) + len(unit) <= _SHORT and "SELECT" not in amount + unit and "smalt_" not in amount:
            return self._money(amount, scale, unit)
        operands = {"a": amount, "u": unit}
        return self.once(operands, lambda named: self._money(named["a"], scale, named["u"]))

    def _money(self, amount: str, scale: int | None, unit: str) -> str:
        """The usual amount with two digits here; other currencies and finer amounts in Python."""
        usual, digits = _approximate(amount) if scale is None else _exact(amount, scale)
        shape = self.json_build({"amount": digits, "currency": unit})
        rare = f"json(smalt_money({amount}, {-1 if scale is None else scale}, {unit}))"
        common = f"{usual} AND instr({_OTHER_CODES}, {unit}) = 0"
        return f"CASE WHEN {common} THEN {shape} WHEN {amount} IS NOT NULL THEN {rare} END"


def _exact(amount: str, scale: int) -> tuple[str, str]:
    """For a scaled integer: whether it has two places and 15 digits at the most, and its text then."""
    whole, cents, limit = 10**scale, 10 ** (scale - 2), 10 ** min(18, 13 + scale)
    within = f"{amount} BETWEEN -{limit} AND {limit}"
    return f"{amount} % {cents} = 0 AND {within}", f"printf('%.2f', {amount} / {whole}.0)"


def _approximate(amount: str) -> tuple[str, str]:
    """For double precision: the nudge makes halves go up that binary fractions leave just below."""
    return f"{amount} >= 0 AND {amount} < 1e13", f"printf('%.2f', {amount} * 1.00000000000001)"
