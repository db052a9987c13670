"""Dashboards that templates bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.complaints import fault_of
from kernel.errors import SmaltError
from kernel.queries.charts.request import ChartConfig
from kernel.schema import Schema
from kernel.services.dashboards.access import StoredDashboard
from kernel.services.dashboards.charts import StoredChart
from kernel.services.dashboards.facade import Dashboards
from kernel.services.dashboards.model import DashboardInput, Layout
from kernel.storage.database import Transaction
from kernel.templates import ChartSpec, DashboardSpec


class TemplateDashboards:
    """Makes dashboards in the transaction of a template, whose projects nobody else sees yet."""

    def __init__(self, dashboards: Dashboards) -> None:
        self._dashboards = dashboards

    async def add(
        self,
        tx: Transaction,
        schema: Schema,
        actor: Actor,
        wanted: DashboardSpec,
        configs: Sequence[Mapping[str, Any]],
    ) -> tuple[StoredDashboard, list[tuple[str, str]]]:
        """The dashboard, and the titles of charts that could not be made, with the reasons.

        `configs` are those of its charts with the ids of projects.
        """
        zone = _zone(schema, configs)
        made = await self._dashboards.service.add(
            tx, actor, DashboardInput(wanted.name, wanted.description, zone)
        )
        refused: list[tuple[str, str]] = []
        for chart, config in zip(wanted.charts, configs, strict=True):
            try:
                await self._chart(tx, schema, actor, made, chart, config)
            except msgspec.ValidationError as error:
                refused.append((chart.title, fault_of(error).detail))
            except SmaltError as error:
                refused.append((chart.title, error.faults[0].detail if error.faults else error.detail))
        return made, refused

    async def _chart(
        self,
        tx: Transaction,
        schema: Schema,
        actor: Actor,
        board: StoredDashboard,
        wanted: ChartSpec,
        given: Mapping[str, Any],
    ) -> None:
        config = msgspec.convert(given, ChartConfig)
        self._dashboards.types.require(schema, wanted.type)
        self._dashboards.figures.require(schema, actor, config, board.time_zone)
        layout, id_ = Layout(*wanted.place), self._dashboards.new_id()
        chart = StoredChart(id_, board.id, wanted.title, wanted.type, config, layout)
        await self._dashboards.charts.add(tx, actor, chart)


def _zone(schema: Schema, configs: Sequence[Mapping[str, Any]]) -> str | None:
    """That of the first project that a chart names."""
    ids = [str(source.get("project_id", "")) for c in configs for source in c.get("sources", ())]
    known = [schema.projects.get(int(id_)) for id_ in ids if id_.isdecimal()]
    return next((project.time_zone for project in known if project is not None), None)
