"""All that concerns dashboards, wired together."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kernel.access.actor import Actor
from kernel.charts import ChartData, ChartType
from kernel.containment import PluginGuard
from kernel.errors import Fault, InvalidInputError
from kernel.queries.charts.request import ChartFilters
from kernel.registry import Registry
from kernel.services.dashboards.access import DashboardAccess, StoredDashboard
from kernel.services.dashboards.behind import FigureInput, FigureRecords, RecordsBehind
from kernel.services.dashboards.charts import ChartService, StoredChart
from kernel.services.dashboards.dashboards import DEFAULT_ZONE, DashboardService
from kernel.services.dashboards.figures import ChartFigures
from kernel.services.dashboards.live import DashboardWatch
from kernel.services.dashboards.members import DashboardMembers
from kernel.services.dashboards.model import Chart, Dashboard, PreviewInput
from kernel.services.dashboards.types import ChartTypes, Look
from kernel.services.entries import ProjectParts
from kernel.services.record_parts import moment
from kernel.services.record_reader import RecordReader
from kernel.services.users import UserService
from kernel.time_zones import time_zones
from kernel.translations import Translations


@dataclass(frozen=True)
class Asked:
    """What a request adds to a chart: filters, a moment of the past, the language of labels."""

    filters: ChartFilters
    as_of: str | None = None
    locale: str = "en"


class Dashboards:
    """The services of dashboards, and what readers see of them."""

    def __init__(
        self,
        parts: ProjectParts,
        registry: Registry[ChartType[Any]],
        guard: PluginGuard,
        reader: RecordReader,
        users: UserService,
        translations: Translations,
    ) -> None:
        self.new_id = parts.ids.new
        self.access = DashboardAccess(parts)
        self.types = ChartTypes(registry, parts.schema, guard, translations)
        self.figures = ChartFigures(parts.database, reader, parts.clock, translations)
        self.behind = RecordsBehind(self.figures, reader, parts.clock)
        self.charts = ChartService(parts, self.access, self.types, self.figures)
        self.service = DashboardService(parts, self.access, self.charts)
        self.watch = DashboardWatch(self.access, self.charts, self.figures)
        self.members = DashboardMembers(parts, self.access, users)

    async def shown(self, actor: Actor, found: Sequence[StoredDashboard]) -> list[Dashboard]:
        """Dashboards with their charts as the actor sees them."""
        charts: dict[int, list[Chart]] = {d.id: [] for d in found}
        zones = {d.id: d.time_zone for d in found}
        for chart in await self.charts.of([d.id for d in found]):
            charts[chart.dashboard_id].append(await self.chart(actor, chart, zones[chart.dashboard_id]))
        return [_dashboard(d, charts[d.id]) for d in found]

    async def chart(self, actor: Actor, chart: StoredChart, zone: str) -> Chart:
        """A chart as the actor sees it: what it names may be hidden from them."""
        seen = actor.admin or await self.figures.shows(actor, chart.config, zone)
        config = chart.config if seen else None
        return Chart(str(chart.id), str(chart.dashboard_id), chart.title, chart.type, config, chart.layout)

    async def found(
        self, actor: Actor, chart_id: int, dashboard_id: int | None = None
    ) -> tuple[StoredDashboard, StoredChart]:
        """A chart and its dashboard, or NotFoundError."""
        if dashboard_id is None:
            dashboard = await self.access.of_chart(actor, chart_id)
        else:
            dashboard = await self.access.get(actor, dashboard_id)
        return dashboard, await self.charts.get(actor, dashboard.id, chart_id)

    async def data(
        self, actor: Actor, dashboard: StoredDashboard, chart: StoredChart, asked: Asked
    ) -> ChartData:
        """The figures of a chart under the filters of its dashboard and these."""
        narrowed = [dashboard.filters, asked.filters]
        return await self.figures.data(
            actor, chart.config, dashboard.time_zone, narrowed, asked.locale, as_of=asked.as_of
        )

    async def records(
        self, actor: Actor, dashboard: StoredDashboard, chart: StoredChart, asked: Asked, figure: FigureInput
    ) -> list[FigureRecords]:
        """Where the records behind a figure of a chart are."""
        narrowed = [dashboard.filters, asked.filters]
        return await self.behind.find(actor, chart.config, dashboard.time_zone, narrowed, figure, asked.as_of)

    async def picture(
        self, actor: Actor, dashboard: StoredDashboard, chart: StoredChart, asked: Asked, look: Look
    ) -> str:
        """A chart as SVG."""
        data = await self.data(actor, dashboard, chart, asked)
        return await self.types.svg(chart.type, chart.config.options, data, chart.title, look)

    async def png(
        self,
        actor: Actor,
        dashboard: StoredDashboard,
        chart: StoredChart,
        asked: Asked,
        look: Look,
        scale: float,
    ) -> bytes:
        """A chart as PNG, `scale` pixels for each of its own."""
        data = await self.data(actor, dashboard, chart, asked)
        return await self.types.png(chart.type, chart.config.options, data, chart.title, look, scale)

    async def stop(self) -> None:
        """End what was started to paint."""
        await self.types.painter.stop()

    async def all_data(
        self, actor: Actor, dashboard: StoredDashboard, asked: Asked
    ) -> list[tuple[StoredChart, ChartData | BaseException]]:
        """The figures of all charts, read beside each other; what refuses one spares the others."""
        charts = await self.charts.of([dashboard.id])
        work = [self.data(actor, dashboard, chart, asked) for chart in charts]
        answers = await asyncio.gather(*work, return_exceptions=True)
        return list(zip(charts, answers, strict=True))

    async def preview(self, actor: Actor, wanted: PreviewInput, asked: Asked) -> ChartData:
        """The figures of a chart that is not saved."""
        faults = await self.types.faults(wanted.type, wanted.config.options)
        zone = wanted.time_zone or DEFAULT_ZONE
        if zone not in time_zones():
            faults.append(Fault("/time_zone", "This is no IANA time zone, such as Europe/Warsaw."))
        faults += await self.figures.faults(actor, wanted.config, zone if not faults else DEFAULT_ZONE)
        if faults:
            raise InvalidInputError("The chart is not valid.", faults)
        return await self.figures.data(
            actor, wanted.config, zone, [asked.filters], asked.locale, True, asked.as_of
        )

    async def preview_picture(self, actor: Actor, wanted: PreviewInput, asked: Asked, look: Look) -> str:
        """A chart that is not saved, as SVG."""
        data = await self.preview(actor, wanted, asked)
        return await self.types.svg(wanted.type, wanted.config.options, data, wanted.title, look)


def as_csv(data: ChartData) -> bytes:
    """The table of a chart: a row per group, a column per series. UTF-8 with a mark for spreadsheets."""
    unit = f" ({data.currency})" if data.currency else ""
    lines: list[list[str]] = [["", *(_cell(f"{s.name}{unit}") for s in data.series)]]
    first = data.series[0].points if data.series else ()
    for index, point in enumerate(first):
        values = [s.points[index].value for s in data.series]
        lines.append([_cell(point.label), *("" if v is None else str(v) for v in values)])
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(lines)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8", errors="replace")


def _cell(text: str) -> str:
    """Spreadsheets would compute what begins with such a sign."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _dashboard(found: StoredDashboard, charts: list[Chart]) -> Dashboard:
    return Dashboard(
        str(found.id), found.name, found.description, found.time_zone, found.filters, found.role, charts,
        moment(found.created_at) or "", moment(found.updated_at) or "",
    )  # fmt: skip
