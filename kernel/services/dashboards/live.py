"""Which charts of a dashboard an event concerns, told to those who look at it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import msgspec

from kernel.access.actor import Actor
from kernel.errors import SmaltError
from kernel.queries.charts.reads import Reads
from kernel.services.dashboards.access import NOWHERE, DashboardAccess, StoredDashboard
from kernel.services.dashboards.charts import ChartService, StoredChart
from kernel.services.dashboards.figures import ChartFigures
from kernel.services.events.feed import Event
from kernel.services.events.messages import Message
from kernel.services.events.windows import Window

CHANGED: Final = "dashboard.changed"


class ChangedData(msgspec.Struct, frozen=True):
    """Whose figures, place or title have changed."""

    dashboard_id: str
    charts: list[str]


class DashboardWatch:
    """Finds the charts that a window of events may have changed, for one reader. Implements `Watched`."""

    def __init__(self, access: DashboardAccess, charts: ChartService, figures: ChartFigures) -> None:
        self._access = access
        self._charts = charts
        self._figures = figures

    async def check(self, actor: Actor, dashboard_id: int) -> None:
        """Raise NotFoundError unless the actor sees a dashboard."""
        await self._access.get(actor, dashboard_id)

    async def all(self, actor: Actor, dashboard_id: int) -> frozenset[int]:
        """All charts: for who comes back and may have missed something."""
        return frozenset(chart.id for chart in await self._charts.of([dashboard_id]))

    async def changed(self, actor: Actor, dashboard_id: int, window: Window) -> frozenset[int]:
        """The charts that the events of a window concern."""
        try:
            dashboard = await self._access.get(actor, dashboard_id)
        except SmaltError:
            return frozenset()
        found: set[int] = set()
        for chart in await self._charts.of([dashboard_id]):
            if _arranged(chart, window.events) or await self._figures_moved(actor, dashboard, chart, window):
                found.add(chart.id)
        return frozenset(found | _gone(dashboard_id, window.events))

    def message(self, dashboard_id: int, charts: Collection[int]) -> Message:
        """The message that charts have changed."""
        data = ChangedData(str(dashboard_id), [str(id_) for id_ in sorted(charts)])
        return Message(CHANGED, msgspec.json.encode(data))

    async def _figures_moved(
        self, actor: Actor, dashboard: StoredDashboard, chart: StoredChart, window: Window
    ) -> bool:
        try:
            reads = await self._figures.reads(actor, chart.config, dashboard.time_zone, [dashboard.filters])
        except SmaltError:
            return False
        crowded = any(project_id in reads.projects for project_id in window.crowds)
        return crowded or any(_touches(event, reads) for event in window.events)


def _touches(event: Event, reads: Reads) -> bool:
    changed = event.changes if isinstance(event.changes, dict) else {}
    return reads.touched(event.project_id, event.kind, changed.keys())


def _arranged(chart: StoredChart, events: Collection[Event]) -> bool:
    """Whether somebody has changed the chart itself, or the dashboard around it."""
    for event in events:
        if event.project_id == NOWHERE and event.record_id == chart.dashboard_id:
            if event.kind == "dashboard.updated":
                return True
            if event.kind.startswith("chart.") and event.changes.get("id") == str(chart.id):
                return True
    return False


def _gone(dashboard_id: int, events: Collection[Event]) -> set[int]:
    return {
        int(event.changes["id"])
        for event in events
        if event.project_id == NOWHERE and event.record_id == dashboard_id and event.kind == "chart.deleted"
    }
