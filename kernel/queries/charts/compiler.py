"""A chart as one grouped statement over all of its sources, for one reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.errors import ExpressionError, Fault, InvalidInputError
from kernel.expressions.syntax import Literal
from kernel.ids import number_of
from kernel.queries.charts.dimensions import CURRENCY, NONE, Dimension, dimension, fixed
from kernel.queries.charts.faults import Faults, at, fault_at, place_of_measure
from kernel.queries.charts.measures import Split, is_number, split, unify
from kernel.queries.charts.namesakes import namesakes
from kernel.queries.charts.request import (
    ChartConfig,
    ChartFilters,
    ChartGrouping,
    Grouped,
    exact,
    grouping,
    number_faults,
)
from kernel.queries.charts.rows import Rows
from kernel.queries.charts.sources import Source
from kernel.queries.charts.spans import Span, span_of
from kernel.queries.compilation import Compilation, root_scope
from kernel.queries.pages import restrict
from kernel.queries.past import at_moment
from kernel.schema import Project, Schema
from kernel.storage.database import Statement
from kernel.text_input import fold_name
from kernel.values import INTEGER, Kind, Value, ValueType


@dataclass(frozen=True)
class Ask:
    """What to compile: a chart, the filters that hold for it, in which time zone days begin, and of
    which moment; None is now."""

    config: ChartConfig
    filters: Sequence[ChartFilters]
    zone: str
    as_of: datetime | None = None


@dataclass(frozen=True)
class ChartQuery:
    """A compiled chart. `groups` gives a row per group, series and currency; `total` a row per currency.

    Rows are: group, its label, series, its label, currency, figure, whether currencies conflicted,
    records, records with an amount, amounts without a rate. `unseen` counts sources that the reader
    may not see; `total` is None where the groups add up to it.
    """

    groups: Statement | None
    total: Statement | None
    group: Dimension
    stack: Dimension
    value: ValueType
    additive: bool
    name: str
    currency: str
    span: Span
    unseen: int
    timeless: bool


def chart_query(
    schema: Schema, actor: Actor, ask: Ask, dialect: Dialect, now: datetime, strict: bool = False
) -> ChartQuery:
    """Compile a chart. Raises InvalidInputError with pointers into its config for what it cannot mean.

    `strict` also refuses sources that the reader may not see, for whoever writes the chart.
    """
    return ChartCompiler(at_moment(schema, actor, dialect, now, ask.as_of), ask).compile(strict)


class ChartCompiler:
    """Makes the statements of one chart, or the sources that they read."""

    def __init__(self, compilation: Compilation, ask: Ask) -> None:
        self._compilation = compilation
        self._dialect = compilation.dialect
        self._ask = ask
        self._config = ask.config

    def compile(self, strict: bool) -> ChartQuery:
        if faults := number_faults(self._config):
            raise InvalidInputError("The chart is not valid.", faults)
        projects = self._projects(strict)
        found = Faults()
        sources: list[Source] = []
        for place, project in projects:
            with found:
                sources += [] if project is None else [self.source(place, project)]
        unseen = sum(project is None for _, project in projects)
        if not sources:
            found.check()
            return ChartQuery(None, None, NONE, NONE, INTEGER, True, "", "", Span(), unseen, True)
        measure, group, stack, span = Split((), Literal(0, None)), NONE, NONE, Span()
        with found:
            group = self._dimension(sources, "/group_by", self._config.group_by)
        with found:
            stack = self._dimension(sources, "/stack_by", self._config.stack_by)
        with found:
            span = self._narrow(sources)
        with found:
            measure = self._split()
            for source in sources:
                self._measure(source, measure)
        found.check()
        return self._query(sources, measure, group, stack, span, unseen)

    def _split(self) -> Split:
        with at(place_of_measure(self._config.measure, "/measure")):
            measure = split(self._config.measure, self._weighted)
        if self._config.cumulative and not measure.additive:
            raise fault_at("/cumulative", "Only sums and counts have running totals.")
        return measure

    @property
    def _weighted(self) -> bool:
        return bool(self._config.weights)

    # Sources
    def _projects(self, strict: bool) -> list[tuple[int, Project | None]]:
        """The projects of the sources that the filters leave, None for what is not there to be seen."""
        found: list[tuple[int, Project | None]] = []
        faults = []
        for place, source in enumerate(self._config.sources):
            project = self._visible(source.project_id)
            if project is None:
                detail = "There is no such project, or you may not see it."
                faults.append(Fault(f"/sources/{place}/project_id", detail))
            if project is None or self._wanted(project):
                found.append((place, project))
        if strict and faults:
            raise InvalidInputError("The chart is not valid.", faults)
        return found

    def _visible(self, id_: str) -> Project | None:
        project = self._compilation.schema.projects.get(number_of(id_) or 0)
        if project is None or project.deleted or self._compilation.access(project.id) is None:
            return None
        return project

    def _wanted(self, project: Project) -> bool:
        names = {str(project.id), fold_name(project.name)}
        wanted = [{fold_name(n) for n in f.project} for f in self._ask.filters if f.project]
        return all(names & folded for folded in wanted)

    def places(self) -> list[tuple[int, Project]]:
        """The sources that the reader sees, as their places in the config, and their projects."""
        return [(place, project) for place, project in self._projects(False) if project is not None]

    def source(self, place: int, project: Project) -> Source:
        wanted = self._config.sources[place]
        scope = root_scope(self._compilation, project, self._compilation.aliases.new("r"))
        if isinstance(wanted.filter, dict) or (wanted.filter and wanted.filter.strip()):
            restrict(scope, wanted.filter, f"/sources/{place}/filter")
        others = (self._visible(source.project_id) for source in self._config.sources)
        called = namesakes(self._compilation, project, [other for other in others if other is not None])
        return Source(place, wanted, scope, self._ask.zone, called)

    def _narrow(self, sources: Sequence[Source]) -> Span:
        """Apply the filters to all sources; the time frame that they give together."""
        today = self._compilation.now.astimezone(ZoneInfo(self._ask.zone)).date() if self._dated() else None
        span, time_field = Span(), None
        for filters in self._ask.filters:
            pointer = "/filters/" if filters is self._config.filters else "?"
            if today is not None:
                span = span & span_of(filters, today, pointer)
            time_field = filters.time_field or time_field
            for source in sources:
                with at("/filters"):
                    source.narrow(filters)
        for source in sources:
            with at("/filters/time_field"):
                source.within(span, time_field)
        return span

    def _dated(self) -> bool:
        return any(f.from_ or f.to or f.period for f in self._ask.filters)

    # Groups
    def _dimension(self, sources: Sequence[Source], pointer: str, wanted: Grouped) -> Dimension:
        common = grouping(wanted)
        if common is None:
            return NONE
        if special := self._special(sources, common):
            return special
        values = [self._group(source, pointer, common) for source in sources]
        interval = common.interval or ("day" if all(v.type.kind is Kind.DATE for v in values) else None)
        repeated = any(source.repeated for source in sources)
        return dimension(self._dialect, values, interval, repeated)

    def _group(self, source: Source, pointer: str, common: ChartGrouping) -> Value:
        own = grouping(source.wanted.group_by) if pointer == "/group_by" else None
        place = f"/sources/{source.place}/group_by" if own else pointer
        used = own or common
        entered = used.event == "entered_list" and used.list is not None
        if (used.field is None) == (used.event is None) or (used.event is not None and not entered):
            raise fault_at(place, "Give a field, or the event 'entered_list' with its list.")
        plain = used.event is not None or isinstance(self._given(source, pointer), str)
        with at(place if plain else f"{place}/field"):
            value = source.grouped_by(used)
        with at(f"{pointer}/interval" if common.interval else place):
            return source.in_interval(value, common.interval)

    def _given(self, source: Source, pointer: str) -> Grouped:
        """A grouping as it was written."""
        if pointer == "/stack_by":
            return self._config.stack_by
        return source.wanted.group_by or self._config.group_by

    def _special(self, sources: Sequence[Source], wanted: ChartGrouping) -> Dimension | None:
        match wanted.field:
            case "project":
                projects = [source.scope.project for source in sources]
                return fixed([str(p.id) for p in projects], [p.name for p in projects], self._dialect)
            case "source":
                names = [source.name for source in sources]
                return fixed(names, names, self._dialect)
            case "currency":
                return CURRENCY
        return None

    # Figures
    def _measure(self, source: Source, measure: Split) -> None:
        """What the records of a source contribute to the figures."""
        if self._config.weights:
            with at("/weights"):
                weights = {name: exact(weight) for name, weight in self._config.weights.items()}
                source.weigh(weights, self._config.weights_by or "list")
        own = source.wanted.measure
        place = "/measure" if own is None else f"/sources/{source.place}/measure"
        with at(place_of_measure(own or self._config.measure, place)):
            nodes = measure.inner if own is None else split(own, self._weighted).inner
            if len(nodes) != len(measure.inner):
                raise ExpressionError("This must measure as the chart's own measure does.")
            source.measure(nodes)

    def _query(
        self,
        sources: Sequence[Source],
        measure: Split,
        group: Dimension,
        stack: Dimension,
        span: Span,
        unseen: int,
    ) -> ChartQuery:
        currencies = [source.scope.project.currency for source in sources]
        place = place_of_measure(self._config.measure, "/measure")
        with at(place):
            columns = self._columns(sources, currencies, len(measure.inner))
        rows = Rows(self._compilation, sources, columns, currencies, self._config.currency, self._ask.zone)
        with at("/currency"):
            tables = rows.tables(group, stack)
        with at(place):
            value = rows.value(measure)
            if not is_number(value):
                raise ExpressionError("A chart shows numbers; this gives something else.")
        grouped = self._compilation.statement(rows.select(tables, value, group, stack))
        total = None
        periods = "period" in (group.form, stack.form)
        if (group.repeated or stack.repeated) and not periods:
            total = self._ungrouped([s.place for s in sources], measure)
        elif not measure.additive or group.repeated or stack.repeated:
            total = self._total(rows, tables, value, group, stack)
        return ChartQuery(
            grouped, total, group, stack, value.type, measure.additive, self._name(sources[0]),
            currencies[0], span, unseen, self._compilation.timeless,
        )  # fmt: skip

    def _ungrouped(self, places: Sequence[int], measure: Split) -> Statement:
        """The figure of all records, each read once: no group multiplies them."""
        projects = {place: project for place, project in self._projects(False) if project is not None}
        sources = [self.source(place, projects[place]) for place in places]
        self._narrow(sources)
        for source in sources:
            self._measure(source, measure)
        currencies = [source.scope.project.currency for source in sources]
        columns = self._columns(sources, currencies, len(measure.inner))
        rows = Rows(self._compilation, sources, columns, currencies, self._config.currency, self._ask.zone)
        tables = rows.tables(NONE, NONE)
        return self._compilation.statement(rows.select(tables, rows.value(measure), NONE, NONE))

    def _columns(self, sources: Sequence[Source], currencies: Sequence[str], count: int) -> list[list[Value]]:
        """By column, what each source gives for it, all of one type."""
        return [unify(self._dialect, [s.columns[n] for s in sources], currencies) for n in range(count)]

    def _total(self, rows: Rows, tables: str, value: Value, group: Dimension, stack: Dimension) -> Statement:
        """The figure of all records. What stands under several groups counts once."""
        dated = [f"d.{name} IS NOT NULL" for name, of in (("g", group), ("s", stack)) if of.form == "period"]
        if group.repeated or stack.repeated:
            tables, dated = rows.once(tables, dated), []
        return self._compilation.statement(rows.select(tables, value, NONE, NONE, dated))

    def _name(self, first: Source) -> str:
        measure = self._config.measure
        if measure.field is None:
            return "Records" if measure.function == "count" else "Value"
        field = first.scope.project.by_name.get(first.path(measure.field))
        return field.name if field is not None else measure.field.strip("{}")
