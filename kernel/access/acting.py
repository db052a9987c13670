"""Acting for a user who is not there: background work has the rights that the user has now."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.access.actor import Actor
from kernel.access.rights import membership
from kernel.access.version import ACCESS_VERSION
from kernel.dialects.base import Parameters
from kernel.errors import ForbiddenError
from kernel.storage.database import Reading, Statement
from kernel.values import BOOLEAN, ID

_PERSON = "SELECT id, name, admin FROM smalt_user WHERE id = {id} AND active = {true}"
_MEMBERSHIPS = (
    "SELECT m.project_id, m.role, r.id, r.fields, r.scope, r.can FROM smalt_member m "
    "LEFT JOIN smalt_role r ON r.id = m.role_id WHERE m.user_id = {id} "
    "ORDER BY m.project_id"
)


async def actor_of(
    database: Reading, user_id: int | None, via: str, projects: Iterable[int] | None = None
) -> Actor:
    """The actor for a user, limited to `projects` where given. ForbiddenError for who is gone."""
    person = Parameters(database.dialect)
    person_sql = _PERSON.format(id=person.add(user_id, ID), true=person.add(True, BOOLEAN))
    version, found, rows = await database.read(
        ACCESS_VERSION, Statement(person_sql, person.values), memberships_of(database, user_id)
    )
    if not found:
        raise ForbiddenError("Whoever started this is not active any more.")
    return Actor(
        user_id=found[0][0],
        name=found[0][1],
        admin=bool(found[0][2]),
        token_projects=None if projects is None else frozenset(projects),
        memberships=dict(map(membership, rows)),
        via=via,
        access_version=version[0][0],
    )


def memberships_of(database: Reading, user_id: int | None) -> Statement:
    """The roles of a user, in rows for `membership`."""
    use = Parameters(database.dialect)
    return Statement(_MEMBERSHIPS.format(id=use.add(user_id, ID)), use.values)
