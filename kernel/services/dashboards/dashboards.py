"""Dashboards: made, changed, copied and deleted by their owners and those who may edit them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.queries.charts.request import ChartFilters
from kernel.queries.charts.spans import span_of
from kernel.services.dashboards.access import NOWHERE, DashboardAccess, StoredDashboard
from kernel.services.dashboards.charts import ChartService
from kernel.services.dashboards.model import DashboardInput, DashboardPatch, encode
from kernel.services.entries import ProjectParts
from kernel.services.names import MAXIMUM_NAME, Faults
from kernel.storage.database import Transaction
from kernel.time_zones import time_zones

DEFAULT_ZONE = "UTC"
_COPY = " (copy)"
_ANY_DAY = date(2000, 1, 1)


class DashboardService:
    """The rules of dashboards."""

    def __init__(self, parts: ProjectParts, access: DashboardAccess, charts: ChartService) -> None:
        self._parts = parts
        self._access = access
        self._charts = charts

    async def create(self, actor: Actor, data: DashboardInput) -> StoredDashboard:
        """Make a dashboard, which is the actor's own."""
        async with self._parts.database.transaction() as tx:
            return await self.add(tx, actor, data)

    async def add(self, tx: Transaction, actor: Actor, data: DashboardInput) -> StoredDashboard:
        """The same in a transaction that goes on."""
        given = _checked(
            {
                "name": data.name, "description": data.description, "filters": data.filters,
                "time_zone": data.time_zone or DEFAULT_ZONE,
            }
        )  # fmt: skip
        id_, now = self._parts.ids.new(), self._parts.now()
        made = StoredDashboard(
            id=id_, created_at=now, owner=actor.user_id, updated_at=now, role="owner", **given
        )
        stamps = {"created_at": now, "created_by": actor.user_id, "updated_at": now}
        await self._parts.rows.insert(tx, "smalt_dashboard", {"id": id_} | _row(made) | stamps)
        await self._log(tx, actor, id_, "created", {"name": made.name})
        return made

    async def update(self, actor: Actor, dashboard_id: int, data: DashboardPatch) -> StoredDashboard:
        """Change what is given, for who may edit."""
        given = {n: v for n in data.__struct_fields__ if (v := getattr(data, n)) is not msgspec.UNSET}
        given = _checked(given)
        async with self._parts.database.transaction() as tx:
            before = await self._access.within(tx, actor, dashboard_id, "edit")
            after = replace(before, **given)
            old, new = _row(before), _row(after)
            changes = {name: value for name, value in new.items() if value != old[name]}
            if changes:
                after = replace(after, updated_at=self._parts.now())
                stamp = {"updated_at": after.updated_at}
                await self._parts.rows.update(tx, "smalt_dashboard", dashboard_id, changes | stamp)
                told = {name: [old[name], value] for name, value in changes.items()}
                await self._log(tx, actor, dashboard_id, "updated", told)
        return after

    async def delete(self, actor: Actor, dashboard_id: int) -> None:
        """Move a dashboard to the trash, with all it has; only its owner does. Records are not touched."""
        gone = {"deleted_at": self._parts.now(), "deleted_by": actor.user_id}
        async with self._parts.database.transaction() as tx:
            found = await self._access.within(tx, actor, dashboard_id, "owner")
            await self._parts.rows.update(tx, "smalt_dashboard", dashboard_id, gone)
            await self._log(tx, actor, dashboard_id, "deleted", {"name": found.name})

    async def restore(self, actor: Actor, dashboard_id: int) -> StoredDashboard:
        """Take a dashboard out of the trash; those it was shared with see it again."""
        async with self._parts.database.transaction() as tx:
            found = await self._access.within(tx, actor, dashboard_id, "owner", trash=True)
            back = {"deleted_at": None, "deleted_by": None}
            await self._parts.rows.update(tx, "smalt_dashboard", dashboard_id, back)
            await self._log(tx, actor, dashboard_id, "restored", {"name": found.name})
        return found

    async def copy(self, actor: Actor, dashboard_id: int, name: str | None) -> StoredDashboard:
        """A dashboard of one's own with the same charts, shared with nobody."""
        before = await self._access.get(actor, dashboard_id)
        charts = await self._charts.of([dashboard_id])
        wanted = DashboardInput(
            name if name is not None else f"{before.name[:MAXIMUM_NAME - len(_COPY)]}{_COPY}",
            before.description, before.time_zone, before.filters,
        )  # fmt: skip
        async with self._parts.database.transaction() as tx:
            made = await self.add(tx, actor, wanted)
            for chart in charts:
                copied = replace(chart, id=self._parts.ids.new(), dashboard_id=made.id)
                await self._charts.add(tx, actor, copied)
        return made

    async def _log(self, tx: Transaction, actor: Actor, dashboard_id: int, verb: str, changes: Any) -> None:
        await self._parts.log.write(tx, actor, NOWHERE, dashboard_id, f"dashboard.{verb}", None, changes)


def _row(dashboard: StoredDashboard) -> dict[str, Any]:
    return {
        "name": dashboard.name, "description": dashboard.description, "time_zone": dashboard.time_zone,
        "filters": encode(dashboard.filters),
    }  # fmt: skip


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """The members given, cleaned. Raises InvalidInputError with all faults."""
    faults = Faults()
    cleaned = dict(given)
    if "name" in given:
        cleaned["name"] = faults.name(given["name"])
    if "description" in given:
        cleaned["description"] = faults.text(given["description"])
    if given.get("time_zone", DEFAULT_ZONE) not in time_zones():
        faults.add("/time_zone", "This is no IANA time zone, such as Europe/Warsaw.")
    with faults.before():
        span_of(given.get("filters", ChartFilters()), _ANY_DAY, "/filters/")
    faults.check()
    return cleaned
