"""Personal tokens: made for a user with scopes, shown once, stored as a hash."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal

import msgspec

from kernel.access.actor import Actor
from kernel.access.secrets import digest, new_token
from kernel.access.version import bump_access
from kernel.clock import Clock, to_milliseconds
from kernel.dialects.base import Parameters
from kernel.errors import Fault, ForbiddenError, InvalidInputError, NotFoundError
from kernel.ids import IdGenerator, number_of
from kernel.services.names import Faults
from kernel.services.users import UserService
from kernel.storage.database import Database, Row, Statement
from kernel.storage.kernel_rows import KernelRows
from kernel.values import ID

Scope = Literal["read", "write", "admin"]
LONGEST_LIFE_DAYS = 3650


class TokenInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new token. `projects` limits it to these; `expires_in_days` None: it never expires."""

    name: Annotated[str, msgspec.Meta(examples=["Nightly export"])]
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1, examples=[["read", "write"]])]
    projects: Annotated[list[str] | None, msgspec.Meta(examples=[None])] = None
    expires_in_days: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_LIFE_DAYS)] | None = None


class Token(msgspec.Struct, frozen=True):
    """A token without its secret. Times are in milliseconds since 1970."""

    id: int
    name: str
    scopes: list[str]
    projects: list[str] | None
    created_at: int
    expires_at: int | None
    last_used_at: int | None = None


class TokenService:
    """Makes, lists and revokes tokens."""

    def __init__(
        self, database: Database, rows: KernelRows, ids: IdGenerator, clock: Clock, users: UserService
    ) -> None:
        self._database = database
        self._rows = rows
        self._ids = ids
        self._clock = clock
        self._users = users

    async def all(self, actor: Actor, user_id: int) -> list[Token]:
        """A user's tokens, oldest first."""
        await self._require_rights(actor, user_id)
        sql = (
            "SELECT id, name, scopes, projects, created_at, expires_at, last_used_at FROM smalt_token "
            f"WHERE user_id = {self._rows.mark(1)} ORDER BY id"
        )
        return [_token(row) for row in (await self._database.read(Statement(sql, [user_id])))[0]]

    async def create(self, actor: Actor, user_id: int, data: TokenInput) -> tuple[Token, str]:
        """A new token and its secret, which is told only now. It never has more scopes than the actor."""
        await self._require_rights(actor, user_id)
        name = _checked(actor, data, await self._projects(data.projects or ()))
        now = to_milliseconds(self._clock.now())
        life = data.expires_in_days
        expires_at = None if life is None else now + life * 24 * 60 * 60 * 1000
        scopes: list[str] = [s for s in ("read", "write", "admin") if s in data.scopes]
        token = Token(self._ids.new(), name, scopes, data.projects, now, expires_at)
        secret = new_token()
        row = msgspec.structs.asdict(token) | {"user_id": user_id, "hash": digest(secret)}
        row |= {"scopes": _text(token.scopes), "projects": data.projects and _text(data.projects)}
        async with self._database.transaction() as tx:
            await self._rows.insert(tx, "smalt_token", row)
        return token, secret

    async def revoke(self, actor: Actor, user_id: int, token_id: int) -> None:
        """End a token; every process refuses it from the next request on."""
        await self._require_rights(actor, user_id)
        sql = f"DELETE FROM smalt_token WHERE id = {self._rows.mark(1)} AND user_id = {self._rows.mark(2)}"
        async with self._database.transaction() as tx:
            await bump_access(tx)
            if not await tx.execute(sql, [token_id, user_id]):
                raise NotFoundError("There is no such token.")

    async def _projects(self, named: Sequence[str]) -> set[int]:
        """Those of some projects that exist and are not in the trash."""
        numbers = [number for name in named if (number := number_of(name)) is not None]
        if not numbers:
            return set()
        use = Parameters(self._database.dialect)
        marks = ", ".join(use.add(number, ID) for number in numbers)
        sql = f"SELECT id FROM smalt_project WHERE id IN ({marks}) AND deleted_at IS NULL"
        return {row[0] for row in (await self._database.read(Statement(sql, use.values)))[0]}

    async def _require_rights(self, actor: Actor, user_id: int) -> None:
        user = await self._users.get(actor, user_id)
        if actor.user_id not in (user.id, None) and not (actor.admin and "admin" in actor.scopes):
            raise ForbiddenError("Tokens are their user's own business.")


def _checked(actor: Actor, data: TokenInput, there: Collection[int]) -> str:
    """The cleaned name. Raises for what the actor may not give away; `there` are projects that exist."""
    faults = Faults()
    name = faults.name(data.name)
    for index, project in enumerate(data.projects or ()):
        number = number_of(project)
        if number not in there or actor.access(number or 0) is None:
            faults.add(f"/projects/{index}", "There is no such project.")
    if data.projects is not None and not data.projects:
        faults.add("/projects", "Name at least one project, or leave it out for all.")
    faults.check()
    missing = sorted(set(data.scopes) - actor.scopes)
    if missing:
        fault = Fault("/scopes", f"You do not have the scope '{missing[0]}' yourself.")
        raise InvalidInputError("A token cannot have more rights than its maker.", [fault])
    if actor.token_projects is not None and data.projects is None:
        fault = Fault("/projects", "Your own token is limited to projects; name some of those.")
        raise InvalidInputError("A token cannot have more rights than its maker.", [fault])
    return name


def _token(row: Row) -> Token:
    id_, name, scopes, projects, created_at, expires_at, used = row
    decoded = None if projects is None else msgspec.json.decode(projects, type=list[str])
    allowed = msgspec.json.decode(scopes, type=list[str])
    return Token(id_, name, allowed, decoded, created_at, expires_at, used)


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
