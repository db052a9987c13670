"""Inviting people, and coming in."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.params import JSONBody

from kernel.api.controllers.session import SessionView, signed_in
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.marks import ADMIN, PUBLIC, TELLS_A_SECRET
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.api.times import moment
from kernel.services.invitations import Acceptance, Invitation, InvitationInput, ProjectInvitationInput

_TOLD_ONCE = "The answer is the only one that tells the secret, as `token`: hand it to the person."


class InvitationView(msgspec.Struct, omit_defaults=True):
    """An invitation. `token` is its secret, told once, when it is made."""

    id: str
    email: str
    admin: bool
    project_id: str | None
    role: str | None
    created_at: str
    expires_at: str
    accepted_at: str | None
    token: str | msgspec.UnsetType = msgspec.UNSET


class InvitationSecret(msgspec.Struct, forbid_unknown_fields=True):
    """The secret of an invitation."""

    token: str


class OpenInvitation(msgspec.Struct):
    """What an invitation says to the person who has its secret."""

    email: str
    expires_at: str


class InvitationsController(Controller):
    """Invitations to the installation."""

    path = "/invitations"
    tags = ["Invitations"]

    @get(summary="List all invitations", description="For administrators.", opt=ADMIN)
    async def invitations(self, kernel: Kernel, actor: Actor, paging: Paging) -> Page[InvitationView]:
        found = await kernel.invitations.all(actor, None)
        return paging.slice([_view(i) for i in found], key=lambda i: (int(i.id),))

    @post(
        opt=ADMIN | TELLS_A_SECRET,
        summary="Invite somebody",
        description=f"For administrators. {_TOLD_ONCE}",
    )
    async def invite(self, kernel: Kernel, actor: Actor, data: JSONBody[InvitationInput]) -> InvitationView:
        return _view(*await kernel.invitations.invite(actor, data))

    @delete("/{invitation_id:str}", summary="Take an invitation back", opt=ADMIN)
    async def revoke(self, kernel: Kernel, actor: Actor, invitation_id: Id) -> None:
        await kernel.invitations.revoke(actor, None, identifier(invitation_id))

    @post("/open", status_code=200, summary="Whom an invitation is for", opt=PUBLIC, security=[{}])
    async def open(self, kernel: Kernel, data: JSONBody[InvitationSecret]) -> OpenInvitation:
        found = await kernel.invitations.shown(data.token)
        return OpenInvitation(found.email, moment(found.expires_at))

    @post(
        "/accept",
        summary="Come in by an invitation",
        description="Makes the user, a member of the project if it is to one, and signs in. Works once.",
        opt=PUBLIC,
        security=[{}],
    )
    async def accept(
        self, request: Request[Any, Any, Any], kernel: Kernel, data: JSONBody[Acceptance]
    ) -> Response[SessionView]:
        accepted = await kernel.invitations.accept(data)
        agent = request.headers.get("user-agent", "")
        return signed_in(kernel, await kernel.sessions.open(accepted.user_id, accepted.name, agent))


class ProjectInvitationsController(Controller):
    """Invitations to a project."""

    path = "/projects/{project_id:str}/invitations"
    tags = ["Invitations"]

    @get(summary="List the invitations to a project", description="For who may configure it.")
    async def invitations(
        self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id
    ) -> Page[InvitationView]:
        found = await kernel.invitations.all(actor, identifier(project_id))
        return paging.slice([_view(i) for i in found], key=lambda i: (int(i.id),))

    @post(
        opt=TELLS_A_SECRET,
        summary="Invite somebody to a project",
        description=f"Who is no user yet; users become members at once. {_TOLD_ONCE}",
    )
    async def invite(
        self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[ProjectInvitationInput]
    ) -> InvitationView:
        return _view(*await kernel.invitations.invite_to(actor, identifier(project_id), data))

    @delete("/{invitation_id:str}", summary="Take an invitation back")
    async def revoke(self, kernel: Kernel, actor: Actor, project_id: Id, invitation_id: Id) -> None:
        await kernel.invitations.revoke(actor, identifier(project_id), identifier(invitation_id))


def _view(found: Invitation, token: str | None = None) -> InvitationView:
    return InvitationView(
        str(found.id),
        found.email,
        found.admin,
        None if found.project_id is None else str(found.project_id),
        found.role,
        moment(found.created_at),
        moment(found.expires_at),
        None if found.accepted_at is None else moment(found.accepted_at),
        msgspec.UNSET if token is None else token,
    )
