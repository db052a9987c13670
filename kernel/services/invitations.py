"""Invitations: a secret for one person, by which they come in with a name and a password of their own."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import msgspec

from kernel.access.actor import Actor
from kernel.access.passwords import Passwords
from kernel.access.secrets import digest, new_session_secret
from kernel.access.version import bump_access
from kernel.clock import Clock, to_milliseconds
from kernel.errors import ForbiddenError, NotFoundError
from kernel.ids import IdGenerator
from kernel.services.members import MemberService, RoleName, stored_role
from kernel.services.names import Faults
from kernel.services.rights import configurable_project
from kernel.services.users import Email, Name, Password, UserService, checked_email
from kernel.storage.database import Database, Row, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.schema_cache import SchemaCache

LIFETIME_DAYS = 7
PREFIX = "invite_"
_GONE = "This invitation is not valid any more. Ask for another one."
_DAY_MS = 24 * 60 * 60 * 1000
_COLUMNS = (
    "id, email, admin, project_id, coalesce(role, CAST(role_id AS TEXT)), created_at, expires_at, accepted_at"
)


class InvitationInput(msgspec.Struct, forbid_unknown_fields=True):
    """Whom an administrator invites to the installation."""

    email: Email
    admin: bool = False
    expires_in_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = LIFETIME_DAYS


class ProjectInvitationInput(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to invite to a project, to be what in it."""

    email: Email
    role: RoleName
    expires_in_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = LIFETIME_DAYS


class Acceptance(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody who was invited says."""

    token: Annotated[str, msgspec.Meta(max_length=200, examples=[f"{PREFIX}…"])]
    name: Name
    password: Password


class Invitation(msgspec.Struct, frozen=True):
    """An invitation without its secret. Times are in milliseconds since 1970."""

    id: int
    email: str
    admin: bool
    project_id: int | None
    role: str | None
    created_at: int
    expires_at: int
    accepted_at: int | None


class Accepted(NamedTuple):
    """Who has come in."""

    user_id: int
    name: str


class InvitationService:
    """The rules of invitations. Whoever invites may not give what they could not give to a member."""

    def __init__(
        self,
        database: Database,
        rows: KernelRows,
        ids: IdGenerator,
        clock: Clock,
        schema: SchemaCache,
        users: UserService,
        members: MemberService,
        passwords: Passwords,
    ) -> None:
        self._database = database
        self._rows = rows
        self._ids = ids
        self._clock = clock
        self._schema = schema
        self._users = users
        self._members = members
        self._passwords = passwords

    async def all(self, actor: Actor, project_id: int | None) -> list[Invitation]:
        """Those of a project or, for administrators, of the whole installation; oldest first."""
        if project_id is None:
            _require_admin(actor)
            statement = Statement(f"SELECT {_COLUMNS} FROM smalt_invitation ORDER BY id")
        else:
            configurable_project(await self._schema.current(), actor, project_id)
            where = f"project_id = {self._rows.mark(1)}"
            sql = f"SELECT {_COLUMNS} FROM smalt_invitation WHERE {where} ORDER BY id"
            statement = Statement(sql, [project_id])
        return [_invitation(row) for row in (await self._database.read(statement))[0]]

    async def invite(self, actor: Actor, data: InvitationInput) -> tuple[Invitation, str]:
        """Invite somebody to the installation; gives the invitation and its secret, told only now."""
        _require_admin(actor)
        async with self._database.transaction() as tx:
            return await self._make(tx, actor, data.email, data.expires_in_days, admin=data.admin)

    async def invite_to(
        self, actor: Actor, project_id: int, data: ProjectInvitationInput
    ) -> tuple[Invitation, str]:
        """Invite somebody to a project. Raises ConflictError for who is a user already: add a member."""
        async with self._database.transaction() as tx:
            await self._members.require_rights(tx, actor, project_id, data.role)
            return await self._make(
                tx, actor, data.email, data.expires_in_days, project_id=project_id, role=data.role
            )

    async def revoke(self, actor: Actor, project_id: int | None, invitation_id: int) -> None:
        """Take an invitation back; one that was accepted is only forgotten."""
        async with self._database.transaction() as tx:
            where, use = f"id = {self._rows.mark(1)}", [invitation_id]
            if project_id is None:
                _require_admin(actor)
            else:
                configurable_project(await self._schema.in_transaction(tx), actor, project_id)
                where, use = f"{where} AND project_id = {self._rows.mark(2)}", [invitation_id, project_id]
            if not await tx.execute(f"DELETE FROM smalt_invitation WHERE {where}", use):
                raise NotFoundError("There is no such invitation.")

    async def shown(self, token: str) -> Invitation:
        """What an open invitation says to who has its secret, or NotFoundError."""
        sql, use = self._by_secret(token)
        return self._open((await self._database.read(Statement(sql, use)))[0])

    async def accept(self, data: Acceptance) -> Accepted:
        """Come in, once. The invitation ends with it."""
        faults = Faults()
        name = faults.name(data.name)
        faults.check()
        await self.shown(data.token)  # before the slow part
        hashed = await self._passwords.hash(data.password)
        async with self._database.transaction() as tx:
            await bump_access(tx)
            sql, use = self._by_secret(data.token)
            found = self._open(await tx.fetch(sql, use))
            user_id = self._ids.new()
            await self._users.add(tx, user_id, found.email, name, hashed, found.admin)
            if found.project_id is not None and found.role is not None:
                await self._require_there(tx, found.project_id, found.role)
                await self._members.join(tx, found.project_id, user_id, found.role)
            stamp = {"accepted_at": self._now(), "user_id": user_id}
            await self._rows.update(tx, "smalt_invitation", found.id, stamp)
        return Accepted(user_id, name)

    async def _make(
        self,
        tx: Transaction,
        actor: Actor,
        email: str,
        days: int,
        admin: bool = False,
        project_id: int | None = None,
        role: str | None = None,
    ) -> tuple[Invitation, str]:
        """A new invitation in place of an open one of the same person to the same project."""
        faults = Faults()
        email = checked_email(email, faults)
        faults.check()
        await self._users.require_free(tx, email, 0)
        project = "IS NULL" if project_id is None else f"= {project_id}"
        old = f"email = {self._rows.mark(1)} AND accepted_at IS NULL AND project_id {project}"
        await tx.execute(f"DELETE FROM smalt_invitation WHERE {old}", [email])
        secret, now = PREFIX + new_session_secret(), self._now()
        found = Invitation(self._ids.new(), email, admin, project_id, role, now, now + days * _DAY_MS, None)
        row = {
            "id": found.id, "email": email, "hash": digest(secret), "admin": admin, "project_id": project_id,
            "created_at": now, "created_by": actor.user_id, "expires_at": found.expires_at,
        }  # fmt: skip
        stored = {"role": None, "role_id": None} if role is None else stored_role(role)
        await self._rows.insert(tx, "smalt_invitation", row | stored)
        return found, secret

    async def _require_there(self, tx: Transaction, project_id: int, role: str) -> None:
        """The project or the role may have gone since."""
        project = (await self._schema.in_transaction(tx)).projects.get(project_id)
        if project is None or project.deleted or not await self._members.is_role(tx, project_id, role):
            raise NotFoundError(_GONE)

    def _by_secret(self, token: str) -> tuple[str, list[str]]:
        sql = f"SELECT {_COLUMNS} FROM smalt_invitation WHERE hash = {self._rows.mark(1)}"
        return sql, [digest(token)]

    def _open(self, rows: list[Row]) -> Invitation:
        found = [_invitation(row) for row in rows]
        if not found or found[0].accepted_at is not None or found[0].expires_at <= self._now():
            raise NotFoundError(_GONE)
        return found[0]

    def _now(self) -> int:
        return to_milliseconds(self._clock.now())


def _require_admin(actor: Actor) -> None:
    if not actor.admin or "admin" not in actor.scopes:
        raise ForbiddenError("Only administrators may do this, with the scope 'admin'.")


def _invitation(row: Row) -> Invitation:
    id_, email, admin, project_id, role, created_at, expires_at, accepted_at = row
    return Invitation(id_, email, bool(admin), project_id, role, created_at, expires_at, accepted_at)
