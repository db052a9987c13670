"""What each engine says differently when it winds records back through their history.

The history holds JSON, `{"name": [old, new]}`; from it come relations of the values that were.
`was` is the JSON object, by stored name, of the values that a record had before it changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from kernel.ids import LARGEST
from kernel.values import Kind, ValueType


class PastSql(Protocol):
    """Pieces of SQL about the past."""

    def was(self, where: str) -> str:
        """SELECT of `record_id` and `was` from those rows `h` of the history."""
        ...

    def has(self, name: str) -> str:
        """Whether `w.was` has a member, named by SQL text."""
        ...

    def value(self, path: tuple[str, ...], type_: ValueType) -> str:
        """A value in `w.was`, as a column of this type holds it; empty where it no longer fits."""
        ...

    def links(self, was: str, numbers: Mapping[str, int]) -> str:
        """SELECT of the lists in the relation `was` as rows of the link table; `numbers` are the
        field ids of what the history has by name."""
        ...

    def moment(self, milliseconds: str) -> str:
        """A moment from milliseconds since 1970."""
        ...


class SqlitePast:
    """For SQLite."""

    def was(self, where: str) -> str:
        # with min(), SQLite takes the other columns from the row that has the least
        found = (
            "SELECT h.record_id, j.key AS name, j.value -> '$[0]' AS old, min(h.id) "
            f"FROM smalt_history h, json_each(h.changes) j WHERE {where} AND j.type = 'array' "
            "GROUP BY h.record_id, j.key"
        )
        return (
            f"SELECT record_id, json_group_object(name, json(old)) AS was FROM ({found}) GROUP BY record_id"
        )

    def has(self, name: str) -> str:
        return f"json_type(w.was, '$.\"' || {name} || '\"') IS NOT NULL"

    def value(self, path: tuple[str, ...], type_: ValueType) -> str:
        place = "".join(f'."{step}"' for step in path)
        found = f"json_extract(w.was, '${place}')"
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

    def links(self, was: str, numbers: Mapping[str, int]) -> str:
        return (
            f"SELECT {_by_name(numbers, 'CAST(e.key AS INTEGER)')} AS field_id, w.record_id AS source_id, "
            "CAST(t.value AS INTEGER) AS target_id, t.key AS position "
            f"FROM {was} w, json_each(w.was) e, json_each(e.value) t WHERE e.type = 'array'"
        )

    def moment(self, milliseconds: str) -> str:
        seconds = f"strftime('%Y-%m-%dT%H:%M:%S', {milliseconds} / 1000, 'unixepoch')"
        return f"({seconds} || printf('.%03dZ', {milliseconds} % 1000))"


class PostgresPast:
    """For PostgreSQL."""

    def was(self, where: str) -> str:
        found = (
            "SELECT DISTINCT ON (h.record_id, j.key) h.record_id, j.key AS name, j.value -> 0 AS old "
            f"FROM smalt_history h CROSS JOIN LATERAL jsonb_each(h.changes::jsonb) j WHERE {where} "
            "AND jsonb_typeof(j.value) = 'array' ORDER BY h.record_id, j.key, h.id"
        )
        return f"SELECT record_id, jsonb_object_agg(name, old) AS was FROM ({found}) f GROUP BY record_id"

    def has(self, name: str) -> str:
        return f"coalesce(jsonb_exists(w.was, ({name})::text), false)"

    def value(self, path: tuple[str, ...], type_: ValueType) -> str:
        found = f"(w.was #>> '{{{','.join(path)}}}')"
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

    def links(self, was: str, numbers: Mapping[str, int]) -> str:
        # conditions may be moved to where names are that are no numbers
        return (
            f"SELECT {_by_name(numbers, _identifier('e.key'))} AS field_id, "
            f"w.record_id AS source_id, {_identifier('t.value')} AS target_id, "
            f"t.place AS position FROM {was} w CROSS JOIN LATERAL jsonb_each(w.was) e "
            "CROSS JOIN LATERAL jsonb_array_elements_text("
            "CASE WHEN jsonb_typeof(e.value) = 'array' THEN e.value ELSE '[]' END) "
            "WITH ORDINALITY AS t(value, place)"
        )

    def moment(self, milliseconds: str) -> str:
        return f"('epoch'::timestamptz + {milliseconds} * interval '1 millisecond')"


def _by_name(numbers: Mapping[str, int], other: str) -> str:
    whens = [f"WHEN '{name}' THEN {number}" for name, number in numbers.items()]
    return f"CASE e.key {' '.join(whens)} ELSE {other} END"


def _fitting(text: str, pattern: str, type_: str) -> str:
    return f"CASE WHEN {text} ~ '{pattern}' THEN {text}::{type_} END"


def _identifier(text: str) -> str:
    """An identifier as PostgreSQL's bigint; empty for text that does not fit one."""
    fits = f"{text} ~ '^[0-9]{{1,19}}$' AND lpad({text}, 19, '0') <= '{LARGEST}' COLLATE \"C\""
    return f"CASE WHEN {fits} THEN {text}::bigint END"
