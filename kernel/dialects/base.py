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

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from kernel.fields import ColumnSpec
from kernel.values import Value, ValueType


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
    def json_of(self, value: Value) -> str:
        """JSON text of a value in the shape of the REST contract; see `SqlText`."""

    @abstractmethod
    def json_object(self, members: Mapping[str, str]) -> str:
        """JSON object text from SQL that gives JSON text."""

    @abstractmethod
    def json_array(self, element_json: str, clause: str, order: str) -> str:
        """Scalar subquery: JSON array text of the elements over `FROM … WHERE …`, `[]` if none."""

    @abstractmethod
    def concat(self, pieces: Sequence[str]) -> str:
        """Join pieces of SQL text; balanced, since engines limit the depth of expressions."""

    @abstractmethod
    def fold(self, sql: str) -> str:
        """Text without regard to case; equal and ordered the same on every engine."""
