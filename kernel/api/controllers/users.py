"""Users and their tokens."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, delete, get, patch, post
from litestar.params import JSONBody

from kernel.access import actor as access
from kernel.access.authenticator import Identity
from kernel.api.controllers.session import own_session
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.marks import ADMIN, AS_ONESELF, TELLS_A_SECRET
from kernel.api.paging import Page, int_key
from kernel.api.paths import Id, identifier
from kernel.api.times import moment
from kernel.services.following import Occasion
from kernel.services.tokens import Token, TokenInput
from kernel.services.users import User, UserInput, UserPatch


class UserView(msgspec.Struct):
    """A user. One that is not active cannot sign in. `auto_follow`: when it follows records by itself.

    `time_zone` and `locale` are null where the user has chosen none. `notify_by_email`: notices come by
    email too.
    """

    id: str
    email: str
    name: str
    admin: bool
    active: bool
    created_at: str
    auto_follow: list[Occasion]
    time_zone: str | None
    locale: str | None
    notify_by_email: bool


class TokenView(msgspec.Struct, omit_defaults=True):
    """A token. `token` is its secret, told once, when it is made. `last_used_at` is right to minutes."""

    id: str
    name: str
    scopes: list[str]
    projects: list[str] | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    token: str | msgspec.UnsetType = msgspec.UNSET


class UsersController(Controller):
    """People who may sign in."""

    path = "/users"
    tags = ["Users"]

    @get(summary="List users", description="Administrators see all, others the members of their projects.")
    async def users(self, kernel: Kernel, actor: Actor, paging: Paging) -> Page[UserView]:
        after = int_key(paging.after())
        found, total = await kernel.users.page(actor, after, paging.limit + 1, paging.count)
        return paging.page([_user(u) for u in found], lambda u: (int(u.id),), total)

    @post(summary="Add a user", description="For administrators.", opt=ADMIN)
    async def add(self, kernel: Kernel, actor: Actor, data: JSONBody[UserInput]) -> UserView:
        return _user(await kernel.users.create(actor, data))

    @get("/{user_id:str}", summary="One user")
    async def user(self, kernel: Kernel, actor: Actor, user_id: Id) -> UserView:
        return _user(await kernel.users.get(actor, identifier(user_id)))

    @patch(
        "/{user_id:str}",
        summary="Change a user",
        description="Everybody changes their own name, `time_zone`, `locale`, `auto_follow`, "
        "`notify_by_email` and password (with `current_password`); administrators with the scope `admin` "
        "change everybody.",
    )
    async def change(
        self,
        request: Request[access.Actor, Identity, Any],
        kernel: Kernel,
        actor: Actor,
        user_id: Id,
        data: JSONBody[UserPatch],
    ) -> UserView:
        user = await kernel.users.update(actor, identifier(user_id), data, own_session(request))
        return _user(user)

    @delete(
        "/{user_id:str}",
        summary="Shut a user out",
        description="Ends tokens and sessions. What it did stays; PATCH with `active` lets it in again.",
        opt=ADMIN,
    )
    async def remove(self, kernel: Kernel, actor: Actor, user_id: Id) -> None:
        await kernel.users.delete(actor, identifier(user_id))


class TokensController(Controller):
    """Personal tokens."""

    path = "/users/{user_id:str}/tokens"
    opt = AS_ONESELF
    tags = ["Users"]

    @get(summary="List the tokens of a user", description="Without their secrets.")
    async def tokens(self, kernel: Kernel, actor: Actor, paging: Paging, user_id: Id) -> Page[TokenView]:
        found = await kernel.tokens.all(actor, identifier(user_id))
        return paging.slice([_token(t) for t in found], key=lambda t: (int(t.id),))

    @post(
        opt=TELLS_A_SECRET,
        summary="Make a token",
        description="The answer is the only one that tells the secret, as `token`.",
    )
    async def make(self, kernel: Kernel, actor: Actor, user_id: Id, data: JSONBody[TokenInput]) -> TokenView:
        token, secret = await kernel.tokens.create(actor, identifier(user_id), data)
        view = _token(token)
        view.token = secret
        return view

    @delete("/{token_id:str}", summary="Revoke a token", description="Holds from the next request on.")
    async def revoke(self, kernel: Kernel, actor: Actor, user_id: Id, token_id: Id) -> None:
        await kernel.tokens.revoke(actor, identifier(user_id), identifier(token_id))


def _user(user: User) -> UserView:
    return UserView(
        str(user.id),
        user.email,
        user.name,
        user.admin,
        user.active,
        moment(user.created_at),
        user.auto_follow,
        user.time_zone,
        user.locale,
        user.notify_by_email,
    )


def _token(token: Token) -> TokenView:
    expires = None if token.expires_at is None else moment(token.expires_at)
    used = None if token.last_used_at is None else moment(token.last_used_at)
    return TokenView(
        str(token.id), token.name, token.scopes, token.projects, moment(token.created_at), expires, used
    )
