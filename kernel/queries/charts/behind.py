"""The records behind a figure of a chart: for each of its sources, the filter that leads to them.

What a filter cannot say (when a record entered a list, or one of several dates) is said by the ids of the
records, as long as they are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.expressions import parse_filter, written
from kernel.queries.charts.compiler import Ask, ChartCompiler, ChartQuery
from kernel.queries.charts.dimensions import Dimension
from kernel.queries.charts.request import ChartGrouping, Grouped, grouping
from kernel.queries.charts.sources import Source, chosen
from kernel.queries.charts.spans import Span, last_of
from kernel.queries.pages import restrict
from kernel.queries.past import at_moment
from kernel.queries.paths import value_at
from kernel.schema import Project, Schema
from kernel.storage.database import Statement
from kernel.values import DATE, Kind

MOST_LISTED: Final = 400
"""Records that a filter may name one by one."""

Key: TypeAlias = str | None
Condition: TypeAlias = str | dict[str, Any]
"""A filter: an expression, or the same as a tree."""


@dataclass(frozen=True)
class Wanted:
    """Which figure: the keys of the groups and of the series that it stands for, None for all of them.

    `running`: all groups up to the last of these. `currency`: only amounts in it.
    """

    groups: Sequence[Key] | None = None
    series: Sequence[Key] | None = None
    running: bool = False
    currency: str | None = None


@dataclass(frozen=True)
class Lead:
    """Where the records of one source are.

    `listed` asks for their ids where `condition` does not say it all.
    """

    project: Project
    name: str
    condition: Condition | None
    listed: Statement | None = None


@dataclass(frozen=True)
class _Axis:
    """One way in which a figure is narrowed: by what, and to which groups of `of`."""

    used: ChartGrouping
    interval: str | None
    of: Dimension
    keys: Sequence[Key] | None
    running: bool

    @property
    def path(self) -> str:
        return (self.used.field or "").strip("{}")


class Behind:
    """Finds the leads to one figure, for whoever may read the chart."""

    def __init__(
        self, schema: Schema, actor: Actor, ask: Ask, query: ChartQuery, dialect: Dialect, now: datetime
    ) -> None:
        self._schema = schema
        self._actor = actor
        self._ask = ask
        self._query = query
        self._dialect = dialect
        self._now = now

    def leads(self, wanted: Wanted) -> list[Lead]:
        """One for each source that has part in the figure."""
        found = (self._lead(place, project, wanted) for place, project in self._compiler().places())
        return [lead for lead in found if lead is not None]

    def _compiler(self) -> ChartCompiler:
        return ChartCompiler(at_moment(self._schema, self._actor, self._dialect, self._now, None), self._ask)

    def _lead(self, place: int, project: Project, wanted: Wanted) -> Lead | None:
        source = self._compiler().source(place, project)
        axes = list(self._axes(source, wanted))
        if not all(_has_part(axis, source) for axis in axes):
            return None
        parts: list[Condition | None] = [source.wanted.filter or None, *self._narrowed(source)]
        parts += [self._of_currency(source, axis) for axis in axes if axis.of.form == "currency"]
        if wanted.currency is not None:
            parts.append(self._in_currency(source, wanted.currency))
        fields = [axis for axis in axes if axis.of.form not in ("none", "fixed", "currency")]
        dated = [axis for axis in fields if axis.of.form == "period"]
        parts += [self._of_field(source, axis) for axis in fields if axis not in dated]
        if any(axis.used.event or _many(source, axis.path) for axis in dated):
            condition = both(*parts)
            return Lead(project, source.name, condition, self._listed(place, project, dated, condition))
        parts += [self._of_period(source, axis) for axis in dated]
        parts.append(self._in_span(source, dated))
        return Lead(project, source.name, both(*parts))

    def _axes(self, source: Source, wanted: Wanted) -> Iterator[_Axis]:
        config, query = self._ask.config, self._query
        asked: Sequence[tuple[Grouped, Grouped, Dimension, Sequence[Key] | None, bool]] = (
            (config.group_by, source.wanted.group_by, query.group, wanted.groups, wanted.running),
            (config.stack_by, None, query.stack, wanted.series, False),
        )
        for common, own, of, keys, running in asked:
            given = grouping(common)
            if given is not None:
                used = grouping(own) or given
                path = None if used.field is None else source.path(used.field)
                used = msgspec.structs.replace(used, field=path)
                yield _Axis(used, given.interval, of, keys, running)

    # Filters of the dashboard, of the chart and of the request
    def _narrowed(self, source: Source) -> Iterator[Condition]:
        project = source.scope.project
        for filters in self._ask.filters:
            if filters.list:
                yield _among("list", [c.name for c in chosen(project.lists, filters.list)])
            if filters.tag:
                names = [c.name for c in chosen(project.tags, filters.tag)]
                yield {"field": "tags", "op": "any_of", "value": names}

    def _in_span(self, source: Source, dated: Sequence[_Axis]) -> Condition | None:
        span = self._query.span
        named = [filters.time_field for filters in self._ask.filters if filters.time_field]
        path = dated[0].path if dated else source.path((named or ["created_at"])[-1])
        return self._between(source, path, span) if span != Span() else None

    # Groups
    def _of_field(self, source: Source, axis: _Axis) -> Condition | None:
        if axis.keys is None:
            return None
        value = value_at(source.scope, axis.path.split("."))
        present = [_value(key, value.type.kind) for key in axis.keys if key is not None]
        several = value.type.many or value.rows is not None
        found: list[Condition] = []
        if several and present:
            found.append({"field": axis.path, "op": "any_of", "value": present})
        elif present:
            found.append(_among(axis.path, present))
        if len(present) < len(axis.keys):
            found.append({"field": axis.path, "op": "is_empty"})
        return found[0] if len(found) == 1 else {"any": found}

    def _of_period(self, source: Source, axis: _Axis) -> Condition:
        if axis.keys is None:
            return {"field": axis.path, "op": "is_not_empty"}
        spans = [self._span(axis, key) for key in axis.keys if key is not None]
        found = [self._between(source, axis.path, span) for span in spans]
        return found[0] if len(found) == 1 else {"any": found}

    def _span(self, axis: _Axis, key: str) -> Span:
        first = date.fromisoformat(key)
        last = last_of(first, axis.interval or axis.of.interval or "day")
        return Span(None if axis.running else first, last)

    def _between(self, source: Source, path: str, span: Span) -> Condition:
        """Days of the dashboard's time zone: as days where the project has the same, else as moments."""
        value = value_at(source.scope, path.split("."))
        same = value.type.kind is Kind.DATE or self._ask.zone == source.scope.project.time_zone
        first, last = span.first, span.last
        if same and first is not None and last is not None:
            return {"field": path, "op": "between", "value": [first.isoformat(), last.isoformat()]}
        ends: list[Condition] = []
        if first is not None:
            start = first.isoformat() if same else self._start(first)
            ends.append({"field": path, "op": "ge", "value": start})
        if last is not None and same:
            ends.append({"field": path, "op": "le", "value": last.isoformat()})
        elif last is not None and last < date.max:
            ends.append({"field": path, "op": "lt", "value": self._start(last + timedelta(days=1))})
        return ends[0] if len(ends) == 1 else {"all": ends}

    def _start(self, day: date) -> str:
        moment = datetime.combine(day, time(), ZoneInfo(self._ask.zone)).astimezone(UTC)
        return moment.isoformat().replace("+00:00", "Z")

    # Amounts
    def _of_currency(self, source: Source, axis: _Axis) -> Condition | None:
        parts = [self._in_currency(source, key) for key in axis.keys or () if key is not None]
        found = [part for part in parts if part is not None]
        return " OR ".join(map(str, found)) or None

    def _in_currency(self, source: Source, code: str) -> str | None:
        """That the measured amount is in a currency; empty ones are in that of their project."""
        measure = source.wanted.measure or self._ask.config.measure
        if measure.field is None:
            return None
        path = source.path(measure.field)
        if value_at(source.scope, path.split(".")).type.kind is not Kind.MONEY:
            return None
        held = f"CURRENCY({{{path}}}) = '{code}'"
        return f"({held} OR {{{path}}} = BLANK())" if code == source.scope.project.currency else held

    # What no filter says
    def _listed(
        self, place: int, project: Project, dated: Sequence[_Axis], condition: Condition | None
    ) -> Statement:
        """The ids of the records, one more than may be."""
        source = self._compiler().source(place, project)
        parameters = source.scope.compilation.parameters
        named = [filters.time_field for filters in self._ask.filters if filters.time_field]
        for axis in dated:
            value = source.in_interval(source.grouped_by(axis.used), axis.interval)
            if axis.keys is None:
                source.scope.frame.restrict(f"{value.sql} IS NOT NULL")
            elif axis.running:
                last = max(date.fromisoformat(key) for key in axis.keys if key is not None)
                source.scope.frame.restrict(f"{value.sql} <= {parameters.add(last, DATE)}")
            else:
                days = [parameters.add(date.fromisoformat(key), DATE) for key in axis.keys if key is not None]
                source.scope.frame.restrict(f"{value.sql} IN ({', '.join(days)})")
        source.within(self._query.span, named[-1] if named else None)
        if condition is not None:
            restrict(source.scope, condition)
        found = f"SELECT DISTINCT {source.scope.column('id')} {source.scope.frame.clause()}"
        return source.scope.compilation.statement(f"{found} LIMIT {MOST_LISTED + 1}")


def both(*parts: Condition | None) -> Condition | None:
    """All of these conditions as one: a tree, or an expression where one of them is."""
    found = [part for part in parts if part]
    if len(found) < 2:
        return found[0] if found else None
    if all(isinstance(part, dict) for part in found):
        return {"all": found}
    return " AND ".join(f"({p if isinstance(p, str) else written(parse_filter(p).root)})" for p in found)


def by_ids(ids: Sequence[int]) -> Condition:
    """The records of these ids."""
    return {"field": "id", "op": "in", "value": [str(id_) for id_ in ids]}


def _has_part(axis: _Axis, source: Source) -> bool:
    """Whether a source belongs to groups that are sources or projects."""
    if axis.of.form != "fixed" or axis.keys is None:
        return True
    key = str(source.scope.project.id) if axis.used.field == "project" else source.name
    return key in axis.keys


def _many(source: Source, path: str) -> bool:
    value = value_at(source.scope, path.split("."))
    return value.type.many or value.rows is not None


def _among(path: str, values: Sequence[Any]) -> Condition:
    if len(values) == 1:
        return {"field": path, "op": "eq", "value": values[0]}
    return {"field": path, "op": "in", "value": list(values)}


def _value(key: str, kind: Kind) -> Any:
    """The value that a group is of, from its key."""
    if kind is Kind.BOOLEAN:
        return key in ("true", "Yes")
    if kind is Kind.MONEY:
        amount, _, currency = key.rpartition(" ")
        return {"amount": amount, "currency": currency}
    if kind is Kind.NUMBER:
        return _number(key)
    return key


def _number(text: str) -> int | float | str:
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return text
    return int(exact) if exact == exact.to_integral_value() else float(exact)
