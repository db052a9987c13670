"""The members of a project and their roles. The last owner stays."""

from __future__ import annotations

from typing import Annotated

import msgspec

from kernel.access.actor import Actor
from kernel.access.rights import BUILT_IN
from kernel.access.version import bump_access
from kernel.clock import Clock, to_milliseconds
from kernel.errors import ConflictError, Fault, ForbiddenError, InvalidInputError, NotFoundError
from kernel.ids import number_of
from kernel.queries.refusals import Refusals
from kernel.services.rights import configurable_project, visible_project
from kernel.services.users import UserService
from kernel.storage.database import Database, Row, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.schema_cache import SchemaCache

RoleName = Annotated[
    str, msgspec.Meta(description=f"{', '.join(BUILT_IN)}, or the id of a custom role.", examples=["member"])
]


class MemberInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new member."""

    user: Annotated[str, msgspec.Meta(description="Id or email.", examples=["ewa@example.com"])]
    role: RoleName


class MemberPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a member."""

    role: RoleName


class Member(msgspec.Struct, frozen=True):
    """A member. `role` is a built-in name or the id of a custom role."""

    user_id: int
    name: str
    email: str
    role: str
    role_name: str
    created_at: int


class MemberService:
    """The rules of membership."""

    def __init__(
        self,
        database: Database,
        rows: KernelRows,
        clock: Clock,
        schema: SchemaCache,
        users: UserService,
    ) -> None:
        self._database = database
        self._rows = rows
        self._clock = clock
        self._schema = schema
        self._users = users

    async def all(self, actor: Actor, project_id: int) -> list[Member]:
        """The members, in the order of their users' ids."""
        visible_project(await self._schema.current(), actor, project_id)
        return [_member(r) for r in (await self._database.read(self._select(project_id)))[0]]

    async def get(self, actor: Actor, project_id: int, user_id: int) -> Member:
        """One member, or NotFoundError."""
        visible_project(await self._schema.current(), actor, project_id)
        return _one((await self._database.read(self._select(project_id, user_id)))[0])

    async def add(self, actor: Actor, project_id: int, data: MemberInput) -> Member:
        """Make a user a member. Raises ConflictError for who is one already."""
        async with self._database.transaction() as tx:
            await bump_access(tx)
            refusals, user_id = Refusals(), 0
            with refusals.noted():
                await self.require_rights(tx, actor, project_id, data.role)
            with refusals.noted():
                user_id = await self._user(tx, data.user)
            refusals.tell("The member is not valid.")
            select = self._select(project_id, user_id)
            if await tx.fetch(*select):
                raise ConflictError("This user is a member already; change the role instead.")
            await self.join(tx, project_id, user_id, data.role)
            return _one(await tx.fetch(*select))

    async def join(self, tx: Transaction, project_id: int, user_id: int, role: str) -> None:
        """Make a user a member within a caller's transaction, who has seen to the rights."""
        now = to_milliseconds(self._clock.now())
        row = {"project_id": project_id, "user_id": user_id, "created_at": now}
        await self._rows.insert(tx, "smalt_member", row | stored_role(role))

    async def update(self, actor: Actor, project_id: int, user_id: int, data: MemberPatch) -> Member:
        """Give a member another role."""
        async with self._database.transaction() as tx:
            await bump_access(tx)
            await self.require_rights(tx, actor, project_id, data.role)
            select = self._select(project_id, user_id)
            _require_over(actor, project_id, _one(await tx.fetch(*select)).role)
            marks = [self._rows.mark(n) for n in (1, 2, 3, 4)]
            sql = (
                f"UPDATE smalt_member SET role = {marks[0]}, role_id = {marks[1]} "
                f"WHERE project_id = {marks[2]} AND user_id = {marks[3]}"
            )
            await tx.execute(sql, [*stored_role(data.role).values(), project_id, user_id])
            await self._require_owner(tx, project_id)
            return _one(await tx.fetch(*select))

    async def remove(self, actor: Actor, project_id: int, user_id: int) -> None:
        """End a membership; everybody may end their own."""
        async with self._database.transaction() as tx:
            await bump_access(tx)
            schema = await self._schema.in_transaction(tx)
            require = visible_project if actor.user_id == user_id else configurable_project
            require(schema, actor, project_id)
            role = _one(await tx.fetch(*self._select(project_id, user_id))).role
            if actor.user_id != user_id:
                _require_over(actor, project_id, role)
            marks = [self._rows.mark(n) for n in (1, 2)]
            sql = f"DELETE FROM smalt_member WHERE project_id = {marks[0]} AND user_id = {marks[1]}"
            await tx.execute(sql, [project_id, user_id])
            await self._require_owner(tx, project_id)

    async def require_rights(self, tx: Transaction, actor: Actor, project_id: int, role: str) -> None:
        """Who may configure the project gives roles away; that of an owner only owners."""
        configurable_project(await self._schema.in_transaction(tx), actor, project_id)
        _require_over(actor, project_id, role)
        if not await self.is_role(tx, project_id, role):
            names = ", ".join(BUILT_IN)
            fault = Fault("/role", f"Give one of {names}, or the id of a custom role of this project.")
            raise InvalidInputError("There is no such role.", [fault])

    async def _is_custom(self, tx: Transaction, project_id: int, role: str) -> bool:
        number = number_of(role)
        if number is None:
            return False
        marks = [self._rows.mark(n) for n in (1, 2)]
        sql = f"SELECT 1 FROM smalt_role WHERE id = {marks[0]} AND project_id = {marks[1]}"
        return bool(await tx.fetch(sql, [number, project_id]))

    async def _user(self, tx: Transaction, name: str) -> int:
        try:
            return (await self._users.find(tx, name)).id
        except NotFoundError as error:
            raise InvalidInputError(error.detail, [Fault("/user", error.detail)]) from None

    async def is_role(self, tx: Transaction, project_id: int, role: str) -> bool:
        """Whether members of a project can have a role: a built-in one, or the id of one of its own."""
        return role in BUILT_IN or await self._is_custom(tx, project_id, role)

    async def _require_owner(self, tx: Transaction, project_id: int) -> None:
        sql = f"SELECT count(*) FROM smalt_member WHERE project_id = {self._rows.mark(1)} AND role = 'owner'"
        if (await tx.fetch(sql, [project_id]))[0][0] == 0:
            raise ConflictError("This is the last owner of the project. Make another one first.")

    def _select(self, project_id: int, user_id: int | None = None) -> Statement:
        one = "" if user_id is None else f" AND m.user_id = {self._rows.mark(2)}"
        sql = (
            "SELECT m.user_id, u.name, u.email, coalesce(m.role, CAST(m.role_id AS TEXT)), r.name, "
            "m.created_at FROM smalt_member m JOIN smalt_user u ON u.id = m.user_id "
            "LEFT JOIN smalt_role r ON r.id = m.role_id "
            f"WHERE m.project_id = {self._rows.mark(1)}{one} ORDER BY m.user_id"
        )
        return Statement(sql, [project_id] if user_id is None else [project_id, user_id])


def _require_over(actor: Actor, project_id: int, role: str) -> None:
    access = actor.access(project_id)
    if role == "owner" and (access is None or access.role != "owner"):
        raise ForbiddenError("Only owners may make, change or remove owners.")


def stored_role(role: str) -> dict[str, str | int | None]:
    """A role as its two columns."""
    return {"role": role, "role_id": None} if role in BUILT_IN else {"role": None, "role_id": int(role)}


def _member(row: Row) -> Member:
    user_id, name, email, role, role_name, created_at = row
    return Member(user_id, name, email, role, role_name or role, created_at)


def _one(rows: list[Row]) -> Member:
    if not rows:
        raise NotFoundError("There is no such member.")
    return _member(rows[0])
