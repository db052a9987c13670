"""Where an action acts: one transaction, one record, one person's rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kernel.access.actor import Actor
from kernel.errors import InvalidInputError, NotFoundError
from kernel.schema import Project, Schema
from kernel.services.automations.loads import Loads
from kernel.services.automations.model import Automation
from kernel.storage.database import Transaction


@dataclass(frozen=True)
class Stage:
    """What the effects of one action are brought about in."""

    tx: Transaction
    schema: Schema
    project: Project
    automation: Automation
    actor: Actor
    record_id: int | None
    now: datetime
    loads: Loads = field(default_factory=Loads)

    @property
    def record(self) -> int:
        """The record. InvalidInputError where the automation runs for none."""
        if self.record_id is None:
            raise InvalidInputError("There is no record here that this could be done to.")
        return self.record_id

    def other_project(self, project_id: str | None) -> Project:
        """The automation's project, or another that its owner sees."""
        if project_id is None:
            return self.project
        found = self.schema.projects.get(int(project_id)) if project_id.isdecimal() else None
        if found is None or found.deleted or self.actor.access(found.id) is None:
            raise NotFoundError("The project is gone, or whoever owns the automation may not see it.")
        return found
