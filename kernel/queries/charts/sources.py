"""The records of one source of a chart: which ones, when, and what each contributes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from kernel.errors import ExpressionError
from kernel.expressions import Expression, compile
from kernel.expressions.syntax import Node
from kernel.queries.aggregates import single_rows
from kernel.queries.charts.measures import WEIGHT, weight_value
from kernel.queries.charts.request import ChartFilters, ChartGrouping, ChartSource
from kernel.queries.charts.spans import Span
from kernel.queries.compilation import HiddenFieldError, Scope
from kernel.queries.fields import sees_built_in, unknown_field
from kernel.queries.folding import truncated
from kernel.queries.paths import PathResolver, value_at
from kernel.schema import BUILT_IN_LINKS
from kernel.text_input import fold_name
from kernel.values import DATE, DATETIME, Choice, Kind, Value


@dataclass
class Source:
    """A source under construction. `place` is its place in the config, `namesakes` are the keys of its
    project's fields by what other projects call them."""

    place: int
    wanted: ChartSource
    scope: Scope
    zone: str
    namesakes: Mapping[str, str] = field(default_factory=dict)
    weight: Value | None = None
    time: Value | None = None
    repeated: bool = False
    columns: list[Value] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.wanted.name or self.scope.project.name

    def path(self, given: str) -> str:
        """The path of a field as this project calls it."""
        return ".".join(self.steps(given.strip("{}").split(".")))

    def steps(self, path: Sequence[str]) -> list[str]:
        first, *rest = path
        if first.strip().lower() in self.scope.project.by_name:
            return [*path]
        return [self.namesakes.get(first.strip()) or self.namesakes.get(fold_name(first), first), *rest]

    def at(self, path: str) -> Value:
        """A field of the records."""
        return value_at(self.scope, self.path(path).split("."))

    def value(self, path: str) -> Value:
        """A field of the records, at each of its values where it has many."""
        with self.scope.compilation.joining():
            value = self.at(path)
        self.repeated = self.repeated or value.rows is not None
        return single_rows(self.scope, value)

    def grouped_by(self, wanted: ChartGrouping) -> Value:
        """What a record is grouped by."""
        return self._entered(wanted) if wanted.event else self.value(wanted.field or "")

    def in_interval(self, value: Value, interval: str | None) -> Value:
        """What a record is grouped by, times cut to the interval; they are what time frames go by."""
        if value.type.kind.temporal:
            self.time = self.time or value
            return self.cut(value, interval or "day")
        return self.cut(value, interval) if interval else value

    def cut(self, value: Value, interval: str) -> Value:
        """The first day of the interval that a time lies in, in the dashboard's time zone."""
        resolver = PathResolver(self.scope)
        resolver.time_zone = self.zone
        return truncated(value, interval, resolver)

    def _entered(self, wanted: ChartGrouping) -> Value:
        """When a record entered a list for the last time; those that never did are left out."""
        lists = {str(c.id) for c in self._lists([wanted.list or ""])}
        if not self.scope.compilation.past and self._stays_in(lists):
            return Value(DATETIME, self.scope.column("list_entered_at"))
        ids = ", ".join(sorted(lists)) or "NULL"
        table = (
            f"(SELECT record_id, max(entered_at) AS entered_at FROM {self.scope.compilation.stays} "
            f"WHERE list_id IN ({ids}) GROUP BY record_id)"
        )
        record = self.scope.column("id")
        alias = self.scope.frame.join_one(table, record, lambda alias: f"{alias}.record_id = {record}")
        self.scope.frame.require(alias)
        return Value(DATETIME, self.scope.compilation.dialect.moment(f"{alias}.entered_at"))

    def _stays_in(self, lists: Collection[str]) -> bool:
        """Whether the filter keeps only records that are in these lists now: each says itself since when."""
        held = re.compile(re.escape(self.scope.column("list_id")) + r" IN \(([\d, ]+)\)")
        found = (held.fullmatch(text.strip("() ") + ")") for text in self.scope.frame.conditions())
        return any(match and set(match[1].split(", ")) <= set(lists) for match in found)

    def _lists(self, names: Sequence[str]) -> list[Choice]:
        self._demand("list")
        return chosen(self.scope.project.lists, names)

    def _demand(self, name: str) -> None:
        if not sees_built_in(self.scope, name):
            raise HiddenFieldError(unknown_field(self.scope, name))

    # Which records
    def narrow(self, filters: ChartFilters) -> None:
        """Keep the records in certain lists and with certain tags."""
        if filters.list:
            ids = ", ".join(str(c.id) for c in self._lists(filters.list)) or "NULL"
            self.scope.frame.restrict(f"{self.scope.column('list_id')} IN ({ids})")
        if filters.tag:
            self._demand("tags")
            ids = ", ".join(str(c.id) for c in chosen(self.scope.project.tags, filters.tag)) or "NULL"
            links = self.scope.compilation.links
            self.scope.frame.restrict(
                f"EXISTS (SELECT 1 FROM {links} WHERE field_id = {BUILT_IN_LINKS['tags']} "
                f"AND source_id = {self.scope.column('id')} AND target_id IN ({ids}))"
            )

    def within(self, span: Span, time_field: str | None) -> None:
        """Keep the records whose time lies in a span of days."""
        if span.first is None and span.last is None:
            return
        when = self.time or self.value(time_field or "created_at")
        if not when.type.kind.temporal:
            raise ExpressionError("A time frame needs a date to go by.")
        if span.first is not None:
            self.scope.frame.restrict(f"{when.sql} >= {self._start(span.first, when)}")
        if span.last is not None and span.last < date.max:
            after = self._start(span.last + timedelta(days=1), when)
            self.scope.frame.restrict(f"{when.sql} < {after}")

    def _start(self, day: date, when: Value) -> str:
        """A parameter for the beginning of a day, as a day or as a moment."""
        parameters = self.scope.compilation.parameters
        if when.type.kind is Kind.DATE:
            return parameters.add(day, DATE)
        try:
            moment = datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)
        except OverflowError:
            moment = datetime.combine(day, time(), UTC)
        return parameters.add(moment, DATETIME)

    # What they contribute
    def weigh(self, weights: Mapping[str, Decimal], by: str) -> None:
        self.weight = weight_value(self.at(by), weights, self.scope.compilation.parameters)

    def measure(self, nodes: Sequence[Node]) -> None:
        """The values of a record that a measure folds."""
        resolver = _Measuring(self)
        for node in nodes:
            value = compile(Expression(node), resolver)
            if value.rows is not None:
                raise ExpressionError(
                    "Here is already more than one value for each record. Fold them first, in a roll-up.",
                    node.position,
                )
            self.columns.append(value)

    def day(self, path: str) -> Value:
        """The day whose rates convert the amounts of a record."""
        value = self.at(path)
        if not value.type.kind.temporal or value.rows is not None:
            raise ExpressionError("The day of the rate must be a single date.")
        return replace(self.cut(value, "day"), type=DATE)


class _Measuring(PathResolver):
    """A resolver that knows the weight of a record, and what other projects call its fields."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.scope)
        self._source = source

    def resolve(self, path: Sequence[str], position: int) -> Value:
        weight = self._source.weight
        if weight is not None and tuple(path) == (WEIGHT,):
            return weight
        return super().resolve(self._source.steps(path), position)


def chosen(choices: Sequence[Choice], names: Sequence[str]) -> list[Choice]:
    """The choices that are named, by id or by name."""
    folded = {fold_name(name) for name in names}
    return [c for c in choices if str(c.id) in folded or fold_name(c.name) in folded]
