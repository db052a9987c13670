"""Sign-in with email and password, and the sessions that come of it."""

from __future__ import annotations

from typing import NamedTuple

from kernel.access.passwords import Passwords
from kernel.access.secrets import csrf_token, digest, new_session_secret
from kernel.access.throttle import Throttle
from kernel.access.version import bump_access
from kernel.clock import Clock, to_milliseconds
from kernel.errors import NotAuthenticatedError
from kernel.ids import IdGenerator
from kernel.services.users import fold_email
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


class SessionService:
    """Opens and closes sessions."""

    def __init__(
        self,
        database: Database,
        rows: KernelRows,
        ids: IdGenerator,
        clock: Clock,
        passwords: Passwords,
        throttle: Throttle,
    ) -> None:
        self._database = database
        self._rows = rows
        self._ids = ids
        self._clock = clock
        self._passwords = passwords
        self._throttle = throttle

    async def sign_in(self, email: str, password: str, address: str) -> NewSession:
        """Open a session. Raises NotAuthenticatedError or TooManyRequestsError.

        Failures are counted per account, per address, and strictest for the two together, so
        that nobody can lock another person out of their usual place.
        """
        account = fold_email(email)[:320]
        pair, by_account, by_address = f"p:{account}:{address}", f"a:{account}", f"i:{address}"
        self._throttle.check(
            [(pair, PER_ACCOUNT_AND_ADDRESS), (by_account, PER_ACCOUNT), (by_address, PER_ADDRESS)]
        )
        self._throttle.failed((pair, by_account, by_address))
        user_id, name, hashed = await self._account(account)
        if not await self._passwords.matches(hashed, password):
            raise NotAuthenticatedError("The email or the password is not right.")
        self._throttle.undo((pair, by_account, by_address))
        return await self._open(user_id, name)

    async def sign_out(self, session_id: int) -> None:
        """End a session; every process refuses it from the next request on."""
        async with self._database.transaction() as tx:
            await bump_access(tx)
            await tx.execute(f"DELETE FROM smalt_session WHERE id = {self._rows.mark(1)}", [session_id])

    async def _account(self, email: str) -> tuple[int, str, str | None]:
        sql = f"SELECT id, name, password_hash FROM smalt_user WHERE email = {self._rows.mark(1)} AND active"
        [rows] = await self._database.read(Statement(sql, [email]))
        return (rows[0][0], rows[0][1], rows[0][2]) if rows else (0, "", None)

    async def _open(self, user_id: int, name: str) -> NewSession:
        secret, now = new_session_secret(), to_milliseconds(self._clock.now())
        row = {
            "id": self._ids.new(), "user_id": user_id, "hash": digest(secret),
            "csrf": digest(csrf_token(secret)), "created_at": now,
            "expires_at": now + LIFETIME_SECONDS * 1000,
        }  # fmt: skip
        async with self._database.transaction() as tx:
            await tx.execute(f"DELETE FROM smalt_session WHERE expires_at <= {self._rows.mark(1)}", [now])
            await self._rows.insert(tx, "smalt_session", row)
        return NewSession(secret, csrf_token(secret), user_id, name)
