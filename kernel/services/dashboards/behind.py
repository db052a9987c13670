"""From a figure of a chart to its records, for one reader: what was summed up to a bar, a slice, a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from kernel.access.actor import Actor
from kernel.charts import ChartData
from kernel.clock import Clock
from kernel.errors import ConflictError, NotFoundError
from kernel.queries.charts.assembly import OTHERS
from kernel.queries.charts.behind import MOST_LISTED, Behind, Condition, Key, Lead, Wanted, by_ids
from kernel.queries.charts.compiler import Ask
from kernel.queries.charts.request import ChartConfig, ChartFilters
from kernel.queries.compilation import root_scope
from kernel.queries.pages import restrict
from kernel.queries.paths import start
from kernel.schema import Schema
from kernel.services.dashboards.figures import ChartFigures
from kernel.services.dashboards.past import interval_of
from kernel.services.record_reader import RecordReader
from kernel.storage.database import Statement

_PAST = "This chart shows the past. Read its records with `as_of`, as they were then."
_NO_FIGURE = "There is no such figure in this chart now."
_MANY = f"These are more than {MOST_LISTED} records, and no filter leads to them. Narrow the chart first."


class FigureInput(msgspec.Struct, forbid_unknown_fields=True):
    """A figure, by the keys of its point and of its series; what is not given stands for all of them."""

    group: Annotated[
        str | msgspec.UnsetType | None,
        msgspec.Meta(description="The `key` of a point; null is one.", examples=["2026-03-01"]),
    ] = msgspec.UNSET
    series: Annotated[
        str | msgspec.UnsetType | None,
        msgspec.Meta(description="The `key` of a series; null is one.", examples=[None]),
    ] = msgspec.UNSET


class FigureRecords(msgspec.Struct, frozen=True):
    """The records of one source: those of the project that pass `filter`; null: all of them."""

    project_id: Annotated[str, msgspec.Meta(examples=["29374920184832"])]
    name: Annotated[str, msgspec.Meta(description="What the source is called.", examples=["Opportunities"])]
    filter: Annotated[
        str | dict[str, Any] | None,
        msgspec.Meta(examples=[{"field": "list", "op": "eq", "value": "Closed Won"}]),
    ]
    count: Annotated[int, msgspec.Meta(examples=[12])]


class RecordsBehind:
    """Answers which records are behind a figure."""

    def __init__(self, figures: ChartFigures, reader: RecordReader, clock: Clock) -> None:
        self._figures = figures
        self._reader = reader
        self._clock = clock

    async def find(
        self,
        actor: Actor,
        config: ChartConfig,
        zone: str,
        filters: Sequence[ChartFilters],
        figure: FigureInput,
        as_of: str | None,
    ) -> list[FigureRecords]:
        """The sources that have records in it. Raises what reading the chart raises, NotFoundError for a
        figure that there is not, ConflictError for what no filter leads to."""
        if as_of is not None or config.as_of is not None or interval_of(config) is not None:
            raise ConflictError(_PAST)
        data = await self._figures.data(actor, config, zone, filters)
        groups = await self._groups(actor, config, zone, filters, figure, data)
        wanted = Wanted(groups, _series(figure, data), config.cumulative, _currency(config, data))
        ask = Ask(config, [config.filters, *filters], zone)

        async def read(schema: Schema) -> list[FigureRecords]:
            query = self._figures.readable(schema, actor, ask, False)
            if query.groups is None:
                return []
            now = self._clock.now()
            leads = Behind(schema, actor, ask, query, self._reader.dialect, now).leads(wanted)
            return await self._counted(schema, actor, leads)

        return await self._reader.on_current_schema(read)

    async def _groups(
        self,
        actor: Actor,
        config: ChartConfig,
        zone: str,
        filters: Sequence[ChartFilters],
        figure: FigureInput,
        data: ChartData,
    ) -> list[Key] | None:
        """The keys of the groups that a figure stands for, the rest of the largest spelled out."""
        keys = [point.key for point in data.series[0].points] if data.series else []
        if isinstance(figure.group, msgspec.UnsetType):
            return None
        if figure.group not in keys:
            raise NotFoundError(_NO_FIGURE)
        place = keys.index(figure.group)
        found = keys[: place + 1] if config.cumulative else [figure.group]
        if config.top is not None and len(keys) > config.top and OTHERS in found:
            whole = msgspec.structs.replace(config, top=None)
            all_ = await self._figures.data(actor, whole, zone, filters)
            rest = [point.key for point in all_.series[0].points if point.key not in keys[:-1]]
            found = [key for key in found if key != OTHERS] + rest
        return found

    async def _counted(self, schema: Schema, actor: Actor, leads: Sequence[Lead]) -> list[FigureRecords]:
        conditions = await self._conditions(schema, actor, leads)
        counts = [self._count(schema, actor, *pair) for pair in zip(leads, conditions, strict=True)]
        answers = await self._reader.read(actor, schema, *counts)
        return [
            FigureRecords(str(lead.project.id), lead.name, condition, rows[0][0])
            for lead, condition, rows in zip(leads, conditions, answers, strict=True)
            if rows[0][0]
        ]

    async def _conditions(
        self, schema: Schema, actor: Actor, leads: Sequence[Lead]
    ) -> list[Condition | None]:
        """What leads to the records of each source, with the ids where nothing else does."""
        asked = [lead.listed for lead in leads if lead.listed is not None]
        answers = iter(await self._reader.read(actor, schema, *asked))
        found = []
        for lead in leads:
            ids = [row[0] for row in next(answers)] if lead.listed is not None else None
            if ids is not None and len(ids) > MOST_LISTED:
                raise ConflictError(_MANY)
            found.append(lead.condition if ids is None else by_ids(ids))
        return found

    def _count(self, schema: Schema, actor: Actor, lead: Lead, condition: Condition | None) -> Statement:
        compilation = start(schema, actor, self._reader.dialect, self._clock.now())
        scope = root_scope(compilation, lead.project)
        if condition is not None:
            restrict(scope, condition)
        return compilation.statement(f"SELECT count(*) {scope.frame.clause()}")


def _series(figure: FigureInput, data: ChartData) -> list[Key] | None:
    if isinstance(figure.series, msgspec.UnsetType):
        return None
    if figure.series not in [series.key for series in data.series]:
        raise NotFoundError(_NO_FIGURE)
    return [figure.series]


def _currency(config: ChartConfig, data: ChartData) -> str | None:
    """The currency of the figures, where there may be amounts in others that they leave out."""
    converted = config.currency is not None and config.currency.convert
    return data.currency if data.left_out and not converted else None
