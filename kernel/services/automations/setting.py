"""Where an automation is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.effects import Address
from kernel.schema import Project, Schema


@dataclass
class Setting:
    """By whom an automation is saved, in which project, and what its names may mean.

    `people` are by id and lower-case email: all whom the automation names, or, without
    `knows_addresses`, those alone whom it names by id. `refuse_address` raises InvalidValueError
    for a URL that nothing may be sent to.
    """

    dialect: Dialect
    schema: Schema
    project: Project
    actor: Actor
    now: datetime
    people: Mapping[str, Address]
    forms: Mapping[str, str]
    dashboards: Mapping[str, str]
    refuse_address: Callable[[str], None]
    knows_addresses: bool = True

    def other_project(self, project_id: str) -> Project | None:
        """A project that its owner sees; None where there is none, or not any more."""
        found = self.schema.projects.get(int(project_id)) if project_id.isdecimal() else None
        if found is None or found.deleted or self.actor.access(found.id) is None:
            return None
        return found
