"""Signing in and out, and who is asking."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.params import JSONBody

from kernel import runtime
from kernel.access import actor as access
from kernel.access.authenticator import Identity
from kernel.access.secrets import csrf_token
from kernel.api.cookies import session_cookie, session_secret
from kernel.api.injected import Actor, Kernel
from kernel.api.marks import PUBLIC
from kernel.errors import NotAuthenticatedError
from kernel.services.sessions import LIFETIME_SECONDS, NewSession
from kernel.services.users import User, UserPatch


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """Who signs in."""

    email: Annotated[str, msgspec.Meta(examples=["ewa@example.com"])]
    password: Annotated[str, msgspec.Meta(max_length=1024, examples=["correct horse battery"])]


class SessionView(msgspec.Struct):
    """A session. Send `csrf_token` as `X-CSRF-Token` with every request that is not GET or HEAD."""

    user_id: str
    name: str
    csrf_token: str | None


class MeView(msgspec.Struct):
    """Who is asking, and with which rights. `csrf_token` only in a session."""

    id: str
    name: str
    email: str
    admin: bool
    scopes: list[str]
    projects: dict[str, str]
    csrf_token: str | None
    time_zone: str | None
    locale: str | None
    notify_by_email: bool
    see_as: Annotated[
        str | None, msgspec.Meta(description="Whom you look as, where you do.", examples=[None])
    ]


class SessionController(Controller):
    """Sessions of pages; programs send tokens instead."""

    path = "/session"
    tags = ["Sign-in"]

    @post(
        summary="Sign in",
        description="Sets the session's cookie. After several failures sign-in is held off a while (429).",
        opt=PUBLIC,
        security=[{}],
    )
    async def sign_in(
        self, request: Request[Any, Any, Any], kernel: Kernel, data: JSONBody[SignIn]
    ) -> Response[SessionView]:
        client = request.scope.get("client")
        address, agent = client[0] if client else "", request.headers.get("user-agent", "")
        return signed_in(kernel, await kernel.sessions.sign_in(data.email, data.password, address, agent))

    @get(summary="The session at hand", description="Also tells its CSRF token.")
    async def current(self, request: Request[access.Actor, Identity, Any], actor: Actor) -> SessionView:
        return SessionView(str(actor.user_id), actor.name, _csrf(request))

    @delete(summary="Sign out", description="Ends the session at once, in every server process.")
    async def sign_out(self, request: Request[access.Actor, Identity, Any], kernel: Kernel) -> Response[None]:
        if request.user.via != "page":
            raise NotAuthenticatedError("There is no session; a token is revoked below its user.")
        await kernel.sessions.sign_out(request.auth.credential_id)
        cookie = session_cookie("", 0, _secure(kernel))
        return Response(None, status_code=204, cookies=[cookie])


class MeController(Controller):
    """Who is asking."""

    path = "/me"
    tags = ["Sign-in"]

    @get(summary="Who you are", description="Your user, the scopes of your token, your role in each project.")
    async def me(self, request: Request[access.Actor, Identity, Any], kernel: Kernel, actor: Actor) -> MeView:
        return await self._view(request, kernel, actor, await kernel.users.get(actor, actor.user_id or 0))

    @patch(
        summary="Change yourself",
        description="Your name, `time_zone`, `locale`, `auto_follow`, `notify_by_email`, and your password "
        "with `current_password`; a new password ends all other sessions. The rest is for administrators.",
    )
    async def change(
        self,
        request: Request[access.Actor, Identity, Any],
        kernel: Kernel,
        actor: Actor,
        data: JSONBody[UserPatch],
    ) -> MeView:
        user = await kernel.users.update(actor, actor.user_id or 0, data, own_session(request))
        return await self._view(request, kernel, actor, user)

    async def _view(
        self,
        request: Request[access.Actor, Identity, Any],
        kernel: runtime.Kernel,
        actor: access.Actor,
        user: User,
    ) -> MeView:
        schema = await kernel.schema.current()
        seen = {p.id: actor.access(p.id) for p in schema.projects.values() if not p.deleted}
        return MeView(
            id=str(user.id),
            name=user.name,
            email=user.email,
            admin=user.admin and actor.preview is None,
            scopes=sorted(actor.scopes),
            projects={str(id_): access.role for id_, access in seen.items() if access is not None},
            csrf_token=_csrf(request),
            time_zone=user.time_zone,
            locale=user.locale,
            notify_by_email=user.notify_by_email,
            see_as=None if actor.preview is None else actor.preview.path,
        )


def own_session(request: Request[access.Actor, Identity, Any]) -> int | None:
    """The id of the session that asks; None for a token."""
    return request.auth.credential_id if request.user.via == "page" else None


def signed_in(kernel: runtime.Kernel, opened: NewSession) -> Response[SessionView]:
    """The answer that opens a session, with its cookie."""
    cookie = session_cookie(opened.secret, LIFETIME_SECONDS, _secure(kernel))
    return Response(SessionView(str(opened.user_id), opened.name, opened.csrf), cookies=[cookie])


def _csrf(request: Request[access.Actor, Identity, Any]) -> str | None:
    if request.user.via != "page":
        return None
    secret = session_secret(request.headers.get("cookie", "").encode("latin-1"))
    return csrf_token(secret) if secret else None


def _secure(kernel: runtime.Kernel) -> bool:
    return kernel.settings.public_url.startswith("https://")
