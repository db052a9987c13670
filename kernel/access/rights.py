"""The built-in roles of a project and how a stored role becomes a `ProjectAccess`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from kernel.access.actor import ProjectAccess, Rule

ABILITIES: Final = ("create", "edit", "delete", "comment", "import", "configure")
"""What a role may be allowed to do; `configure` covers lists, fields, tags, roles and members."""

EVERYTHING: Final = frozenset(ABILITIES)

UNLESS_SAID: Final[Mapping[str, bool]] = {
    ability: ability in ("create", "edit", "comment") for ability in ABILITIES
}
"""What a new custom role may do where nothing is said; which fields it writes, their rules decide."""

BUILT_IN: Final[Mapping[str, ProjectAccess]] = {
    "owner": ProjectAccess("owner", can=EVERYTHING),
    "admin": ProjectAccess("admin", can=EVERYTHING),
    "member": ProjectAccess("member", can=frozenset({"create", "edit", "delete", "comment"})),
    "commenter": ProjectAccess("commenter", {"*": "read"}, can=frozenset({"comment"})),
    "viewer": ProjectAccess("viewer", {"*": "read"}, can=frozenset()),
}

_rules = msgspec.json.Decoder(dict[str, Rule])
_abilities = msgspec.json.Decoder(dict[str, bool])


def membership(row: tuple[Any, ...]) -> tuple[int, ProjectAccess]:
    """What a row says: project, built-in role, and of a custom one id, fields, scope and abilities."""
    project_id, role, role_id, fields, scope, can = row
    return project_id, BUILT_IN[role] if role_id is None else custom(role_id, fields, scope, can)


def custom(role_id: int, fields: str, scope: str | None, can: str) -> ProjectAccess:
    """The access that a custom role gives, from its stored texts."""
    allowed = _abilities.decode(can)
    return ProjectAccess(
        str(role_id), _rules.decode(fields), scope, frozenset(a for a in ABILITIES if allowed.get(a, False))
    )
