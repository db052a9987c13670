"""The figures of charts, computed for each reader by the database, in one snapshot."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from kernel.access.actor import Actor
from kernel.charts import ChartData, Comparison, Number, Series
from kernel.clock import Clock
from kernel.drawing.canvas import known_locale
from kernel.errors import BrokenSourceError, Fault, ForbiddenError, InvalidInputError
from kernel.queries.cache import QueryCache
from kernel.queries.charts.assembly import Assembly
from kernel.queries.charts.compiler import Ask, ChartQuery, chart_query
from kernel.queries.charts.reads import Reads, reads_of
from kernel.queries.charts.request import ChartConfig, ChartFilters
from kernel.queries.charts.spans import Span
from kernel.queries.paths import with_every_right
from kernel.schema import Schema
from kernel.services.dashboards.kept import NEWEST, KeptFigures
from kernel.services.dashboards.past import (
    interval_of,
    joined,
    moment_of,
    moments,
    of_one_moment,
    without_time,
)
from kernel.services.record_reader import RecordReader
from kernel.storage.database import Database, Row, Statement
from kernel.translations import Translations

_HIDDEN = "This chart shows something that you may not see."
_BROKEN = "This chart refers to something that is gone. Somebody who sees all of it can mend it."


class ChartFigures:
    """Compiles charts for their readers and reads them."""

    def __init__(
        self, database: Database, reader: RecordReader, clock: Clock, translations: Translations
    ) -> None:
        self._database = database
        self._reader = reader
        self._clock = clock
        self._translations = translations
        self._queries = QueryCache()
        self._kept = KeptFigures(reader)

    async def check(self, actor: Actor, config: ChartConfig, zone: str) -> None:
        """Raise InvalidInputError unless the actor may compute all of a chart."""

        async def compile_(schema: Schema) -> None:
            self._compiled(schema, actor, _checkable(config, zone), strict=True)

        await self._reader.on_current_schema(compile_)

    def require(self, schema: Schema, actor: Actor, config: ChartConfig, zone: str) -> None:
        """The same on a schema at hand, perhaps one that is not committed, so nothing of it is kept."""
        ask = _checkable(config, zone)
        chart_query(schema, actor, ask, self._database.dialect, self._clock.now(), strict=True)

    async def faults(self, actor: Actor, config: ChartConfig, zone: str) -> list[Fault]:
        """What is wrong with the config of a chart that the actor writes."""
        try:
            await self.check(actor, config, zone)
        except InvalidInputError as error:
            found = error.faults or (Fault("", error.detail),)
            return [Fault(f"/config{f.pointer}", f.detail, f.position) for f in found]
        return []

    async def shows(self, actor: Actor, config: ChartConfig, zone: str) -> bool:
        """Whether the actor may see everything that a chart names."""
        return not await self.faults(actor, config, zone)

    async def reads(
        self, actor: Actor, config: ChartConfig, zone: str, filters: Sequence[ChartFilters]
    ) -> Reads:
        """What the figures of a chart depend on, for this reader. Raises as `data` does."""
        asked = config if interval_of(config) is None else of_one_moment(config)
        ask = Ask(asked, [asked.filters, *filters], zone)

        async def compile_(schema: Schema) -> Reads:
            return reads_of(_statements(self.readable(schema, actor, ask, False)))

        return await self._reader.on_current_schema(compile_)

    async def data(
        self,
        actor: Actor,
        config: ChartConfig,
        zone: str,
        filters: Sequence[ChartFilters] = (),
        locale: str = "en",
        written: bool = False,
        as_of: str | None = None,
    ) -> ChartData:
        """The data of a chart under filters of its dashboard and of the request.

        Raises ForbiddenError where it shows what the reader may not see. `written` says that the reader
        has just written it, and is told what is wrong instead.
        """
        if interval_of(config) is not None:
            return await self._course(actor, config, zone, filters, locale, written)
        ask = Ask(config, [config.filters, *filters], zone, _moment(as_of, config, zone, self._clock.now()))

        async def read(schema: Schema) -> ChartData:
            key = (schema.version, actor.access_version, actor.rights_key, _asked(ask), locale)
            if not written and (known := await self._kept.find(actor, schema, key)) is not None:
                return msgspec.structs.replace(known, as_of=_text(ask.as_of or self._clock.now()))
            query = self.readable(schema, actor, ask, written)
            before = self._before(schema, actor, ask, query)
            statements = [*_statements(query), *(_statements(before) if before else ())]
            newest, *answers = await self._reader.read(actor, schema, NEWEST, *statements)
            data = self._assembled(query, before, answers, ask, locale)
            if query.timeless and before is None and ask.as_of is None and statements:
                self._kept.keep(key, data, statements, newest)
            return data

        return await self._reader.on_current_schema(read)

    async def _course(
        self,
        actor: Actor,
        config: ChartConfig,
        zone: str,
        filters: Sequence[ChartFilters],
        locale: str,
        written: bool,
    ) -> ChartData:
        """How the figure of a chart was at the end of each period."""
        interval, now = interval_of(config) or "month", self._clock.now()
        shown = moments([config.filters, *filters], interval, zone, now)
        asked = of_one_moment(config)
        narrowed = [without_time(f) for f in (config.filters, *filters)]
        asks = [Ask(asked, narrowed, zone, None if m.at >= now else m.at) for m in shown]

        async def read(schema: Schema) -> ChartData:
            queries = [self.readable(schema, actor, ask, written) for ask in asks]
            statements = [s for query in queries for s in _statements(query)]
            answers = iter(await self._reader.read(actor, schema, *statements) if statements else [])
            found = []
            for moment, ask, query in zip(shown, asks, queries, strict=True):
                rows = [next(answers) for _ in _statements(query)]
                found.append((moment, self._assembled(query, None, rows, ask, locale)))
            return joined(found, interval, known_locale(locale), _text(now))

        return await self._reader.on_current_schema(read)

    def readable(self, schema: Schema, actor: Actor, ask: Ask, written: bool) -> ChartQuery:
        """A chart compiled for a reader. Raises ForbiddenError and the like as `data` does."""
        try:
            query = self._compiled(schema, actor, ask, strict=written)
        except InvalidInputError as error:
            if written or actor.admin:
                raise
            if of_request := [f for f in error.faults if f.pointer.startswith("?")]:
                raise InvalidInputError(error.detail, of_request) from None
            raise self._reason(schema, actor, ask) from None
        if query.unseen and query.groups is None:
            raise self._reason(schema, actor, ask)
        return query

    def _reason(self, schema: Schema, actor: Actor, ask: Ask) -> ForbiddenError | BrokenSourceError:
        """Why a saved chart cannot be computed for a reader, without telling more than they may know."""
        try:
            self._compiled(schema, with_every_right(actor), ask, strict=True)
        except InvalidInputError:
            return BrokenSourceError(_BROKEN)
        return ForbiddenError(_HIDDEN)

    def _compiled(self, schema: Schema, actor: Actor, ask: Ask, strict: bool = False) -> ChartQuery:
        key = (schema.version, actor.rights_key, _asked(ask), strict)
        dialect, now = self._database.dialect, self._clock.now()
        return self._queries.get(key, lambda: chart_query(schema, actor, ask, dialect, now, strict))

    def _before(self, schema: Schema, actor: Actor, ask: Ask, query: ChartQuery) -> ChartQuery | None:
        """The same chart one period or one year earlier, where it has a time frame."""
        compare = ask.config.compare
        if compare is None or query.span.open or query.groups is None:
            return None
        earlier = query.span.before(compare)
        if earlier is None:
            return None
        timeless = [without_time(f) for f in ask.filters]
        moved = Ask(ask.config, [*timeless, _frame(earlier)], ask.zone, ask.as_of)
        return self._compiled(schema, actor, moved)

    def _assembled(
        self,
        query: ChartQuery,
        before: ChartQuery | None,
        answers: Sequence[Sequence[Row]],
        ask: Ask,
        locale: str,
    ) -> ChartData:
        config, as_of = ask.config, _text(ask.as_of or self._clock.now())
        language, dialect = known_locale(locale), self._database.dialect
        count, say = len(_statements(query)), self._translations.of(locale)
        data = Assembly(query, config, dialect, language, say).data(*_answers(query, answers[:count]), as_of)
        if before is None:
            return data
        earlier = Assembly(before, config, dialect, language, say).data(
            *_answers(before, answers[count:]), as_of
        )
        return msgspec.structs.replace(data, comparison=_compared(query, data, earlier))


def _asked(ask: Ask) -> Hashable:
    return msgspec.json.encode((ask.config, ask.filters)), ask.zone, ask.as_of


def _checkable(config: ChartConfig, zone: str) -> Ask:
    """A chart as it is compiled to see whether that is possible."""
    asked = config if interval_of(config) is None else of_one_moment(config)
    return Ask(asked, [asked.filters], zone, moment_of(config.as_of, zone))


def _moment(as_of: str | None, config: ChartConfig, zone: str, now: datetime) -> datetime | None:
    """Of which moment of the past the figures are; None is now, also for what has not come yet."""
    found = moment_of(config.as_of, zone) if as_of is None else moment_of(as_of, zone, "?as_of")
    return None if found is None or found >= now else found


def _statements(query: ChartQuery) -> list[Statement]:
    return [s for s in (query.groups, query.total) if s is not None]


def _answers(
    query: ChartQuery, answers: Sequence[Sequence[Row]]
) -> tuple[Sequence[Row], Sequence[Row] | None]:
    if query.groups is None:
        return [], None
    return answers[0], answers[1] if query.total is not None else None


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _frame(span: Span) -> ChartFilters:
    assert span.first is not None
    assert span.last is not None
    return ChartFilters(from_=span.first.isoformat(), to=span.last.isoformat())


def _compared(query: ChartQuery, data: ChartData, earlier: ChartData) -> Comparison:
    """The earlier figures beside the groups of now: periods by their place, other groups by their key."""
    if data.currency != earlier.currency:
        return Comparison(None, None)
    by_place = query.group.form == "period"
    found = {series.key: series for series in earlier.series}
    beside = [_beside(now, found.get(now.key), by_place) for now in data.series]
    return Comparison(earlier.total, _change(data.total, earlier.total), beside)


def _beside(now: Series, earlier: Series | None, by_place: bool) -> Series:
    points = earlier.points if earlier is not None else ()
    if by_place:
        values: list[Number | None] = [p.value for p in points[: len(now.points)]]
        values += [None] * (len(now.points) - len(values))
    else:
        known = {p.key: p.value for p in points}
        values = [known.get(p.key) for p in now.points]
    moved = [
        msgspec.structs.replace(point, value=value) for point, value in zip(now.points, values, strict=True)
    ]
    return Series(now.name, moved, now.key)


def _change(now: Number | None, before: Number | None) -> float | None:
    if now is None or not before:
        return None
    exact, earlier = Decimal(str(now)), Decimal(str(before))
    return float((exact - earlier) / abs(earlier))
