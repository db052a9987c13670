"""The names in stored changes, as one reader sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kernel.access.actor import ProjectAccess
from kernel.queries.builtins import DEFAULT_FIELD_OF, rule_of
from kernel.schema import Field, Project


class VisibleNames:
    """Stored names are the ids of custom fields (`fields`: the live ones) and the names of built-in ones."""

    def __init__(self, project: Project, access: ProjectAccess) -> None:
        self.fields: Mapping[str, Field] = {str(f.id): f for f in project.live_fields}
        self._project = project
        self._access = access

    def name(self, stored: str) -> str | None:
        """The name in payloads; None for what the reader does not see, or nobody now."""
        if stored.isdecimal():
            custom = self.fields.get(stored)
            visible = custom is not None and custom.type is not None and self._access.sees(custom.key)
            return custom.key if custom is not None and visible else None
        default_field = DEFAULT_FIELD_OF.get(stored)
        if default_field is not None and default_field not in self._project.default_fields:
            return None
        return stored if rule_of(self._access, stored) != "hidden" else None

    def names(self, stored: Iterable[str]) -> list[str]:
        """The visible ones of several, in their order."""
        return [shown for name in stored if (shown := self.name(name)) is not None]
