"""Lists, tags and options that are called something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kernel.expressions.rewording import NewNames
from kernel.queries.meanings import leads_to
from kernel.schema import Project, Schema
from kernel.services.changes import Change

_ENTRIES: Final = {"list.renamed": "list", "tag.renamed": "tags"}


@dataclass(frozen=True)
class Renamed:
    """What is called something else: in which project, in which field (by id, or the name of a built-in
    one), and the new names by the old ones."""

    project_id: int
    field: str
    names: Mapping[str, str]

    def within(self, schema: Schema, project: Project) -> NewNames:
        """As expressions over the records of a project may name it."""
        return NewNames(self.names, lambda path: self.named_by(schema, project, path))

    def named_by(self, schema: Schema, project: Project, path: Sequence[str]) -> bool:
        """Whether a path from the records of a project ends in it."""
        return leads_to(schema, project, path, (self.project_id, self.field))


def renamed_by(change: Change) -> Renamed | None:
    """What a change has given another name, if it has."""
    if change.kind in _ENTRIES:
        old, new = change.values()["name"]
        return Renamed(change.project_id, _ENTRIES[change.kind], {old: new})
    if change.kind.startswith("field.") and isinstance(configs := change.values().get("config"), list):
        names = dict(_other_names(*configs))
        return Renamed(change.project_id, change.values()["id"], names) if names else None
    return None


def _other_names(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Old and new names of the options that two configs have in common."""
    known = {option["id"]: option["name"] for option in before.get("options") or ()}
    for option in after.get("options") or ():
        old = known.get(option["id"], option["name"])
        if old != option["name"]:
            yield old, option["name"]
