"""Sign-in with email and password, and the sessions that come of it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from kernel.access.actor import Actor
from kernel.access.passwords import Passwords
from kernel.access.secrets import csrf_token, digest, new_session_secret
from kernel.access.throttle import Throttle
from kernel.access.version import bump_access
from kernel.clock import Clock, to_milliseconds
from kernel.errors import ForbiddenError, NotAuthenticatedError, NotFoundError
from kernel.ids import IdGenerator
from kernel.services.users import UserService, fold_email
from kernel.storage.database import Database, Statement
from kernel.storage.kernel_rows import KernelRows

LIFETIME_SECONDS = 14 * 24 * 60 * 60
PER_ACCOUNT_AND_ADDRESS, PER_ACCOUNT, PER_ADDRESS = 5, 50, 50
"""Failures within five minutes after which sign-in is held off."""


class NewSession(NamedTuple):
    """A session as its owner gets it: the cookie's secret and the CSRF token that follows from it."""

    secret: str
    csrf: str
    user_id: int
    name: str


class Session(msgspec.Struct, frozen=True):
    """A session without its secret. Times are in milliseconds since 1970."""

    id: int
    agent: str | None
    created_at: int
    last_used_at: int | None
    expires_at: int


class SessionService:
    """Opens, lists and closes sessions."""

    def __init__(
        self,
        database: Database,
        rows: KernelRows,
        ids: IdGenerator,
        clock: Clock,
        passwords: Passwords,
        throttle: Throttle,
        users: UserService,
    ) -> None:
        self._database = database
        self._rows = rows
        self._ids = ids
        self._clock = clock
        self._passwords = passwords
        self._throttle = throttle
        self._users = users

    async def sign_in(self, email: str, password: str, address: str, agent: str = "") -> NewSession:
        """Open a session. Raises NotAuthenticatedError or TooManyRequestsError.

        Failures are counted per account, per address, and strictest for the two together, so
        that nobody can lock another person out of their usual place.
        """
        account = fold_email(email)[:320]
        pair, by_account, by_address = f"p:{account}:{address}", f"a:{account}", f"i:{address}"
        await self._throttle.attempt(
            [(pair, PER_ACCOUNT_AND_ADDRESS), (by_account, PER_ACCOUNT), (by_address, PER_ADDRESS)]
        )
        user_id, name, hashed = await self._account(account)
        if not await self._passwords.matches(hashed, password):
            raise NotAuthenticatedError("The email or the password is not right.")
        await self._throttle.undo((pair, by_account, by_address))
        return await self.open(user_id, name, agent)

    async def sign_out(self, session_id: int) -> None:
        """End a session; every process refuses it from the next request on."""
        async with self._database.transaction() as tx:
            await bump_access(tx)
            await tx.execute(f"DELETE FROM smalt_session WHERE id = {self._rows.mark(1)}", [session_id])

    async def all(self, actor: Actor, user_id: int) -> list[Session]:
        """The sessions of a user that have not expired, oldest first."""
        await self._require_rights(actor, user_id)
        where = f"user_id = {self._rows.mark(1)} AND expires_at > {self._rows.mark(2)}"
        columns = "id, agent, created_at, last_used_at, expires_at"
        sql = f"SELECT {columns} FROM smalt_session WHERE {where} ORDER BY id"
        use = [user_id, to_milliseconds(self._clock.now())]
        return [Session(*row) for row in (await self._database.read(Statement(sql, use)))[0]]

    async def end(self, actor: Actor, user_id: int, session_id: int) -> None:
        """End a session of a user; every process refuses it from the next request on."""
        await self._require_rights(actor, user_id)
        sql = f"DELETE FROM smalt_session WHERE id = {self._rows.mark(1)} AND user_id = {self._rows.mark(2)}"
        async with self._database.transaction() as tx:
            await bump_access(tx)
            if not await tx.execute(sql, [session_id, user_id]):
                raise NotFoundError("There is no such session.")

    async def _require_rights(self, actor: Actor, user_id: int) -> None:
        user = await self._users.get(actor, user_id)
        if actor.user_id != user.id and not (actor.admin and "admin" in actor.scopes):
            raise ForbiddenError("Sessions are their user's own business.")

    async def _account(self, email: str) -> tuple[int, str, str | None]:
        sql = f"SELECT id, name, password_hash FROM smalt_user WHERE email = {self._rows.mark(1)} AND active"
        [rows] = await self._database.read(Statement(sql, [email]))
        return (rows[0][0], rows[0][1], rows[0][2]) if rows else (0, "", None)

    async def open(self, user_id: int, name: str, agent: str = "") -> NewSession:
        """A new session of somebody who has proved who they are."""
        secret, now = new_session_secret(), to_milliseconds(self._clock.now())
        row = {
            "id": self._ids.new(), "user_id": user_id, "hash": digest(secret),
            "csrf": digest(csrf_token(secret)), "created_at": now,
            "expires_at": now + LIFETIME_SECONDS * 1000, "agent": _plain(agent) or None,
        }  # fmt: skip
        async with self._database.transaction() as tx:
            await tx.execute(f"DELETE FROM smalt_session WHERE expires_at <= {self._rows.mark(1)}", [now])
            await self._rows.insert(tx, "smalt_session", row)
        return NewSession(secret, csrf_token(secret), user_id, name)


def _plain(agent: str) -> str:
    """What a browser calls itself, as far as it can be stored and shown."""
    return "".join(c for c in agent if c.isprintable())[:200].strip()
