"""Dashboards and charts in the trash: what may be brought back, and what goes for good."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from kernel.access.actor import SYSTEM, Actor
from kernel.services.dashboards.access import NOWHERE, beholder, sees_too
from kernel.services.entries import ProjectParts
from kernel.storage.database import Statement

Kind: TypeAlias = Literal["dashboard", "chart"]


class TrashedBoard(NamedTuple):
    """When (milliseconds) what went to the trash; of a chart `dashboard_id` is where it stood."""

    deleted_at: int
    id: int
    name: str
    dashboard_id: int
    kind: Kind


class DashboardTrash:
    """Reads the trash, and empties it."""

    def __init__(self, parts: ProjectParts) -> None:
        self._parts = parts

    async def page(self, actor: Actor, limit: int, edge: tuple[int, int]) -> list[TrashedBoard]:
        """Up to `limit + 1` of each kind before a time and an id: dashboards for those who own them,
        charts for those who may edit their dashboard."""
        if actor.preview is not None and actor.preview.user_id is None:
            return []  # who looks as a role changes nothing
        person, everything = beholder(actor)
        mark = self._parts.rows.mark
        editing = f"user_id = {mark(3)} AND role = 'edit'"
        shared = f"SELECT dashboard_id FROM smalt_dashboard_member WHERE {editing}"
        owned = "1 = 1" if everything else f"d.created_by = {mark(3)}"
        edited = f"({owned} OR d.id IN ({shared}))"
        before = f"(x.deleted_at < {mark(1)} OR (x.deleted_at = {mark(1)} AND x.id < {mark(2)}))"
        rest = f"{before} AND {sees_too(actor)} ORDER BY x.deleted_at DESC, x.id DESC LIMIT {limit + 1}"
        boards = "smalt_dashboard x JOIN smalt_dashboard d ON d.id = x.id"
        charts = "smalt_chart x JOIN smalt_dashboard d ON d.id = x.dashboard_id AND d.deleted_at IS NULL"
        given = [*edge, person]
        whole = f"SELECT x.deleted_at, x.id, x.name, d.id FROM {boards} WHERE {owned} AND {rest}"
        single = f"SELECT x.deleted_at, x.id, x.title, d.id FROM {charts} WHERE {edited} AND {rest}"
        answers = await self._parts.database.read(
            Statement(whole, edge if everything else given), Statement(single, given)
        )
        kinds: tuple[Kind, Kind] = ("dashboard", "chart")
        return [
            TrashedBoard(at, id_, name, board, kind)
            for kind, rows in zip(kinds, answers, strict=True)
            for at, id_, name, board in rows
        ]

    async def empty(self, before: int) -> None:
        """Remove for good what went there before a time, dashboards with all that they have."""
        mark = self._parts.rows.mark(1)
        due = f"SELECT id FROM smalt_dashboard WHERE deleted_at < {mark}"
        async with self._parts.database.transaction() as tx:
            for table in ("smalt_chart", "smalt_dashboard_member"):
                await tx.execute(f"DELETE FROM {table} WHERE dashboard_id IN ({due})", [before])
            await tx.execute(f"DELETE FROM smalt_chart WHERE deleted_at < {mark}", [before])
            sql = f"DELETE FROM smalt_dashboard WHERE deleted_at < {mark} RETURNING id, name"
            for id_, name in await tx.fetch(sql, [before]):
                told = {"name": name}
                await self._parts.log.write(tx, SYSTEM, NOWHERE, id_, "dashboard.purged", None, told)
