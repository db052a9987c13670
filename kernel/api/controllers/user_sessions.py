"""Where a user is signed in."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, delete, get

from kernel.access import actor as access
from kernel.access.authenticator import Identity
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.marks import AS_ONESELF
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.api.times import moment


class UserSessionView(msgspec.Struct):
    """A session. `agent` is how the browser calls itself, `current` says that it is the one that asks;
    `last_used_at` is right to minutes."""

    id: str
    agent: str | None
    created_at: str
    last_used_at: str | None
    expires_at: str
    current: bool


class UserSessionsController(Controller):
    path = "/users/{user_id:str}/sessions"
    opt = AS_ONESELF
    tags = ["Users"]

    @get(summary="List the sessions of a user", description="Your own; administrators see everybody's.")
    async def sessions(
        self,
        request: Request[access.Actor, Identity, Any],
        kernel: Kernel,
        actor: Actor,
        paging: Paging,
        user_id: Id,
    ) -> Page[UserSessionView]:
        own = request.auth.credential_id if actor.via == "page" else None
        found = [
            UserSessionView(
                str(s.id),
                s.agent,
                moment(s.created_at),
                None if s.last_used_at is None else moment(s.last_used_at),
                moment(s.expires_at),
                s.id == own,
            )
            for s in await kernel.sessions.all(actor, identifier(user_id))
        ]
        return paging.slice(found, key=lambda s: (int(s.id),))

    @delete("/{session_id:str}", summary="End a session", description="Holds from the next request on.")
    async def end(self, kernel: Kernel, actor: Actor, user_id: Id, session_id: Id) -> None:
        await kernel.sessions.end(actor, identifier(user_id), identifier(session_id))
