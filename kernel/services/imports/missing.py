"""Makes the lists, tags and options that rows name and that do not exist, where a person asked for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kernel.access.actor import Actor
from kernel.errors import ConflictError
from kernel.schema import Project
from kernel.services.entries import EntryInput, EntryService
from kernel.services.fields import FieldService
from kernel.services.imports.model import ImportState

Absences = Mapping[tuple[str, int], list[str]]
"""Names by what they are of (`lists`, `tags`, `options`) and, for options, the field's id."""


@dataclass(frozen=True)
class MissingThings:
    """Makes what is missing. Everything is found again when this is cut short and done anew."""

    lists: EntryService
    tags: EntryService
    fields: FieldService

    def wanted(self, state: ImportState, absent: Absences) -> Absences:
        """What may be made."""
        return {what: names for what, names in absent.items() if what[0] in state.create_missing}

    async def make(self, actor: Actor, project: Project, absent: Absences) -> None:
        """Add them. Raises ForbiddenError for who may not configure the project."""
        for (what, field_id), names in absent.items():
            if what == "options":
                await self.fields.add_options(actor, project.id, str(field_id), names)
            else:
                await self._entries(self.lists if what == "lists" else self.tags, actor, project, names)

    async def _entries(
        self, service: EntryService, actor: Actor, project: Project, names: Sequence[str]
    ) -> None:
        for name in names:
            try:
                await service.create(actor, project.id, EntryInput(name=name))
            except ConflictError:
                continue  # in another spelling earlier in this loop, or by somebody else meanwhile
