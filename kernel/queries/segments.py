"""An order cut into stretches that an index can serve each, and the place where a page goes on.

Engines walk an index only for an order that it has: empty values last is none of those in one of
two directions, and choices stand in it by their ids. So a sort by a column is read as the rows
that have a value, then those that have none; a sort by a choice as one stretch per choice; and
the rows behind a place as those equal in the first key, then those beyond. A stretch is only read
when those before it have not filled the page, so a deep page costs what the first one costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from kernel.dialects.base import Parameters
from kernel.queries.frames import Frame
from kernel.queries.sorting import SortKey
from kernel.values import INTEGER, Kind

Values = Sequence[Any] | None
"""Where a page goes on, a value per key; None at the beginning."""


@dataclass(frozen=True)
class Segment:
    """The rows that pass `condition`, ordered by `keys`.

    `columns` are SQL for the values of all keys of the sort. `required` is the alias of a joined
    row that these rows have.
    """

    condition: str
    keys: tuple[SortKey, ...]
    columns: tuple[str, ...]
    required: str = ""


def page_select(
    frame: Frame, keys: Sequence[SortKey], values: Values, limit: int, parameters: Parameters, offset: int = 0
) -> str:
    """A SELECT of the keys `k0`, `k1`, … of at most `limit` rows behind `values`, in order.

    `offset` rows are passed over first, which costs as much as they do in an index.
    """
    cut = f"LIMIT {limit}" + (f" OFFSET {offset}" if offset else "")
    found = list(segments(keys, values, parameters))
    if len(found) == 1:
        return f"{_select(frame, found[0])} {cut}"
    parts = [f"{_select(frame, segment)} LIMIT {limit + offset}" for segment in found]
    joined = " UNION ALL ".join(f"SELECT * FROM ({part}) part{n}" for n, part in enumerate(parts))
    return f"{joined} {cut}"


def _select(frame: Frame, segment: Segment) -> str:
    columns = ", ".join(f"{sql} AS k{n}" for n, sql in enumerate(segment.columns))
    order = ", ".join(key.term(key.sql) for key in segment.keys)
    clause = frame.clause_of(segment.condition, segment.required)
    return f"SELECT {columns} {clause} ORDER BY {order}"


def segments(keys: Sequence[SortKey], values: Values, parameters: Parameters) -> Iterator[Segment]:
    """The stretches of a sort, but for those that lie before the place that `values` name."""
    keys = tuple(keys)
    first = keys[0]
    if first.places:
        yield from _by_choice(keys, values, parameters)
    elif first.source and first.nullable:
        yield from _filled_then_empty(keys, values, parameters)
    else:
        columns = tuple(k.sql for k in keys)
        yield from _behind(Segment("", keys, columns), values, parameters)


def _filled_then_empty(
    keys: tuple[SortKey, ...], values: Values, parameters: Parameters
) -> Iterator[Segment]:
    first, rest = keys[0], keys[1:]
    columns = tuple(k.sql for k in keys)
    if values is None or values[0] is not None:
        filled = (replace(first, nullable=False), *rest)
        there = _filled(first) if values is None else ""
        yield from _behind(Segment(there, filled, columns, first.source), values, parameters)
    inside = values[1:] if values is not None and values[0] is None else None
    empty = first.empty or f"{first.sql} IS NULL"
    yield from _behind(Segment(empty, rest, columns), inside, parameters)


def _filled(key: SortKey) -> str:
    """SQLite finds no place for IS NOT NULL in the index of an expression; no text is before ''."""
    return f"{key.sql} >= ''" if key.type.kind is Kind.TEXT else f"{key.sql} IS NOT NULL"


def _by_choice(keys: tuple[SortKey, ...], values: Values, parameters: Parameters) -> Iterator[Segment]:
    first, rest = keys[0], keys[1:]
    others = tuple(k.sql for k in rest)
    reached = None if values is None else values[0]
    places = list(enumerate(first.places))
    for place, choice in reversed(places) if first.descending else places:
        if values is not None and (reached is None or _passed(place, reached, first.descending)):
            continue
        columns = (parameters.add(place, INTEGER), *others)
        inside = values[1:] if values is not None and place == reached else None
        yield from _behind(Segment(f"{first.column} = {choice}", rest, columns), inside, parameters)
    inside = values[1:] if values is not None and reached is None else None
    remaining = Segment(_none_of(first.column, first.places), rest, (first.sql, *others))
    yield from _behind(remaining, inside, parameters)


def _passed(place: int, reached: int, descending: bool) -> bool:
    return place > reached if descending else place < reached


def _none_of(column: str, choices: Sequence[int]) -> str:
    """Empty, or a choice that is no longer there: as ranges, which an index can serve."""
    known = sorted(choices)
    between = [f"({column} > {low} AND {column} < {high})" for low, high in pairwise(known)]
    terms = [f"{column} IS NULL", f"{column} < {known[0]}", *between, f"{column} > {known[-1]}"]
    return f"({' OR '.join(terms)})"


def _behind(segment: Segment, values: Values, parameters: Parameters) -> Iterator[Segment]:
    """The part of a segment that lies behind a place: equal in the first key, then beyond."""
    first, rest = segment.keys[0], segment.keys[1:]
    if values is None:
        yield segment
    elif rest and first.source and not first.nullable:
        place = parameters.add(values[0], first.type)
        equal = replace(_narrowed(segment, f"{first.sql} = {place}"), keys=rest)
        yield from _behind(equal, values[1:], parameters)
        yield _narrowed(segment, _beyond(first, place))
    else:
        yield _narrowed(segment, _chain(segment.keys, values, parameters))


def _narrowed(segment: Segment, condition: str) -> Segment:
    return replace(segment, condition=" AND ".join(c for c in (segment.condition, condition) if c))


def _chain(keys: Sequence[SortKey], values: Sequence[Any], parameters: Parameters) -> str:
    """Behind in the first key; or equal in it and behind in the second; and so on."""
    alternatives = []
    equal: list[str] = []
    for key, value in zip(keys, values, strict=True):
        place = None if value is None else parameters.add(value, key.type)
        beyond = _beyond(key, place)
        if beyond:
            alternatives.append(" AND ".join([*equal, beyond]))
        equal.append(f"{key.sql} IS NULL" if place is None else f"{key.sql} = {place}")
    return "(" + " OR ".join(f"({a})" for a in alternatives) + ")"


def _beyond(key: SortKey, place: str | None) -> str:
    if place is None:
        return ""
    strictly = f"{key.sql} {'<' if key.descending else '>'} {place}"
    return f"({strictly} OR {key.sql} IS NULL)" if key.nullable else strictly
