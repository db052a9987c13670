"""The charts of dashboards: kept only when they can be computed by whoever writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.errors import ConflictError, NotFoundError
from kernel.queries.charts.request import ChartConfig
from kernel.services.dashboards.access import NOWHERE, DashboardAccess, StoredDashboard
from kernel.services.dashboards.figures import ChartFigures
from kernel.services.dashboards.model import MOST_CHARTS, ChartInput, ChartPatch, Layout, LayoutPatch, encode
from kernel.services.dashboards.types import ChartTypes
from kernel.services.entries import ProjectParts
from kernel.services.names import Faults
from kernel.storage.database import Row, Statement, Transaction

_COLUMNS = "id, dashboard_id, title, type, config, x, y, width, height"
_LIVE = "deleted_at IS NULL"
BELOW = Layout(y=-1)
"""Stands for a place below all charts."""

_config = msgspec.json.Decoder(ChartConfig)


@dataclass(frozen=True)
class StoredChart:
    """A chart as it is kept."""

    id: int
    dashboard_id: int
    title: str
    type: str
    config: ChartConfig
    layout: Layout


class ChartService:
    """The rules of charts. What the writer may not see cannot be written into one."""

    def __init__(
        self, parts: ProjectParts, access: DashboardAccess, types: ChartTypes, figures: ChartFigures
    ) -> None:
        self._parts = parts
        self._access = access
        self._types = types
        self._figures = figures

    async def of(self, dashboard_ids: Sequence[int]) -> list[StoredChart]:
        """The charts of dashboards, from top to bottom."""
        if not dashboard_ids:
            return []
        marks = ", ".join(self._parts.rows.mark(n) for n in range(1, len(dashboard_ids) + 1))
        where = f"dashboard_id IN ({marks}) AND {_LIVE}"
        sql = f"SELECT {_COLUMNS} FROM smalt_chart WHERE {where} ORDER BY y, x, id"
        (rows,) = await self._parts.database.read(Statement(sql, list(dashboard_ids)))
        return [_chart(row) for row in rows]

    async def get(self, actor: Actor, dashboard_id: int, chart_id: int) -> StoredChart:
        """One chart of a dashboard, or NotFoundError."""
        await self._access.get(actor, dashboard_id)
        (rows,) = await self._parts.database.read(self._one(dashboard_id, chart_id))
        return _only(rows)

    async def create(self, actor: Actor, dashboard_id: int, data: ChartInput) -> StoredChart:
        """Add a chart, for who may edit the dashboard."""
        seen = await self._access.get(actor, dashboard_id)
        seen.demand("edit")
        layout = data.layout or BELOW
        chart = StoredChart(self._parts.ids.new(), dashboard_id, data.title, data.type, data.config, layout)
        title = await self._check(actor, seen, chart, data.config.options, data.config)
        async with self._parts.database.transaction() as tx:
            await self._access.within(tx, actor, dashboard_id, "edit")
            return await self.add(tx, actor, replace(chart, title=title))

    async def add(self, tx: Transaction, actor: Actor, chart: StoredChart) -> StoredChart:
        """Add a chart that was checked; one whose `y` is below 0 goes below the others."""
        below = await self._room(tx, chart.dashboard_id)
        if chart.layout.y < 0:
            chart = replace(chart, layout=msgspec.structs.replace(chart.layout, y=below))
        now = self._parts.now()
        row = {"id": chart.id, "dashboard_id": chart.dashboard_id, "created_at": now, "updated_at": now}
        await self._parts.rows.insert(tx, "smalt_chart", row | _row(chart))
        await self._log(tx, actor, chart.dashboard_id, "created", {"id": str(chart.id), "title": chart.title})
        return chart

    async def update(self, actor: Actor, dashboard_id: int, chart_id: int, data: ChartPatch) -> StoredChart:
        """Change what is given."""
        seen = await self._access.get(actor, dashboard_id)
        seen.demand("edit")
        after = self._patched(await self.get(actor, dashboard_id, chart_id), data)
        # what was there before may name things that this editor may not see: it is not checked again
        config = after.config if data.config is not msgspec.UNSET else None
        options = None if config is None and data.type is msgspec.UNSET else after.config.options
        after = replace(after, title=await self._check(actor, seen, after, options, config))
        async with self._parts.database.transaction() as tx:
            await self._access.within(tx, actor, dashboard_id, "edit")
            before = _only(await tx.fetch(*self._one(dashboard_id, chart_id)))
            old, new = _row(before), _row(after)
            changes = {name: value for name, value in new.items() if value != old[name]}
            if changes:
                stamp = {"updated_at": self._parts.now()}
                await self._parts.rows.update(tx, "smalt_chart", chart_id, changes | stamp)
                told = {name: [old[name], value] for name, value in changes.items()}
                await self._log(tx, actor, dashboard_id, "updated", {"id": str(chart_id)} | told)
        return after

    async def delete(self, actor: Actor, dashboard_id: int, chart_id: int) -> None:
        """Take a chart off its dashboard, into the trash."""
        async with self._parts.database.transaction() as tx:
            await self._access.within(tx, actor, dashboard_id, "edit")
            chart = _only(await tx.fetch(*self._one(dashboard_id, chart_id)))
            gone = {"deleted_at": self._parts.now(), "deleted_by": actor.user_id}
            await self._parts.rows.update(tx, "smalt_chart", chart_id, gone)
            await self._log(tx, actor, dashboard_id, "deleted", {"id": str(chart_id)} | _row(chart))

    async def restore(self, actor: Actor, dashboard_id: int, chart_id: int) -> StoredChart:
        """Put a chart back where it stood."""
        async with self._parts.database.transaction() as tx:
            await self._access.within(tx, actor, dashboard_id, "edit")
            chart = _only(await tx.fetch(*self._one(dashboard_id, chart_id, trash=True)))
            await self._room(tx, dashboard_id)
            back = {"deleted_at": None, "deleted_by": None}
            await self._parts.rows.update(tx, "smalt_chart", chart_id, back)
            await self._log(tx, actor, dashboard_id, "restored", {"id": str(chart_id), "title": chart.title})
        return chart

    async def _room(self, tx: Transaction, dashboard_id: int) -> int:
        """The first row below all charts. ConflictError where there are as many as there may be."""
        where = f"dashboard_id = {self._parts.rows.mark(1)} AND {_LIVE}"
        sql = f"SELECT count(*), coalesce(max(y + height), 0) FROM smalt_chart WHERE {where}"
        [(count, below)] = await tx.fetch(sql, [dashboard_id])
        if count >= MOST_CHARTS:
            raise ConflictError(f"A dashboard has at most {MOST_CHARTS} charts.")
        return int(below)

    def _patched(self, before: StoredChart, data: ChartPatch) -> StoredChart:
        after = before
        if data.title is not msgspec.UNSET:
            after = replace(after, title=data.title)
        if data.config is not msgspec.UNSET:
            after = replace(after, config=data.config)
        if data.type is not msgspec.UNSET:
            after = replace(after, type=data.type)
            if data.config is msgspec.UNSET:
                kept = self._types.known_options(data.type, before.config.options)
                after = replace(
                    after, config=msgspec.structs.replace(before.config, format=kept or msgspec.UNSET)
                )
        if data.layout is not msgspec.UNSET:
            after = replace(after, layout=_placed(before.layout, data.layout))
        return after

    async def _check(
        self,
        actor: Actor,
        dashboard: StoredDashboard,
        chart: StoredChart,
        options: dict[str, Any] | None,
        config: ChartConfig | None,
    ) -> str:
        """The title, cleaned. Raises InvalidInputError with everything that is wrong in what is given."""
        faults = Faults()
        cleaned = faults.name(chart.title, "/title")
        if options is not None:
            faults.found += await self._types.faults(chart.type, options)
        if config is not None:
            faults.found += await self._figures.faults(actor, config, dashboard.time_zone)
        faults.check()
        return cleaned

    def _one(self, dashboard_id: int, chart_id: int, trash: bool = False) -> Statement:
        mark = self._parts.rows.mark
        state = "deleted_at IS NOT NULL" if trash else _LIVE
        where = f"id = {mark(1)} AND dashboard_id = {mark(2)} AND {state}"
        return Statement(f"SELECT {_COLUMNS} FROM smalt_chart WHERE {where}", [chart_id, dashboard_id])

    async def _log(self, tx: Transaction, actor: Actor, dashboard_id: int, verb: str, changes: Any) -> None:
        await self._parts.log.write(tx, actor, NOWHERE, dashboard_id, f"chart.{verb}", None, changes)


def _placed(before: Layout, given: LayoutPatch) -> Layout:
    changes = {n: v for n in given.__struct_fields__ if (v := getattr(given, n)) is not msgspec.UNSET}
    return msgspec.structs.replace(before, **changes)


def _row(chart: StoredChart) -> dict[str, Any]:
    layout = chart.layout
    return {
        "title": chart.title, "type": chart.type, "config": encode(chart.config),
        "x": layout.x, "y": layout.y, "width": layout.w, "height": layout.h,
    }  # fmt: skip


def _chart(row: Row) -> StoredChart:
    id_, dashboard_id, title, type_, config, x, y, width, height = row
    return StoredChart(id_, dashboard_id, title, type_, _config.decode(config), Layout(x, y, width, height))


def _only(rows: list[Row]) -> StoredChart:
    if not rows:
        raise NotFoundError("There is no such chart.")
    return _chart(rows[0])
