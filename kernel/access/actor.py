"""Who is asking, and what they may see and do: handed to every service and every query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Rule = Literal["hidden", "read", "edit"]


@dataclass(frozen=True)
class ProjectAccess:
    """What one reader may see and do in one project.

    `fields` maps field keys (built-in and custom) to rules, `"*"` is the rule for the rest.
    `scope` is a filter expression that narrows the records, or None.
    """

    role: str
    fields: Mapping[str, Rule] = field(default_factory=lambda: {"*": "edit"})
    scope: str | None = None
    can: frozenset[str] = frozenset({"create", "edit", "delete", "comment", "import", "configure"})

    def rule(self, key: str) -> Rule:
        return self.fields.get(key, self.fields.get("*", "edit"))

    def sees(self, key: str) -> bool:
        return self.rule(key) != "hidden"


FULL_ACCESS = ProjectAccess(role="owner")


@dataclass(frozen=True)
class Preview:
    """That somebody looks as a role, or as the member `user_id`: only reads, and nothing of their own.

    `path` names whom; `user_id` is None for who sees no other dashboards than the actor; `by_admin`: an
    administrator of the installation looks.
    """

    path: str
    user_id: int | None = None
    by_admin: bool = False


@dataclass(frozen=True)
class Actor:
    """A signed-in user, or the system itself (`user_id` None), at one moment.

    `via` says through what they act: api, page, form, import, automation.
    `rights_key` is equal for actors whose rights are equal, so that compiled queries are shared.
    """

    user_id: int | None
    name: str = "Smalt"
    admin: bool = False
    scopes: frozenset[str] = frozenset({"read", "write", "admin"})
    token_projects: frozenset[int] | None = None
    memberships: Mapping[int, ProjectAccess] = field(default_factory=dict)
    via: str = "api"
    access_version: int | None = None
    """The state of everybody's rights that this actor was made from; None: not to be checked."""
    cause: int | None = None
    """The run of an automation that acts; its events carry it, so that chains can be followed."""
    via_id: int | None = None
    """The automation or form through which they act, where it is one."""
    batch_id: int | None = None
    """The batch to which all that they do belongs, where it is to be taken back as a whole."""
    uploads: frozenset[int] = frozenset()
    """Files that somebody without an account has just brought, which nothing holds yet."""
    preview: Preview | None = None
    """Whom they look as (see `kernel.access.previews`)."""

    @property
    def rights_key(self) -> tuple[object, ...]:
        """Equal for actors who see the same; members' rights hold for one access version."""
        if self.preview is not None:
            return (self.user_id, self.access_version, self.token_projects, self.preview)
        if self.admin:
            return ("admin", self.token_projects)
        return (self.user_id, self.access_version, self.token_projects)

    @property
    def person(self) -> int | None:
        """Whose own things are read (views, reminders, notices, uploads); None for nobody's."""
        return self.user_id if self.preview is None else None

    def access(self, project_id: int) -> ProjectAccess | None:
        """The access to a project; None when the project must look as if it did not exist."""
        if self.token_projects is not None and project_id not in self.token_projects:
            return None
        if self.admin:
            return FULL_ACCESS
        return self.memberships.get(project_id)


SYSTEM = Actor(user_id=None, admin=True, via="system")
