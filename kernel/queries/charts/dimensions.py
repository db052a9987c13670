"""What tells the groups of a chart apart, the same for all of its sources.

Groups of different projects are one where people would say so: the same day or month, the same
person or record, lists, tags and options of the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from kernel.dialects.base import Dialect
from kernel.queries.charts.scales import rescaled
from kernel.text_input import fold_name
from kernel.values import TEXT, Choice, Kind, Value, ValueType

Form = Literal["none", "period", "choice", "text", "entity", "number", "boolean", "fixed", "currency"]

_FORMS: Final[Mapping[Kind, Form]] = {
    Kind.DATE: "period", Kind.DATETIME: "period", Kind.CHOICE: "choice", Kind.TEXT: "text",
    Kind.PERSON: "entity", Kind.RECORD: "entity", Kind.FILE: "entity",
    Kind.NUMBER: "number", Kind.BOOLEAN: "boolean",
    Kind.MONEY: "text", Kind.BLANK: "text",
}  # fmt: skip


class Terms(NamedTuple):
    """SQL for the key and the label of the group of one record."""

    key: str
    label: str


class Group(NamedTuple):
    """A group as it was read: `key` and `label` as they leave, `order` to sort by."""

    key: str | None
    label: str
    order: Any


@dataclass(frozen=True)
class Dimension:
    """One way of telling groups apart. `terms` are those of the sources, in their order.

    `names` are those of choices or sources in their order; `places` finds one by what the
    database answers. `repeated` says that a record may stand under several groups.
    """

    form: Form
    terms: Sequence[Terms] = ()
    interval: str | None = None
    names: Sequence[str] = ()
    keys: Sequence[str] = ()
    places: Mapping[Any, int] = field(default_factory=dict)
    number: ValueType | None = None
    repeated: bool = False

    @property
    def labelled(self) -> bool:
        """Whether labels are read too; other groups are called after their keys."""
        return any(term.label != "''" for term in self.terms)

    def columns(self, name: str) -> tuple[str, ...]:
        """What the parts of `Terms` are called, those that are read."""
        return (name, f"{name}l")[: bool(self.terms) + self.labelled]

    def read(self, key: Any, label: str | None, dialect: Dialect) -> Group:
        """The group that a row belongs to."""
        if key is None or (self.form in ("choice", "fixed") and key not in self.places):
            return Group(None, "", None)
        return _READERS[self.form](self, key, label, dialect)


NONE = Dimension("none")


def dimension(dialect: Dialect, values: Sequence[Value], interval: str | None, repeated: bool) -> Dimension:
    """The dimension of single values, one of each source; times are cut to intervals already."""
    forms = {_FORMS[v.type.kind] for v in values if v.type.kind is not Kind.BLANK} or {"text"}
    form = forms.pop() if len(forms) == 1 else "text"
    if form == "choice":
        return _choices(dialect, values, repeated)
    if form == "number":
        return _numbers(dialect, values, repeated)
    write = _WRITERS.get(form, _text)
    return Dimension(form, [write(dialect, v) for v in values], interval, repeated=repeated)


def fixed(keys: Sequence[str], names: Sequence[str], dialect: Dialect) -> Dimension:
    """Groups that are the sources themselves, or their projects."""
    terms = [Terms(dialect.literal(key), "''") for key in keys]
    distinct = list(dict.fromkeys(keys))
    shown = [names[keys.index(key)] for key in distinct]
    return Dimension(
        "fixed", terms, names=shown, keys=distinct, places={k: n for n, k in enumerate(distinct)}
    )


def _choices(dialect: Dialect, values: Sequence[Value], repeated: bool) -> Dimension:
    """Choices of one name are one; the key is the id where one source has all of them."""
    merged: dict[str, int] = {}
    names: list[str] = []
    for choice in (c for v in values for c in v.type.choices):
        if merged.setdefault(fold_name(choice.name), len(names)) == len(names):
            names.append(choice.name)
    if len(values) == 1:
        ids = {c.id: merged[fold_name(c.name)] for c in values[0].type.choices}
        # the sign keeps an engine from walking the index of the column, with a look at the table for each row
        whole = [Terms(f"+({values[0].sql})", "''")]
        return Dimension("choice", whole, names=names, keys=names, places=ids, repeated=repeated)
    terms = [Terms(_placed(v.sql, v.type.choices, merged), "''") for v in values]
    places = {n: n for n in range(len(names))}
    return Dimension("choice", terms, names=names, keys=names, places=places, repeated=repeated)


def _placed(sql: str, choices: Sequence[Choice], merged: Mapping[str, int]) -> str:
    whens = " ".join(f"WHEN {c.id} THEN {merged[fold_name(c.name)]}" for c in choices)
    return f"CASE {sql} {whens} END" if whens else "CAST(NULL AS BIGINT)"


def _numbers(dialect: Dialect, values: Sequence[Value], repeated: bool) -> Dimension:
    scales = [v.type.scale for v in values if v.type.kind is not Kind.BLANK]
    exact = [s for s in scales if s is not None]
    type_ = ValueType(Kind.NUMBER, scale=max(exact) if len(exact) == len(scales) else None)
    terms = [Terms(rescaled(dialect, v, type_.scale), "''") for v in values]
    return Dimension("number", terms, number=type_, repeated=repeated)


CURRENCY: Final = Dimension("currency")
"""Groups that are the currencies of the amounts."""


# How values of a form are written
def _text(dialect: Dialect, value: Value) -> Terms:
    """Anything by what people read of it, without regard to case."""
    kind, sql = value.type.kind, value.sql
    if kind is Kind.CHOICE:
        sql = dialect.choice_label(value)
    elif kind is Kind.MONEY:
        written = dialect.amount_text(sql, value.type.scale, value.unit or "NULL")
        sql = f"({written} || ' ' || {value.unit or 'NULL'})"
    elif kind is Kind.NUMBER:
        sql = dialect.number_text(sql, value.type.scale)
    elif kind.entity:
        sql = value.label or dialect.text(sql)
    elif kind is Kind.BOOLEAN:
        sql = f"CASE WHEN {sql} THEN 'Yes' WHEN NOT {sql} THEN 'No' END"
    elif kind is Kind.DATE:
        sql = dialect.date_text(sql)
    elif kind is not Kind.TEXT:
        sql = dialect.null(TEXT)
    return Terms(dialect.fold(sql), sql)


def _entity(dialect: Dialect, value: Value) -> Terms:
    return Terms(value.sql, value.label or dialect.text(value.sql))


def _boolean(dialect: Dialect, value: Value) -> Terms:
    return Terms(f"CASE WHEN {value.sql} THEN 1 WHEN NOT {value.sql} THEN 0 END", "''")


def _period(dialect: Dialect, value: Value) -> Terms:
    return Terms(value.sql, "''")


_WRITERS: Final[Mapping[Form, Callable[[Dialect, Value], Terms]]] = {
    "period": _period, "entity": _entity, "boolean": _boolean, "text": _text,
}  # fmt: skip


# How groups are read
def _read_choice(of: Dimension, key: Any, label: str | None, dialect: Dialect) -> Group:
    place = of.places[key]
    return Group(of.keys[place], of.names[place], place)


def _read_period(of: Dimension, key: Any, label: str | None, dialect: Dialect) -> Group:
    day = key if isinstance(key, date) else date.fromisoformat(key)
    return Group(day.isoformat(), day.isoformat(), day)


def _read_text(of: Dimension, key: Any, label: str | None, dialect: Dialect) -> Group:
    return Group(label, label or "", key)


def _read_entity(of: Dimension, key: Any, label: str | None, dialect: Dialect) -> Group:
    return Group(str(key), label or "", fold_name(label or ""))


def _read_number(of: Dimension, key: Any, label: str | None, dialect: Dialect) -> Group:
    number = dialect.decode(key, of.number or ValueType(Kind.NUMBER))
    plain = number.normalize() if isinstance(number, Decimal) else number
    text = f"{plain:f}" if isinstance(plain, Decimal) else str(plain)
    return Group(text, text, number)


def _read_currency(of: Dimension, key: Any, label: str | None, dialect: Dialect) -> Group:
    return Group(key, key, key)


def _read_boolean(of: Dimension, key: Any, label: str | None, dialect: Dialect) -> Group:
    return Group("true" if key else "false", "Yes" if key else "No", -int(key))


_READERS: Final[Mapping[Form, Callable[[Dimension, Any, str | None, Dialect], Group]]] = {
    "choice": _read_choice, "fixed": _read_choice, "period": _read_period, "text": _read_text,
    "entity": _read_entity, "number": _read_number, "currency": _read_currency, "boolean": _read_boolean,
}  # fmt: skip
