"""Kinds of values: what the expression language, the fields and the SQL compiler agree on.

A kind is a meaning (money, a day, a person), not a field type: many field types share one kind.
How each kind is held by each engine is said in `kernel.dialects`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

FILE_CONTENT = "/api/v1/files/{}/content"
"""Where the content of a file is read, by its id."""

MAXIMUM_SCALE = 8
"""Decimal places up to which numbers stay exact; beyond, arithmetic is in double precision."""
FREE_SCALE = 6
"""From so many exact decimal places on, those that are zero at the end are not written."""
EXCHANGE_SCALE = 4
"""Decimal places of an amount in another currency."""


class Kind(StrEnum):
    """What a value means."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    PERSON = "person"
    RECORD = "record"
    FILE = "file"
    BLANK = "blank"

    @property
    def numeric(self) -> bool:
        return self in (Kind.NUMBER, Kind.MONEY)

    @property
    def temporal(self) -> bool:
        return self in (Kind.DATE, Kind.DATETIME)

    @property
    def entity(self) -> bool:
        """Has an identity and a label: a choice, a person, a record or a file."""
        return self in (Kind.CHOICE, Kind.PERSON, Kind.RECORD, Kind.FILE)


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a fixed list: a select option, a list of the pipeline, a tag."""

    id: int
    name: str
    color: str | None = None


@dataclass(frozen=True, slots=True)
class ValueType:
    """The static type of a value.

    `scale` counts exact decimal places (0: whole numbers); None on a number means double precision.
    `many` means that a row has any number of such values, in order.
    """

    kind: Kind
    scale: int | None = None
    many: bool = False
    choices: tuple[Choice, ...] = ()
    project_id: int | None = None

    def one(self) -> ValueType:
        return replace(self, many=False)


class RowSource(Protocol):
    """The rows that a value with `many` ranges over, correlated to the row outside."""

    def clause(self) -> str:
        """`FROM … WHERE …`, complete; call it last, since compiling may still add joins.

        The WHERE is always there and takes further terms with AND.
        """
        ...

    def order(self) -> str:
        """The ORDER BY terms that give the values their order."""
        ...


def anywhere(rows: RowSource, condition: str | None) -> str | None:
    """SQL for whether a condition holds in any of the rows."""
    return None if condition is None else f"EXISTS (SELECT 1 {rows.clause()} AND ({condition}))"


@dataclass(frozen=True, slots=True)
class Value:
    """A typed piece of SQL.

    `sql` is the element: for `many` it is evaluated once per row of `rows`.
    `unit` is SQL for the currency code of money; `label` is SQL for the text that people see
    of a person or record; `json` overrides the JSON that the kind would give. `conflict` is
    SQL that is true where amounts of different currencies made the value (any of many) empty. `aliases` are
    SQL for other texts that `=` and IN take for the value. `order` is SQL for a whole number by
    which values sort whose text would mislead.
    """

    type: ValueType
    sql: str
    unit: str | None = None
    label: str | None = None
    json: str | None = None
    conflict: str | None = None
    rows: RowSource | None = None
    aliases: tuple[str, ...] = ()
    order: str | None = None


TEXT = ValueType(Kind.TEXT)
INTEGER = ValueType(Kind.NUMBER, scale=0)
REAL = ValueType(Kind.NUMBER, scale=None)
BOOLEAN = ValueType(Kind.BOOLEAN)
DATE = ValueType(Kind.DATE)
DATETIME = ValueType(Kind.DATETIME)
ID = ValueType(Kind.RECORD)
"""An identifier as a column or parameter holds it: 64 bits."""

BLANK = ValueType(Kind.BLANK)
