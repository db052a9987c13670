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
| choice, person, record, file | INTEGER id | bigint id |
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from kernel.currencies import WITH_FOUR_DIGITS, WITH_THREE_DIGITS, WITHOUT_DIGITS
from kernel.dialects.past import PastSql
from kernel.dialects.search_sql import SearchSql
from kernel.dialects.statements import Statements
from kernel.dialects.templates import Templates
from kernel.fields import ColumnSpec
from kernel.values import FILE_CONTENT, INTEGER, Choice, Kind, Value, ValueType

Rounding = Literal["nearest", "up", "down", "floor", "ceiling"]
"""Nearest: halves away from zero. Up and down: away from zero and towards it."""

_PLACEHOLDER = re.compile(r"'(?:[^']|'')*'|([?$])(\d+)")
"""Quoted text, which is passed over, or a placeholder."""

_LITERAL = re.compile(r"\(*(?:NULL|TRUE|FALSE|[-+]?[\d.]+(?:e[-+]?\d+)?|'(?:[^']|'')*')\)*", re.IGNORECASE)
_SIMPLE = re.compile(r'(?:["\w]+\.)?["\w]+|[?$]\d+(?:::[\w ]+)?|NULL')

GROUPED = "/*grouped*/"
"""Marks an aggregate over grouped rows. SQLite refuses one inside a subquery's FROM, so `once`
writes it several times; engines compute equal aggregates only once anyway."""


OTHER_DIGITS = ", ".join(f"'{code}'" for code in (*WITHOUT_DIGITS, *WITH_THREE_DIGITS, *WITH_FOUR_DIGITS))
"""For `NOT IN (…)`: the currencies whose amounts do not have two decimal places."""


class Parameters:
    """The parameters of one statement. `add` returns the placeholder to write into the SQL.

    Placeholders are numbered, so a piece of SQL may be written twice or moved about.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.values: list[Any] = []
        self.pieces: dict[str, Any] = {}
        self.bounds: dict[str, tuple[float, float]] = {}
        self._dialect = dialect

    def add(self, value: object, type_: ValueType) -> str:
        """Bind a Python value (str, int, Decimal, float, bool, date, datetime) as `type_`."""
        self.values.append(self._dialect.encode(value, type_))
        return self._dialect.placeholder(len(self.values), type_)

    def prune(self, sql: str) -> tuple[str, tuple[Any, ...]]:
        """A finished statement with only the parameters that it names, renumbered in their order.

        Compiling may bind a constant that is then not needed, and no engine accepts those.
        """
        used = sorted({int(number) for _, number in _PLACEHOLDER.findall(sql) if number})
        if len(used) == len(self.values):
            return sql, tuple(self.values)
        places = {number: place for place, number in enumerate(used, 1)}

        def renumber(found: re.Match[str]) -> str:
            return found[0] if found[2] is None else f"{found[1]}{places[int(found[2])]}"

        return _PLACEHOLDER.sub(renumber, sql), tuple(self.values[number - 1] for number in used)


class Dialect(ABC):
    """One engine's SQL. Also what field types see as `SqlText`."""

    name: str
    templates: Templates
    past: PastSql
    statements: Statements
    search: SearchSql

    # Parameters and columns
    @abstractmethod
    def placeholder(self, number: int, type_: ValueType) -> str:
        """`?3` or `$3::numeric`: always typed on PostgreSQL."""

    @abstractmethod
    def encode(self, value: object, type_: ValueType) -> Any:
        """A Python value as the driver wants it for a value of this type; None stays None."""

    def encoder(self, type_: ValueType) -> Callable[[Any], Any]:
        """`encode` for one type, for loops over many values; whole numbers and text pass as they are."""
        if type_.kind in (Kind.TEXT, Kind.RECORD):
            return unchanged
        return lambda value: None if value is None else self.encode(value, type_)

    @abstractmethod
    def decode(self, value: Any, type_: ValueType) -> Any:
        """The Python value (Decimal, bool, date, datetime, str, int, float) for what was read."""

    @abstractmethod
    def column_ddl(self, spec: ColumnSpec) -> str:
        """The column type of a stored field, for CREATE TABLE and ADD COLUMN."""

    @abstractmethod
    def folded_texts(self, parameters: Parameters, texts: Sequence[str]) -> str:
        """A SELECT of texts, `v`, with what they are compared by, `f`."""

    # Numbers
    @abstractmethod
    def exchange(self, amount: str, scale: int, direct: str, inverse: str, digits: int) -> str:
        """An amount times the rate `direct`, else divided by `inverse`, with `digits` places; the rates are
        SQL of text. The result has `EXCHANGE_SCALE` places."""

    @abstractmethod
    def exact(self, sql: str, scale: int) -> str:
        """The result of exact arithmetic; empty when it does not fit into 64 bits at its scale."""

    @abstractmethod
    def real(self, sql: str) -> str:
        """The result of double precision; empty beyond 1e100, zero below 1e-100."""

    @abstractmethod
    def to_real(self, sql: str, scale: int) -> str:
        """An exact number in double precision."""

    @abstractmethod
    def to_scale(self, sql: str, scale: int, wanted: int) -> str:
        """An exact number with more places (`wanted` >= `scale`)."""

    @abstractmethod
    def round(self, sql: str, scale: int | None, places: int, mode: Rounding) -> str:
        """Round to `places` (may be negative); the result has scale max(places, 0)."""

    @abstractmethod
    def number_text(self, sql: str, scale: int | None) -> str:
        """A number as people write it: no exponent, no trailing zeros after the point."""

    @abstractmethod
    def amount_text(self, sql: str, scale: int | None, unit: str) -> str:
        """An amount with the digits of its currency, without the currency."""

    @abstractmethod
    def sum(self, sql: str, scale: int | None) -> str:
        """The aggregate, safe from overflow; exact terms are written twice on SQLite."""

    @abstractmethod
    def median(self, sql: str) -> str:
        """The aggregate, of numbers in double precision."""

    @abstractmethod
    def integer(self, sql: str, limit: int) -> str:
        """A whole exact number as a plain integer; empty beyond ±limit."""

    # Times
    @abstractmethod
    def date_text(self, sql: str) -> str:
        """A date as `YYYY-MM-DD`."""

    @abstractmethod
    def minute_text(self, sql: str) -> str:
        """A wall clock time, from `local`, as `YYYY-MM-DD HH:MM`."""

    @abstractmethod
    def day_start(self, sql: str, zone: str) -> str:
        """The moment at which a date begins in an IANA time zone."""

    @abstractmethod
    def local(self, sql: str, zone: str) -> str:
        """A moment as wall clock time: text on SQLite, timestamp on PostgreSQL."""

    @abstractmethod
    def local_date(self, sql: str, zone: str) -> str:
        """The date on which a moment falls in a time zone."""

    @abstractmethod
    def moment(self, sql: str) -> str:
        """The moment of milliseconds since 1970, as times stand in the kernel's tables."""

    # Pieces of SQL
    def shallow(
        self, sql: str, parameters: Parameters, row: Hashable, visible: Collection[Hashable], condition: bool
    ) -> str:
        """The same SQL, cut into pieces where an engine's parser minds its depth.

        `row` names the row for which the SQL holds, `visible` the rows that can be read there.
        """
        return sql

    def too_deep(self, sql: str, parameters: Parameters) -> bool:
        """Whether the engine's parser would refuse the SQL for its depth."""
        return False

    def null(self, type_: ValueType) -> str:
        """An empty value of a type."""
        return "NULL"

    def cast(self, sql: str, type_: ValueType) -> str:
        """The result of an engine's function as the type that values of this kind have."""
        return sql

    def once(self, pieces: Mapping[str, str], write: Callable[[Mapping[str, str]], str]) -> str:
        """SQL that names its operands several times but writes and evaluates long ones once.

        Without this the SQL of nested functions would grow exponentially.
        """
        long = {name: sql for name, sql in pieces.items() if not is_simple(sql) and GROUPED not in sql}
        if not long:
            return write(pieces)
        inner = ", ".join(f"{sql} AS {name}" for name, sql in long.items())
        named = {name: f"smalt_v.{name}" if name in long else sql for name, sql in pieces.items()}
        # the OFFSET keeps the planner from putting the operands back in place of their names
        return f"(SELECT {write(named)} FROM (SELECT {inner} LIMIT 1 OFFSET 0) AS smalt_v)"

    @abstractmethod
    def json_text(self, sql: str) -> str:
        """JSON string (or `null`) of a text."""

    @abstractmethod
    def json_array(self, element_json: str, clause: str, order: str) -> str:
        """Scalar subquery: JSON array text of the elements over `FROM … WHERE …`, `[]` if none."""

    @abstractmethod
    def join_rows(self, element: str, separator: str, clause: str, order: str) -> str:
        """Scalar subquery: texts in one, those that are empty left out."""

    @abstractmethod
    def fold(self, sql: str) -> str:
        """Text without regard to case; equal and ordered the same on every engine."""

    @abstractmethod
    def text(self, sql: str) -> str:
        """An id or whole number as text."""

    @abstractmethod
    def json_scalar(self, value: Value) -> str:
        """JSON text of one value of a kind without identity (not a choice, person, record or file)."""

    @abstractmethod
    def as_json(self, text: str) -> str:
        """JSON text as an argument for `json_build`."""

    @abstractmethod
    def json_argument(self, value: Value) -> str:
        """A value as an argument for `json_build`; the same JSON as `json_of`, by the quickest way."""

    @abstractmethod
    def json_build(self, members: Mapping[str, str]) -> str:
        """A JSON object from arguments; SQL NULL becomes `null`. Itself an argument."""

    @abstractmethod
    def json_collect(self, object_: str, place: str) -> str:
        """Aggregate: the JSON array, as text, of the objects of all rows in the order of `place`.

        On SQLite the rows must come in that order by themselves.
        """

    @abstractmethod
    def json_list(self, argument: str) -> str:
        """A JSON array of one argument."""

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

    def orderable(self, value: Value) -> Value:
        """The same value, not as a literal: to order and group by one means a column, or nothing."""
        if not _LITERAL.fullmatch(value.sql):
            return value
        return replace(value, sql=f"coalesce({value.sql}, {self.null(value.type)})")

    def sort_key(self, value: Value) -> str:
        """SQL by which single values of any kind are ordered; empty (NULL) where they are.

        Text, people, records and files order without regard to case, choices as they are arranged.
        """
        kind = value.type.kind
        if kind is Kind.TEXT:
            return self.fold(value.sql)
        if kind in (Kind.PERSON, Kind.RECORD, Kind.FILE):
            return self.fold(value.label or self.text(value.sql))
        if kind is Kind.CHOICE:
            return self._by_choice(value, lambda index, _: str(index), self.null(INTEGER))
        return self.orderable(value).sql

    def choice_label(self, value: Value) -> str:
        """SQL for the name of a choice."""
        return value.label or self._by_choice(value, lambda _, choice: self.literal(choice.name))

    def _json_element(self, value: Value) -> str:
        kind = value.type.kind
        if kind is Kind.CHOICE:
            return self._by_choice(value, lambda _, choice: self.literal(_choice_json(choice)), "'null'")
        if kind is Kind.FILE:
            return self._file_json(value.sql)
        if kind not in (Kind.PERSON, Kind.RECORD):
            return self.json_scalar(value)
        member = '","name":' if kind is Kind.PERSON else '","title":'
        label = self.json_text(value.label or "NULL")
        shape = self.concat(['\'{"id":"\'', self.text(value.sql), self.literal(member), label, "'}'"])
        return f"CASE WHEN {value.sql} IS NULL THEN 'null' ELSE {shape} END"

    def _file_json(self, sql: str) -> str:
        """Everything but the id stands in the row of the file."""
        id_, before, after = self.text("smalt_f.id"), *FILE_CONTENT.split("{}")
        members = {
            "id": self.json_text(id_),
            "name": self.json_text("smalt_f.name"),
            "size": self.text("smalt_f.size"),
            "content_type": self.json_text("smalt_f.content_type"),
            "url": self.json_text(self.concat([self.literal(before), id_, self.literal(after)])),
        }
        shape = self.json_object(members)
        return f"coalesce((SELECT {shape} FROM smalt_file smalt_f WHERE smalt_f.id = {sql}), 'null')"

    def _by_choice(self, value: Value, pick: Callable[[int, Choice], str], other: str = "NULL") -> str:
        """A CASE over the choices; ids that are no longer there give `other`."""
        whens = [f"WHEN {c.id} THEN {pick(i, c)}" for i, c in enumerate(value.type.choices)]
        return f"CASE {value.sql} {' '.join(whens)} ELSE {other} END" if whens else other


def unchanged(value: Any) -> Any:
    """The encoder of what the driver takes as it is."""
    return value


def is_simple(sql: str) -> bool:
    """A column or placeholder: cheap to write more than once."""
    return _SIMPLE.fullmatch(sql) is not None


def _choice_json(choice: Choice) -> str:
    return json.dumps({"id": str(choice.id), "name": choice.name, "color": choice.color})
