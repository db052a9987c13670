"""Members of a project and its roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from kernel.access.actor import Rule
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.api.times import moment
from kernel.services.members import Member, MemberInput, MemberPatch
from kernel.services.role_warnings import RoleWarning
from kernel.services.roles import Role, RoleInput, RolePatch


class MemberUser(msgspec.Struct):
    """The user that a member is."""

    id: str
    name: str
    email: str


class MemberView(msgspec.Struct):
    """A member. `id` is that of its user; `role` a built-in name or the id of a custom role."""

    id: str
    user: MemberUser
    role: str
    role_name: str
    created_at: str | None


class RoleView(msgspec.Struct):
    """A role. The `id` of a built-in one is its name, and it cannot be changed. `warnings` say what
    it gives away of what it hides, to those who may change it."""

    id: str
    name: str
    fields: Mapping[str, Rule]
    scope: str | None
    can: Mapping[str, bool]
    built_in: bool
    warnings: Sequence[RoleWarning]


class MembersController(Controller):
    """Who belongs to a project."""

    path = "/projects/{project_id:str}/members"
    tags = ["Members"]

    @get(summary="List the members of a project")
    async def members(self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id) -> Page[MemberView]:
        found = await kernel.members.all(actor, identifier(project_id))
        return paging.slice([_member(m) for m in found], key=lambda m: (int(m.id),))

    @post(summary="Add a member", description="For who may configure the project; owners are made by owners.")
    async def add(
        self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[MemberInput]
    ) -> MemberView:
        return _member(await kernel.members.add(actor, identifier(project_id), data))

    @get("/{user_id:str}", summary="One member")
    async def member(self, kernel: Kernel, actor: Actor, project_id: Id, user_id: Id) -> MemberView:
        return _member(await kernel.members.get(actor, identifier(project_id), identifier(user_id)))

    @patch("/{user_id:str}", summary="Give a member another role")
    async def change(
        self, kernel: Kernel, actor: Actor, project_id: Id, user_id: Id, data: JSONBody[MemberPatch]
    ) -> MemberView:
        project, user = identifier(project_id), identifier(user_id)
        return _member(await kernel.members.update(actor, project, user, data))

    @delete("/{user_id:str}", summary="End a membership", description="The last owner stays.")
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, user_id: Id) -> None:
        await kernel.members.remove(actor, identifier(project_id), identifier(user_id))


class RolesController(Controller):
    """What members see and do."""

    path = "/projects/{project_id:str}/roles"
    tags = ["Members"]

    @get(summary="List the roles of a project", description="The built-in ones first.")
    async def roles(self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id) -> Page[RoleView]:
        found = await kernel.roles.all(actor, identifier(project_id))
        return paging.slice([_role(r) for r in found], key=_place)

    @post(summary="Add a role")
    async def add(self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[RoleInput]) -> RoleView:
        return _role(await kernel.roles.create(actor, identifier(project_id), data))

    @get("/{role_id:str}", summary="One role")
    async def role(self, kernel: Kernel, actor: Actor, project_id: Id, role_id: Id) -> RoleView:
        return _role(await kernel.roles.get(actor, identifier(project_id), role_id))

    @patch("/{role_id:str}", summary="Change a role", description="Holds from everybody's next request on.")
    async def change(
        self, kernel: Kernel, actor: Actor, project_id: Id, role_id: Id, data: JSONBody[RolePatch]
    ) -> RoleView:
        project, role = identifier(project_id), identifier(role_id)
        return _role(await kernel.roles.update(actor, project, role, data))

    @delete("/{role_id:str}", summary="Remove a role", description="Only one that no member has.")
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, role_id: Id) -> None:
        await kernel.roles.delete(actor, identifier(project_id), identifier(role_id))


def _place(role: RoleView) -> tuple[int | str, ...]:
    """Built-in roles come first, in the order of their rights, the others by age."""
    order = ("owner", "admin", "member", "commenter", "viewer")
    return (0, order.index(role.id)) if role.built_in else (1, int(role.id))


def _member(member: Member) -> MemberView:
    user = MemberUser(str(member.user_id), member.name, member.email)
    since = None if member.created_at is None else moment(member.created_at)
    return MemberView(user.id, user, member.role, member.role_name, since)


def _role(role: Role) -> RoleView:
    return RoleView(role.id, role.name, role.fields, role.scope, role.can, role.built_in, role.warnings)
