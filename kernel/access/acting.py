"""Acting for a user who is not there: background work has the rights that the user has now."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.access.actor import Actor, ProjectAccess
from kernel.access.rights import BUILT_IN, custom
from kernel.access.version import ACCESS_VERSION
from kernel.dialects.base import Parameters
from kernel.errors import ForbiddenError
from kernel.storage.database import Reading, Statement
from kernel.values import BOOLEAN, ID

_PERSON = "SELECT id, name, admin FROM smalt_user WHERE id = {id} AND active = {true}"
_MEMBERSHIPS = (
    "SELECT m.project_id, m.role, r.id, r.fields, r.scope, r.can FROM smalt_member m "
    "LEFT JOIN smalt_role r ON r.id = m.role_id WHERE m.user_id = {id}"
)


async def actor_of(
    database: Reading, user_id: int | None, via: str, projects: Iterable[int] | None = None
) -> Actor:
    """The actor for a user, limited to `projects` where given. ForbiddenError for who is gone."""
    person, members = Parameters(database.dialect), Parameters(database.dialect)
    person_sql = _PERSON.format(id=person.add(user_id, ID), true=person.add(True, BOOLEAN))
    members_sql = _MEMBERSHIPS.format(id=members.add(user_id, ID))
    version, found, rows = await database.read(
        ACCESS_VERSION, Statement(person_sql, person.values), Statement(members_sql, members.values)
    )
    if not found:
        raise ForbiddenError("Whoever started this is not active any more.")
    memberships: dict[int, ProjectAccess] = {
        project_id: BUILT_IN[role] if role_id is None else custom(role_id, fields, scope, can)
        for project_id, role, role_id, fields, scope, can in rows
    }
    return Actor(
        user_id=found[0][0],
        name=found[0][1],
        admin=bool(found[0][2]),
        token_projects=None if projects is None else frozenset(projects),
        memberships=memberships,
        via=via,
        access_version=version[0][0],
    )
