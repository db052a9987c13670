"""Who may do what with a dashboard: its owner everything, those it is shared with what was agreed.

Sharing a dashboard gives no right to any project: figures are computed for each reader.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from kernel.access.actor import Actor
from kernel.errors import ForbiddenError, NotFoundError
from kernel.queries.charts.request import ChartFilters
from kernel.services.entries import ProjectParts
from kernel.storage.database import Reading, Row, Statement, Transaction
from kernel.values import ID

NOWHERE = 0
"""The project of events that belong to none."""

_COLUMNS = "d.id, d.name, d.description, d.time_zone, d.filters, d.created_at, d.created_by, d.updated_at"
_ROLES = ("view", "edit", "owner")


@dataclass(frozen=True)
class StoredDashboard:
    """A dashboard as somebody sees it. `role` is what they may do: view, edit or owner."""

    id: int
    name: str
    description: str | None
    time_zone: str
    filters: ChartFilters
    created_at: int
    owner: int | None
    updated_at: int
    role: str

    def demand(self, role: str) -> None:
        """Raise ForbiddenError for who may do less than this."""
        if _ROLES.index(self.role) < _ROLES.index(role):
            what = "share or delete it" if role == "owner" else "change it"
            raise ForbiddenError(f"This dashboard is shared with you, but you may not {what}.")


class DashboardAccess:
    """Finds dashboards for those who may see them; for everybody else they do not exist."""

    def __init__(self, parts: ProjectParts) -> None:
        self._parts = parts

    async def all(self, actor: Actor, after: int, limit: int) -> list[StoredDashboard]:
        """Up to `limit + 1` dashboards behind the id `after`, oldest first."""
        marks = self._parts.rows.mark
        person, everything = beholder(actor)
        seen = "" if everything else f" AND (d.created_by = {marks(1)} OR m.role IS NOT NULL)"
        sql = f"{self._select(actor)} AND d.id > {marks(2)}{seen} ORDER BY d.id LIMIT {limit + 1}"
        (rows,) = await self._parts.database.read(Statement(sql, [person, after]))
        return [_dashboard(row, actor) for row in rows]

    async def get(self, actor: Actor, dashboard_id: int) -> StoredDashboard:
        """One dashboard, or NotFoundError."""
        (rows,) = await self._parts.database.read(self._one(actor, dashboard_id))
        return _visible(rows, actor)

    async def within(
        self, tx: Transaction, actor: Actor, dashboard_id: int, role: str, trash: bool = False
    ) -> StoredDashboard:
        """The same inside a transaction, for who may do at least `role`; with `trash` one that is there."""
        found = _visible(await tx.fetch(*self._one(actor, dashboard_id, trash)), actor)
        found.demand(role)
        return found

    async def of_chart(self, actor: Actor, chart_id: int) -> StoredDashboard:
        """The dashboard that a chart stands on, or NotFoundError."""
        mark = self._parts.rows.mark(2)
        where = f"d.id = (SELECT dashboard_id FROM smalt_chart WHERE id = {mark})"
        sql = f"{self._select(actor)} AND {where}"
        (rows,) = await self._parts.database.read(Statement(sql, [beholder(actor)[0], chart_id]))
        return _visible(rows, actor)

    def _one(self, actor: Actor, dashboard_id: int, trash: bool = False) -> Statement:
        sql = f"{self._select(actor, trash)} AND d.id = {self._parts.rows.mark(2)}"
        return Statement(sql, [beholder(actor)[0], dashboard_id])

    def _select(self, actor: Actor, trash: bool = False) -> str:
        state = "NOT NULL" if trash else "NULL"
        return (
            f"SELECT {_COLUMNS}, m.role FROM smalt_dashboard d LEFT JOIN smalt_dashboard_member m "
            f"ON m.dashboard_id = d.id AND m.user_id = {self._parts.rows.mark(1)} "
            f"WHERE d.deleted_at IS {state} AND {sees_too(actor)}"
        )


def beholder(actor: Actor) -> tuple[int | None, bool]:
    """Whose dashboards an actor sees, and whether it is all: in a preview, those of the member."""
    preview = actor.preview
    if preview is None:
        return actor.user_id, actor.admin
    if preview.user_id is None:
        return actor.user_id, preview.by_admin
    return preview.user_id, False


def sees_too(actor: Actor) -> str:
    """In the preview of a member, the condition that the actor sees the dashboard as well."""
    preview = actor.preview
    if preview is None or preview.user_id is None or preview.by_admin:
        return "1 = 1"
    shared = f"SELECT o.dashboard_id FROM smalt_dashboard_member o WHERE o.user_id = {actor.user_id}"
    return f"(d.created_by = {actor.user_id} OR d.id IN ({shared}))"


async def dashboard_names(database: Reading, actor: Actor) -> dict[str, str]:
    """The names of the dashboards that the actor sees, by id, oldest first."""
    person, everything = beholder(actor)
    mark = database.dialect.placeholder(1, ID)
    shared = f"SELECT dashboard_id FROM smalt_dashboard_member WHERE user_id = {mark}"
    seen = "" if everything else f" AND (d.created_by = {mark} OR d.id IN ({shared}))"
    sql = (
        f"SELECT d.id, d.name FROM smalt_dashboard d WHERE d.deleted_at IS NULL AND {sees_too(actor)}{seen} "
        "ORDER BY d.id"
    )
    (rows,) = await database.read(Statement(sql, [] if everything else [person]))
    return {str(row[0]): row[1] for row in rows}


def _visible(rows: list[Row], actor: Actor) -> StoredDashboard:
    if rows:
        found = _dashboard(rows[0], actor)
        if found.role:
            return found
    raise NotFoundError("There is no such dashboard, or it is not shared with you.")


def _dashboard(row: Row, actor: Actor) -> StoredDashboard:
    id_, name, description, zone, filters, created_at, owner, updated_at, role = row
    person, everything = beholder(actor)
    owns = everything or (owner is not None and owner == person)
    decoded = msgspec.json.decode(filters, type=ChartFilters)
    mine = "owner" if owns else role or ""
    if mine and actor.preview is not None and actor.preview.user_id is None:
        mine = "view"
    return StoredDashboard(id_, name, description, zone, decoded, created_at, owner, updated_at, mine)
