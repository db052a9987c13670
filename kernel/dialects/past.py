"""What each engine says differently when it winds records back through their history.

The history holds JSON, `{"name": [old, new]}`: the old value of the first change since is what was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from kernel.ids import LARGEST
from kernel.values import Kind, ValueType


class LinkRows(NamedTuple):
    """Rows of links as a query reads them: table, condition, what orders them, SQL of what they point to.

    `apart` is the table and the condition to read instead where these rows are joined with others in
    parentheses, which cannot look at the record.
    """

    table: str
    where: str
    order: str
    target: str
    apart: tuple[str, str] | None = None


class PastSql(Protocol):
    """Pieces of SQL about the past."""

    def has(self, row: str, name: str) -> str:
        """Whether a row of the history has a change of what SQL text names."""
        ...

    def value(self, path: tuple[str, ...], type_: ValueType) -> str:
        """The old value in the row `h`, as a column of this type holds it; empty where it no longer fits."""
        ...

    def links(self, where: str, numbers: Mapping[str, int]) -> str:
        """SELECT of the old lists of rows `h`, by name `j.key`, as rows of the link table; `numbers` are
        the field ids of what the history has by name."""
        ...

    def list_of(self, changed: str, name: str, now: str, then: LinkRows, alias: str) -> LinkRows | None:
        """The links of one record and field without the link table of the past, which SQLite would read
        whole for each record; None where that is not so. `changed` are the rows `h` of the history that
        change the list of this name, `now` is what follows FROM for the links of today, `then` are the
        rows of that table."""
        ...

    def moment(self, milliseconds: str) -> str:
        """A moment from milliseconds since 1970."""
        ...


class SqlitePast:
    """For SQLite."""

    def has(self, row: str, name: str) -> str:
        return f"json_type({row}.changes, '$.\"' || {name} || '\"') = 'array'"

    def value(self, path: tuple[str, ...], type_: ValueType) -> str:
        inside = "".join(f'."{step}"' for step in path[1:])
        found = f"json_extract(h.changes, '$.\"{path[0]}\"[0]{inside}')"
        match type_.kind:
            case Kind.NUMBER if type_.scale is not None:
                return f"smalt_scaled({found}, {type_.scale})"
            case Kind.NUMBER:
                return f"CAST({found} AS REAL)"
            case Kind.DATETIME:
                return f"strftime('%Y-%m-%dT%H:%M:%fZ', {found})"
            case Kind.DATE:
                return f"date({found})"
            case Kind.TEXT:
                return f"CAST({found} AS TEXT)"
        return f"CAST({found} AS INTEGER)"

    def links(self, where: str, numbers: Mapping[str, int]) -> str:
        return (
            f"SELECT {_by_name(numbers, 'CAST(j.key AS INTEGER)')} AS field_id, h.record_id AS source_id, "
            "CAST(t.value AS INTEGER) AS target_id, t.key AS position "
            "FROM smalt_history h, json_each(h.changes) j, json_each(j.value, '$[0]') t "
            f"WHERE {where} AND j.type = 'array' AND json_type(j.value, '$[0]') = 'array'"
        )

    def list_of(self, changed: str, name: str, now: str, then: LinkRows, alias: str) -> LinkRows | None:
        held = f"coalesce(json_extract(h.changes, '$.\"{name}\"[0]'), '[]')"
        old = f"SELECT {held} {changed} ORDER BY h.id LIMIT 1"
        present = f"SELECT json_group_array(target_id) FROM (SELECT target_id FROM {now} ORDER BY position)"
        table = f"json_each(coalesce(({old}), ({present}))) {alias}"
        alike = f"SELECT {alias}.*, {then.target} AS value, {then.order} AS key FROM {then.table}"
        apart = f"({alike}) {alias}", then.where
        return LinkRows(table, "1 = 1", f"{alias}.key", f"CAST({alias}.value AS INTEGER)", apart)

    def moment(self, milliseconds: str) -> str:
        seconds = f"strftime('%Y-%m-%dT%H:%M:%S', {milliseconds} / 1000, 'unixepoch')"
        return f"({seconds} || printf('.%03dZ', {milliseconds} % 1000))"


class PostgresPast:
    """For PostgreSQL."""

    def has(self, row: str, name: str) -> str:
        return f"jsonb_typeof({row}.changes::jsonb -> ({name})::text) = 'array'"

    def value(self, path: tuple[str, ...], type_: ValueType) -> str:
        found = f"(h.changes::jsonb #>> '{{{','.join([path[0], '0', *path[1:]])}}}')"
        match type_.kind:
            case Kind.TEXT:
                return found
            case Kind.BOOLEAN:
                return f"({found} = 'true')"
            case Kind.DATE:
                return _fitting(found, "^[0-9]{4,}-[0-9]{2}-[0-9]{2}$", "date")
            case Kind.DATETIME:
                return _fitting(found, "^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)$", "timestamptz")
            case Kind.NUMBER:
                wanted = "numeric" if type_.scale is not None else "double precision"
                return _fitting(found, "^-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?$", wanted)
        return _identifier(found)

    def links(self, where: str, numbers: Mapping[str, int]) -> str:
        # conditions may be moved to where names are that are no numbers
        return (
            f"SELECT {_by_name(numbers, _identifier('j.key'))} AS field_id, h.record_id AS source_id, "
            f"{_identifier('t.value')} AS target_id, t.place AS position "
            "FROM smalt_history h CROSS JOIN LATERAL jsonb_each(h.changes::jsonb) j "
            "CROSS JOIN LATERAL jsonb_array_elements_text("
            "CASE WHEN jsonb_typeof(j.value -> 0) = 'array' THEN j.value -> 0 ELSE '[]' END) "
            f"WITH ORDINALITY AS t(value, place) WHERE {where} AND jsonb_typeof(j.value) = 'array'"
        )

    def list_of(self, changed: str, name: str, now: str, then: LinkRows, alias: str) -> LinkRows | None:
        return None

    def moment(self, milliseconds: str) -> str:
        return f"('epoch'::timestamptz + {milliseconds} * interval '1 millisecond')"


def _by_name(numbers: Mapping[str, int], other: str) -> str:
    whens = [f"WHEN '{name}' THEN {number}" for name, number in numbers.items()]
    return f"CASE j.key {' '.join(whens)} ELSE {other} END"


def _fitting(text: str, pattern: str, type_: str) -> str:
    return f"CASE WHEN {text} ~ '{pattern}' THEN {text}::{type_} END"


def _identifier(text: str) -> str:
    """An identifier as PostgreSQL's bigint; empty for text that does not fit one."""
    fits = f"{text} ~ '^[0-9]{{1,19}}$' AND lpad({text}, 19, '0') <= '{LARGEST}' COLLATE \"C\""
    return f"CASE WHEN {fits} THEN {text}::bigint END"
