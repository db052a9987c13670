"""With whom a dashboard is shared: named people, to view or to edit."""

from __future__ import annotations

from typing import Any

from kernel.access.actor import Actor
from kernel.errors import ConflictError, Fault, InvalidInputError, NotFoundError
from kernel.services.dashboards.access import NOWHERE, DashboardAccess, StoredDashboard
from kernel.services.dashboards.model import DashboardMember, DashboardMemberInput, Role
from kernel.services.entries import ProjectParts
from kernel.services.users import UserService
from kernel.storage.database import Row, Statement, Transaction


class DashboardMembers:
    """The rules of sharing. The owner shares; everybody may leave."""

    def __init__(self, parts: ProjectParts, access: DashboardAccess, users: UserService) -> None:
        self._parts = parts
        self._access = access
        self._users = users

    async def all(self, actor: Actor, dashboard_id: int) -> list[DashboardMember]:
        """The owner, then the others in the order of their ids."""
        await self._access.get(actor, dashboard_id)
        (rows,) = await self._parts.database.read(self._select(dashboard_id))
        return [_member(row) for row in rows]

    async def get(self, actor: Actor, dashboard_id: int, user_id: int) -> DashboardMember:
        """One of them, or NotFoundError."""
        for member in await self.all(actor, dashboard_id):
            if member.id == str(user_id):
                return member
        raise NotFoundError("The dashboard is not shared with this user.")

    async def add(self, actor: Actor, dashboard_id: int, data: DashboardMemberInput) -> DashboardMember:
        """Share with somebody. Raises ConflictError for whom it is shared with already."""
        async with self._parts.database.transaction() as tx:
            dashboard = await self._access.within(tx, actor, dashboard_id, "owner")
            user_id = await self._user(tx, data.user)
            if user_id == dashboard.owner or await self._role(tx, dashboard_id, user_id):
                raise ConflictError("It is shared with this user already; change the role instead.")
            row = {"dashboard_id": dashboard_id, "user_id": user_id, "role": data.role}
            await self._parts.rows.insert(
                tx, "smalt_dashboard_member", row | {"created_at": self._parts.now()}
            )
            await self._log(tx, actor, dashboard, {"user": str(user_id), "role": [None, data.role]})
        return await self.get(actor, dashboard_id, user_id)

    async def update(self, actor: Actor, dashboard_id: int, user_id: int, role: Role) -> DashboardMember:
        """Let somebody view or edit from now on."""
        async with self._parts.database.transaction() as tx:
            dashboard = await self._access.within(tx, actor, dashboard_id, "owner")
            before = await self._member(tx, dashboard_id, user_id)
            marks = self._parts.rows.mark
            where = f"dashboard_id = {marks(2)} AND user_id = {marks(3)}"
            sql = f"UPDATE smalt_dashboard_member SET role = {marks(1)} WHERE {where}"
            await tx.execute(sql, [role, dashboard_id, user_id])
            await self._log(tx, actor, dashboard, {"user": str(user_id), "role": [before, role]})
        return await self.get(actor, dashboard_id, user_id)

    async def remove(self, actor: Actor, dashboard_id: int, user_id: int) -> None:
        """Share with somebody no more; everybody may leave by themselves."""
        async with self._parts.database.transaction() as tx:
            needed = "view" if actor.user_id == user_id else "owner"
            dashboard = await self._access.within(tx, actor, dashboard_id, needed)
            before = await self._member(tx, dashboard_id, user_id)
            marks = self._parts.rows.mark
            where = f"dashboard_id = {marks(1)} AND user_id = {marks(2)}"
            await tx.execute(f"DELETE FROM smalt_dashboard_member WHERE {where}", [dashboard_id, user_id])
            await self._log(tx, actor, dashboard, {"user": str(user_id), "role": [before, None]})

    async def _user(self, tx: Transaction, name: str) -> int:
        try:
            return (await self._users.find(tx, name)).id
        except NotFoundError as error:
            raise InvalidInputError(error.detail, [Fault("/user", error.detail)]) from None

    async def _member(self, tx: Transaction, dashboard_id: int, user_id: int) -> str:
        role = await self._role(tx, dashboard_id, user_id)
        if role is None:
            raise NotFoundError("The dashboard is not shared with this user.")
        return role

    async def _role(self, tx: Transaction, dashboard_id: int, user_id: int) -> str | None:
        marks = self._parts.rows.mark
        where = f"dashboard_id = {marks(1)} AND user_id = {marks(2)}"
        rows = await tx.fetch(
            f"SELECT role FROM smalt_dashboard_member WHERE {where}", [dashboard_id, user_id]
        )
        return rows[0][0] if rows else None

    async def _log(self, tx: Transaction, actor: Actor, dashboard: StoredDashboard, changes: Any) -> None:
        await self._parts.log.write(tx, actor, NOWHERE, dashboard.id, "dashboard.shared", None, changes)

    def _select(self, dashboard_id: int) -> Statement:
        mark = self._parts.rows.mark(1)
        sql = (
            "SELECT u.id, u.name, u.email, 'owner' AS role FROM smalt_dashboard d "
            f"JOIN smalt_user u ON u.id = d.created_by WHERE d.id = {mark} UNION ALL "
            "SELECT u.id, u.name, u.email, m.role FROM smalt_dashboard_member m "
            f"JOIN smalt_user u ON u.id = m.user_id WHERE m.dashboard_id = {mark}"
        )
        return Statement(f"SELECT * FROM ({sql}) p ORDER BY p.role <> 'owner', p.id", [dashboard_id])


def _member(row: Row) -> DashboardMember:
    return DashboardMember(str(row[0]), row[1], row[2], row[3])
