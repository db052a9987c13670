"""Looking as somebody else: with the rights of a role, or of a member, and never with more than one's own.

Who may change the roles of a project may see what they come to. A role says nothing of other projects,
so they are not there; a member has their own roles in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from kernel.access.acting import memberships_of
from kernel.access.actor import Actor, Preview, ProjectAccess, Rule
from kernel.access.rights import BUILT_IN, custom, membership
from kernel.dialects.base import Parameters
from kernel.errors import Fault, ForbiddenError, InvalidInputError, NotFoundError
from kernel.ids import number_of
from kernel.storage.database import Reading, Statement
from kernel.values import BOOLEAN, ID

HEADER: Final = "Smalt-See-As"
_WANTED: Final = re.compile(
    r"/?projects/([0-9]{1,19})/(?:roles/([0-9]{1,19}|[a-z]{1,20})|members/([0-9]{1,19}))"
)
_RULES: Final[tuple[Rule, ...]] = ("hidden", "read", "edit")
_MEMBER: Final = (
    "SELECT u.admin FROM smalt_member m JOIN smalt_user u ON u.id = m.user_id "
    "WHERE m.project_id = {project} AND m.user_id = {user} AND u.active = {true}"
)
_ROLE: Final = "SELECT id, fields, scope, can FROM smalt_role WHERE project_id = {project} AND id = {role}"


async def seeing_as(database: Reading, actor: Actor, wanted: str) -> Actor:
    """The actor, who only reads, with the rights of a role (`projects/7/roles/viewer`) or of a member
    (`projects/7/members/8`).

    Raises InvalidInputError for other texts, NotFoundError for what there is not, ForbiddenError for who
    may not change the roles of the project.
    """
    match = _WANTED.fullmatch(wanted.strip())
    if match is None:
        fault = Fault(HEADER, "Give 'projects/<id>/roles/<id or name>' or 'projects/<id>/members/<id>'.")
        raise InvalidInputError("This names neither a role nor a member of a project.", [fault])
    project_id, role, user_id = number_of(match[1]) or 0, match[2], match[3]
    own = actor.access(project_id)
    if own is None:
        raise NotFoundError("There is no such project, or you may not see it.")
    if "configure" not in own.can:
        raise ForbiddenError("Only who may change the roles of a project may look as one of them.")
    if role is not None:
        access = await _role(database, project_id, role)
        return _limited(actor, Preview(f"projects/{project_id}/roles/{role}"), {project_id: access})
    return await _as_member(database, actor, project_id, number_of(user_id) or 0)


async def _role(database: Reading, project_id: int, role: str) -> ProjectAccess:
    if role in BUILT_IN:
        return BUILT_IN[role]
    number = number_of(role)
    if number is not None:
        use = Parameters(database.dialect)
        sql = _ROLE.format(project=use.add(project_id, ID), role=use.add(number, ID))
        (rows,) = await database.read(Statement(sql, use.values))
        if rows:
            return custom(*rows[0])
    raise NotFoundError("There is no such role.")


async def _as_member(database: Reading, actor: Actor, project_id: int, user_id: int) -> Actor:
    use, preview = Parameters(database.dialect), Preview(f"projects/{project_id}/members/{user_id}", user_id)
    sql = _MEMBER.format(
        project=use.add(project_id, ID), user=use.add(user_id, ID), true=use.add(True, BOOLEAN)
    )
    found, rows = await database.read(Statement(sql, use.values), memberships_of(database, user_id))
    if not found:
        raise NotFoundError("There is no such member, or they are shut out.")
    if found[0][0]:  # an administrator of the installation sees whatever the actor sees
        own = Preview(preview.path, by_admin=actor.admin)
        return replace(actor, scopes=actor.scopes & {"read"}, preview=own)
    return _limited(actor, preview, dict(map(membership, rows)))


def _limited(actor: Actor, preview: Preview, memberships: Mapping[int, ProjectAccess]) -> Actor:
    """The actor with these rights, as far as they are the actor's own."""
    shared = {
        project_id: _both(access, own)
        for project_id, access in memberships.items()
        if (own := actor.access(project_id)) is not None
    }
    return replace(
        actor,
        admin=False,
        memberships=shared,
        scopes=actor.scopes & {"read"},
        preview=replace(preview, by_admin=actor.admin),
    )


def _both(access: ProjectAccess, own: ProjectAccess) -> ProjectAccess:
    """What both let through, under the name of the first."""
    scopes = [scope for scope in (access.scope, own.scope) if scope is not None]
    names = {"*", *access.fields, *own.fields}
    return ProjectAccess(
        access.role,
        {name: min(access.rule(name), own.rule(name), key=_RULES.index) for name in names},
        " AND ".join(f"({scope})" for scope in scopes) if len(scopes) > 1 else next(iter(scopes), None),
        access.can & own.can,
    )
