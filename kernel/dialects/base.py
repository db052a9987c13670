"""What differs between the engines, as one seam.

How each kind is held, inside SQL and in columns:

| kind | SQLite | PostgreSQL |
|---|---|---|
| text | TEXT | text |
| number, exact | INTEGER × 10^scale | numeric |
| number, real | REAL | double precision |
| boolean | INTEGER 0/1 | boolean |
| date | TEXT `YYYY-MM-DD` | date |
| datetime | TEXT `YYYY-MM-DDTHH:MM:SS.mmmZ` | timestamptz |
| choice, person, record | INTEGER id | bigint id |
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kernel.fields import ColumnSpec
from kernel.values import Choice, Kind, Value, ValueType


class Parameters:
    """The parameters of one statement. `add` returns the placeholder to write into the SQL.

    Placeholders are numbered, so a piece of SQL may be written twice or moved about.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.values: list[Any] = []
        self._dialect = dialect

    def add(self, value: object, type_: ValueType) -> str:
        """Bind a Python value (str, int, Decimal, float, bool, date, datetime) as `type_`."""
        self.values.append(self._dialect.encode(value, type_))
        return self._dialect.placeholder(len(self.values), type_)


class Dialect(ABC):
    """One engine's SQL. Also what field types see as `SqlText`."""

    name: str

    # Parameters and columns
    @abstractmethod
    def placeholder(self, number: int, type_: ValueType) -> str:
        """`?3` or `$3::numeric`: always typed on PostgreSQL."""

    @abstractmethod
    def encode(self, value: object, type_: ValueType) -> Any:
        """A Python value as the driver wants it for a value of this type; None stays None."""

    @abstractmethod
    def decode(self, value: Any, type_: ValueType) -> Any:
        """The Python value (Decimal, bool, date, datetime, str, int, float) for what was read."""

    @abstractmethod
    def column_ddl(self, spec: ColumnSpec) -> str:
        """The column type of a stored field, for CREATE TABLE and ADD COLUMN."""

    # Pieces of SQL
    @abstractmethod
    def json_text(self, sql: str) -> str:
        """JSON string (or `null`) of a text."""

    @abstractmethod
    def json_array(self, element_json: str, clause: str, order: str) -> str:
        """Scalar subquery: JSON array text of the elements over `FROM … WHERE …`, `[]` if none."""

    @abstractmethod
    def fold(self, sql: str) -> str:
        """Text without regard to case; equal and ordered the same on every engine."""

    @abstractmethod
    def text(self, sql: str) -> str:
        """An id or whole number as text."""

    @abstractmethod
    def json_scalar(self, value: Value) -> str:
        """JSON text of one value of a kind without identity (not a choice, person or record)."""

    def concat(self, pieces: Sequence[str]) -> str:
        """Join pieces of SQL text; balanced, since engines limit the depth of expressions."""
        if not pieces:
            return "''"
        if len(pieces) == 1:
            return pieces[0]
        middle = len(pieces) // 2
        return f"({self.concat(pieces[:middle])} || {self.concat(pieces[middle:])})"

    def literal(self, text: str) -> str:
        """A text constant of the schema (an option's name, a key); user input goes in parameters."""
        return "'" + text.replace("\0", "").replace("'", "''") + "'"

    def json_object(self, members: Mapping[str, str]) -> str:
        """JSON object text from SQL that gives JSON text."""
        pieces: list[str] = []
        for number, (key, sql) in enumerate(members.items()):
            opening = "{" if number == 0 else ","
            pieces += [self.literal(f"{opening}{json.dumps(key)}:"), sql]
        return self.concat([*pieces, "'}'"]) if pieces else "'{}'"

    def json_of(self, value: Value) -> str:
        """JSON text of a value in the shape of the REST contract; see `SqlText`."""
        element = value.json or self._json_element(value)
        if value.rows is None:
            return element
        return self.json_array(element, value.rows.clause(), value.rows.order())

    def sort_key(self, value: Value) -> str:
        """SQL by which single values of any kind are ordered; empty (NULL) where they are.

        Text, people and records order without regard to case, choices as they are arranged.
        """
        kind = value.type.kind
        if kind is Kind.TEXT:
            return self.fold(value.sql)
        if kind in (Kind.PERSON, Kind.RECORD):
            return self.fold(value.label or self.text(value.sql))
        if kind is Kind.CHOICE:
            return self._by_choice(value, lambda index, _: str(index))
        return value.sql

    def choice_label(self, value: Value) -> str:
        """SQL for the name of a choice."""
        return value.label or self._by_choice(value, lambda _, choice: self.literal(choice.name))

    def _json_element(self, value: Value) -> str:
        kind = value.type.kind
        if kind is Kind.CHOICE:
            return self._by_choice(value, lambda _, choice: self.literal(_choice_json(choice)), "'null'")
        if kind not in (Kind.PERSON, Kind.RECORD):
            return self.json_scalar(value)
        member = '","name":' if kind is Kind.PERSON else '","title":'
        label = self.json_text(value.label or "NULL")
        shape = self.concat(['\'{"id":"\'', self.text(value.sql), self.literal(member), label, "'}'"])
        return f"CASE WHEN {value.sql} IS NULL THEN 'null' ELSE {shape} END"

    def _by_choice(self, value: Value, pick: Callable[[int, Choice], str], other: str = "NULL") -> str:
        """A CASE over the choices; ids that are no longer there give `other`."""
        whens = [f"WHEN {c.id} THEN {pick(i, c)}" for i, c in enumerate(value.type.choices)]
        return f"CASE {value.sql} {' '.join(whens)} ELSE {other} END" if whens else other


def _choice_json(choice: Choice) -> str:
    return json.dumps({"id": str(choice.id), "name": choice.name, "color": choice.color})
