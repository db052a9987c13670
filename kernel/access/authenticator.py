"""From credentials to an `Actor`, from memory while nobody's rights have changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from kernel.access.actor import Actor
from kernel.access.last_use import LastUse
from kernel.access.previews import seeing_as
from kernel.access.rights import membership
from kernel.access.secrets import TOKEN_PREFIX, digest
from kernel.access.version import ACCESS_VERSION
from kernel.clock import Clock, to_milliseconds
from kernel.dialects.base import Parameters
from kernel.errors import NotAuthenticatedError
from kernel.storage.database import Database, Row, Statement
from kernel.values import BOOLEAN, TEXT

MOST_REMEMBERED = 20_000
ALL_SCOPES = frozenset({"read", "write", "admin"})

_TOKEN = """SELECT u.id, u.name, u.admin, t.expires_at, t.scopes, t.projects, t.id
FROM smalt_token t JOIN smalt_user u ON u.id = t.user_id WHERE t.hash = {hash} AND u.active = {true}"""
_SESSION = """SELECT u.id, u.name, u.admin, t.expires_at, NULL, NULL, t.id
FROM smalt_session t JOIN smalt_user u ON u.id = t.user_id WHERE t.hash = {hash} AND u.active = {true}"""
_MEMBERSHIPS = """SELECT m.project_id, m.role, r.id, r.fields, r.scope, r.can
FROM {table} t JOIN smalt_member m ON m.user_id = t.user_id LEFT JOIN smalt_role r ON r.id = m.role_id
WHERE t.hash = {hash} ORDER BY m.project_id"""

_names = msgspec.json.Decoder(list[str])


class Identity(NamedTuple):
    """Who signed in, and with which token or session. `expires_at` in ms; None: never.

    `key` is where the token or session is found again.
    """

    actor: Actor
    credential_id: int
    expires_at: int | None
    key: tuple[str, str]


class Authenticator:
    """Finds and remembers identities.

    What is remembered is dropped whole when the access version moves on. `identify` with
    `check=False` trusts what is remembered: the caller's own read must then compare versions.
    """

    def __init__(self, database: Database, clock: Clock, last_use: LastUse) -> None:
        self._database = database
        self._clock = clock
        self._last_use = last_use
        self._known: dict[str, Identity] = {}
        self._version: int | None = None

    async def bearer(self, token: str, check: bool = True) -> Identity:
        """The identity behind a token. Raises NotAuthenticatedError."""
        if not token.startswith(TOKEN_PREFIX):
            raise NotAuthenticatedError("The token is not valid. Make a new one.")
        return await self._identify("smalt_token", digest(token), check)

    async def session(self, secret: str, check: bool = True) -> Identity:
        """The identity behind a session's secret. Raises NotAuthenticatedError."""
        return await self._identify("smalt_session", digest(secret), check)

    async def again(self, identity: Identity) -> Identity:
        """The same token or session with the rights of now, in the same preview.

        Raises NotAuthenticatedError, and what `seeing_as` raises.
        """
        found = await self._identify(*identity.key, check=True)
        preview = identity.actor.preview
        return found if preview is None else await self.seeing_as(found, preview.path)

    async def seeing_as(self, identity: Identity, wanted: str) -> Identity:
        """The same, who looks as a role or a member; see `kernel.access.previews`."""
        return identity._replace(actor=await seeing_as(self._database, identity.actor, wanted))

    async def _identify(self, table: str, hash_: str, check: bool) -> Identity:
        known = self._known.get(hash_)
        if known is None or (check and not await self.is_current()):
            known = await self._load(table, hash_)
        now = to_milliseconds(self._clock.now())
        if known.expires_at is not None and known.expires_at <= now:
            raise NotAuthenticatedError("This sign-in has expired.")
        self._last_use.note(table, known.credential_id, now)
        return known

    async def is_current(self) -> bool:
        """Whether what is remembered is still good."""
        [[row]] = await self._database.read(ACCESS_VERSION)
        return bool(row[0] == self._version)

    async def _load(self, table: str, hash_: str) -> Identity:
        version, found, members = await self._database.read(
            ACCESS_VERSION, self._person(table, hash_), self._memberships(table, hash_)
        )
        self._remember_version(version[0][0])
        if not found:
            raise NotAuthenticatedError("The token or session is not valid any more. Sign in again.")
        identity = _identity(found[0], members, version[0][0], (table, hash_))
        if version[0][0] == self._version:
            self._known[hash_] = identity
        return identity

    def _remember_version(self, version: int) -> None:
        if self._version is None or version > self._version or len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
            self._version = max(version, self._version or 0)

    def _person(self, table: str, hash_: str) -> Statement:
        parameters = Parameters(self._database.dialect)
        sql = (_TOKEN if table == "smalt_token" else _SESSION).format(
            hash=parameters.add(hash_, TEXT), true=parameters.add(True, BOOLEAN)
        )
        return Statement(sql, parameters.values)

    def _memberships(self, table: str, hash_: str) -> Statement:
        parameters = Parameters(self._database.dialect)
        return Statement(
            _MEMBERSHIPS.format(table=table, hash=parameters.add(hash_, TEXT)), parameters.values
        )


def _identity(row: Row, members: Sequence[Row], version: int, key: tuple[str, str]) -> Identity:
    user_id, name, admin, expires_at, scopes, projects, credential_id = row
    actor = Actor(
        user_id=user_id,
        name=name,
        admin=bool(admin),
        scopes=ALL_SCOPES if scopes is None else frozenset(_names.decode(scopes)),
        token_projects=None if projects is None else frozenset(int(p) for p in _names.decode(projects)),
        memberships=dict(map(membership, members)),
        via="page" if key[0] == "smalt_session" else "api",
        access_version=version,
    )
    return Identity(actor, credential_id, expires_at, key)
