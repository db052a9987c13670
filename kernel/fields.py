"""The contract of a field type: what a plugin in `plugins/fields/` implements.

A plugin says which columns hold a value, how outside input becomes a value, and, where the
column alone does not say it, how the value reads in SQL. Everything else (storage, JSON,
filters, sorts, grouping, history, import) follows from the kind of the column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Generic, Literal, Protocol, TypeVar

import msgspec

from kernel.display import BY_KIND, Display
from kernel.errors import InvalidInputError, InvalidValueError
from kernel.values import Choice, Kind, Value, ValueType

C = TypeVar("C", bound=msgspec.Struct)
V = TypeVar("V")


class NoConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A field type without settings."""


class Column(StrEnum):
    """How a value is stored. Python type of each in brackets."""

    TEXT = "text"  # str, NFC, without NUL
    INTEGER = "integer"  # int, 64 bits
    DECIMAL = "decimal"  # decimal.Decimal, exact to the scale of the column
    REAL = "real"  # float, finite
    BOOLEAN = "boolean"  # bool
    DATE = "date"  # datetime.date
    DATETIME = "datetime"  # datetime.datetime, UTC, milliseconds
    CHOICE = "choice"  # int, the id of a Choice from the config
    PERSON = "person"  # str from parse (id or email); int once the kernel has found the user
    RECORD = "record"  # str from parse (id); int once the kernel has found the record
    FILE = "file"  # str from parse (id); int once the kernel has found the file; always many


FOUND = (Column.PERSON, Column.RECORD, Column.FILE)
"""Columns of identifiers that the kernel finds something for."""

ENTITIES = (Column.CHOICE, *FOUND)
"""Columns of identifiers."""


KIND_OF_COLUMN: Mapping[Column, Kind] = {
    Column.TEXT: Kind.TEXT,
    Column.INTEGER: Kind.NUMBER,
    Column.DECIMAL: Kind.NUMBER,
    Column.REAL: Kind.NUMBER,
    Column.BOOLEAN: Kind.BOOLEAN,
    Column.DATE: Kind.DATE,
    Column.DATETIME: Kind.DATETIME,
    Column.CHOICE: Kind.CHOICE,
    Column.PERSON: Kind.PERSON,
    Column.RECORD: Kind.RECORD,
    Column.FILE: Kind.FILE,
}


class FileLimits(msgspec.Struct, frozen=True):
    """What a FILE column takes: `size` in bytes, `types` such as `application/pdf` or `image/*`."""

    size: int | None = None
    types: tuple[str, ...] = ()


class ColumnSpec(msgspec.Struct, frozen=True):
    """One column of a field.

    A field with one unnamed column holds plain values; a field with several named ones holds
    a Struct (`value_type`) whose members are the columns. `many` puts the values, a list,
    into the shared link table instead (choices, people, records and files only). `sequence` makes an
    INTEGER column one that the kernel fills: a new record gets the next number of its field,
    from 1, and no number is given twice; nobody writes it.
    `target` is the id of the project whose records a RECORD column refers to, `files` what a FILE
    column takes.
    """

    column: Column
    name: str = ""
    scale: int = 0
    many: bool = False
    target: str | None = None
    sequence: bool = False
    files: FileLimits = FileLimits()


class ParseContext(msgspec.Struct, frozen=True):
    """What parsing may depend on beside the config.

    `date_order` and `decimal_comma` describe text from a file; None means that only
    unambiguous (ISO 8601) dates are read from text.
    """

    currency: str = "EUR"
    time_zone: str = "UTC"
    country: str | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    decimal_comma: bool = False


class Through(msgspec.Struct, frozen=True):
    """The hop of a derived value: forwards along `reference`, or backwards.

    Backwards, the rows are the records of `project_id` whose field `reference` points here;
    `reference` None stands for any reference field of that project, `project_id` None for
    any project.
    """

    reference: str | None = None
    project_id: str | None = None
    backwards: bool = False


class Stays(msgspec.Struct, frozen=True):
    """The stays of a record in lists as rows of a derived value, in their order.

    All of them, those in one `list` (id or name), or the one that lasts (`present`). Names in
    expressions: `seconds` (whole ones, up to now while the stay lasts), `list`.
    """

    list: str | None = None
    present: bool = False


class Exchange(msgspec.Struct, frozen=True):
    """Into which currency a derived amount is converted, by the rate of which day.

    `day` is an expression that gives a date or a moment; None stands for today. The result is
    rounded half away from zero to the digits of the currency; empty where there is no rate.
    """

    currency: str
    day: str | None = None


class NumberFormat(msgspec.Struct, frozen=True):
    """How a derived number leaves: rounded half away from zero to `decimals`.

    `money` gives a plain number the project's currency.
    """

    decimals: int | None = None
    money: bool = False


class Derivation(msgspec.Struct, frozen=True):
    """A value that is computed, never stored.

    `expression` is evaluated for this record, or for each row of `through` or `stays` that
    passes `filter`; `measure` folds those into one (sum, average, min, max, count, count_distinct,
    join), and without it the value is the list of them. An amount may be converted (`exchange`).
    """

    expression: str
    through: Through | None = None
    filter: str | None = None
    measure: Literal["sum", "average", "min", "max", "count", "count_distinct", "join"] | None = None
    separator: str = ", "
    format: NumberFormat = NumberFormat()
    stays: Stays | None = None
    exchange: Exchange | None = None


class SqlText(Protocol):
    """The pieces of SQL that a field type may need, the same for every engine."""

    def json_object(self, members: Mapping[str, str]) -> str:
        """SQL for a JSON object as text; each member is SQL that gives JSON text."""
        ...

    def json_of(self, value: Value) -> str:
        """SQL for the JSON text of a value, `null` when empty."""
        ...

    def fold(self, sql: str) -> str:
        """SQL for text made comparable without regard to case."""
        ...

    def text(self, sql: str) -> str:
        """SQL for a whole number as text."""
        ...

    def literal(self, text: str) -> str:
        """SQL for a text constant of the config."""
        ...


class FieldType(Generic[C, V]):
    """A kind of custom field.

    Subclasses set `key`, `label`, `config_type` and usually `column`, and override what
    differs from the default. Raise `InvalidValueError` for what a person can mend.
    `widget` names how pages draw and edit a value, `widget_options` are for it, `width` is that of a
    column in pixels, None as the widget has it; a page that does not know a widget shows text.
    The option `input` (email, tel, url, lines) tells the page of a form what to ask with.
    `display` writes values for people; by what they mean, unless a type has a `Display` of its own.
    `pressable` is for fields that people press: each time, the event `button.pressed` goes out.
    A search looks into stored values that read as text, unless `searchable` is False.
    """

    key: str
    label: str
    description: str = ""
    config_type: type[C] = NoConfig  # type: ignore[assignment]
    column: Column | None = None
    value_type: type[Any] | None = None
    widget: str = "text"
    widget_options: Mapping[str, Any] = {}
    width: int | None = None
    display: Display = BY_KIND
    pressable: bool = False
    searchable: bool = True

    def columns(self, config: C) -> Sequence[ColumnSpec]:
        """The stored columns; none for a derived field."""
        return [] if self.column is None else [ColumnSpec(self.column)]

    def parse(self, value: object, config: C, context: ParseContext) -> V | None:
        """Turn JSON input or the text of a cell into a value. `value` is never None or "".

        None for input that means empty, such as blank text. InvalidValueError, and nothing
        else, for what does not fit. A type that does not override this takes no input.
        """
        raise InvalidValueError("This field fills itself; it cannot be written.")

    def value(self, columns: Mapping[str, str], config: C, sql: SqlText) -> Value:
        """The value in SQL. `columns` maps the names of the column specs to SQL."""
        spec = self.columns(config)[0]
        kind = KIND_OF_COLUMN[spec.column]
        scale = spec.scale if spec.column in (Column.INTEGER, Column.DECIMAL) else None
        choices = self.choices(config) if spec.column is Column.CHOICE else ()
        target = None if spec.target is None else int(spec.target)
        type_ = ValueType(kind, scale=scale, choices=tuple(choices), project_id=target)
        return Value(type_, columns[spec.name])

    def derive(self, config: C) -> Derivation | None:
        """For a computed field: how it is computed."""
        return None

    def prepare(self, config: C, previous: C | None) -> C:
        """Check a config before it is saved and complete it (new options get their ids here)."""
        return config

    def choices(self, config: C) -> Sequence[Choice]:
        """The options of a field whose column is CHOICE, in order."""
        return ()

    def with_choices(self, config: C, names: Sequence[str]) -> C:
        """The config with options of these names added."""
        raise InvalidInputError("This field has no options.")

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        """How well the cells of a column look like this type, 0 (not at all) to 1 (surely)."""
        return 0.0

    def suggest(self, samples: Sequence[str], context: ParseContext) -> C:
        """The config of a new field that these cells fit; asked where `guess` scored highest."""
        return self.config_type()
