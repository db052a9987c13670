"""Proposes what each column of a file goes into: a field that is there, or a new one of a type that fits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kernel.access.actor import ProjectAccess
from kernel.errors import SmaltError
from kernel.fields import FieldType, ParseContext
from kernel.importers import Proposal
from kernel.queries.fields import has_built_in
from kernel.schema import Field, Project
from kernel.services.field_config import define
from kernel.services.imports.parts import has_part
from kernel.text_input import fold_name

BUILT_IN_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "name", "subject"),
    "description": ("description", "notes", "note", "details"),
    "list": ("list", "stage", "status", "step", "deal stage", "pipeline stage"),
    "tags": ("tags", "tag", "labels"),
    "assignees": ("assignees", "assignee", "assigned to", "owner"),
    "start_at": ("start date", "start at"),
    "due_at": ("due date", "due at", "deadline"),
    "completed_at": ("completed", "completed at", "done at"),
    "comments": ("comments", "comment"),
    "checklists": ("checklists", "checklist"),
}
"""Headings by which built-in fields are known."""

ENOUGH = 0.25
"""A guess below says nothing."""

Guess = dict[str, Any]
Types = Mapping[str, FieldType[Any, Any]]


def plain(name: str) -> str:
    """A heading for comparing: `Expected_close-date` and `expected close date` are the same."""
    return " ".join(re.sub(r"[\W_]+", " ", fold_name(name)).split())


class Guesser:
    """Guesses for the columns of one file."""

    def __init__(self, project: Project, access: ProjectAccess, types: Types, context: ParseContext) -> None:
        self._project = project
        self._access = access
        self._types = types
        self._context = context
        self._fields = {f.id: f for f in project.live_fields if f.columns and access.sees(f.key)}

    def guess(
        self,
        names: Sequence[str],
        samples: Sequence[Sequence[str]],
        proposals: Mapping[str, Proposal],
    ) -> list[Guess | None]:
        """A guess for each column, no field twice; new fields as the file proposes them."""
        found: dict[int, Guess | None] = {}
        taken: set[str] = set()
        for place, name in enumerate(names):
            field = self._by_name(name)
            if field is not None and field not in taken:
                taken.add(field)
                found[place] = self._into(field)
        naming = None if "title" in taken else self._title(found, samples)
        if naming is not None:
            found[naming] = {"field": "title"}
        return [
            found[i] if i in found else self._proposed(proposals.get(name)) or self._type(cells)
            for i, (name, cells) in enumerate(zip(names, samples, strict=True))
        ]

    def references(self) -> list[Field]:
        """The fields that may hold what a column names."""
        return [f for f in self._fields.values() if f.target is not None]

    def _by_name(self, name: str) -> str | None:
        wanted = plain(name)
        for field in self._fields.values():
            if wanted in (plain(field.name), plain(field.key)):
                return field.key
        for built_in, headings in BUILT_IN_NAMES.items():
            if wanted in headings and self._has(built_in):
                return built_in
        return None

    def _has(self, built_in: str) -> bool:
        part = has_part(self._project, self._access, built_in)
        return part or has_built_in(self._project, built_in)

    def _into(self, key: str) -> Guess:
        field = self._project.by_name.get(key)
        refers = field is not None and field.target is not None
        return {"field": key, "match": "title"} if refers else {"field": key}

    def _title(self, found: Mapping[int, Guess | None], samples: Sequence[Sequence[str]]) -> int | None:
        """The first column that names every row, each differently."""
        for place, cells in enumerate(samples):
            distinct = {fold_name(cell) for cell in cells}
            if place not in found and cells and len(distinct) == len(cells) and "" not in distinct:
                return place
        return None

    def _proposed(self, proposal: Proposal | None) -> Guess | None:
        """What a file says of its column, if there is such a type here and the config fits it."""
        type_ = None if proposal is None else self._types.get(proposal.type)
        if proposal is None or type_ is None:
            return None
        try:
            define(type_, proposal.config)
        except SmaltError:
            return None
        return {"type": proposal.type, "config": dict(proposal.config)}

    def _type(self, cells: Sequence[str]) -> Guess | None:
        """The type that the cells look most like, with the config that it suggests."""
        filled = [cell for cell in cells if cell.strip()]
        scores = {key: self._score(type_, filled) for key, type_ in self._types.items()}
        if not scores or not filled:
            return None
        best = max(scores, key=lambda key: scores[key])
        if scores[best] < ENOUGH:
            return None
        try:
            config = self._types[best].suggest(filled, self._context)
            return {"type": best, "config": msgspec.to_builtins(config)}
        except SmaltError:
            return {"type": best, "config": {}}

    def _score(self, type_: FieldType[Any, Any], cells: Sequence[str]) -> float:
        try:
            return type_.guess(cells, self._context)
        except SmaltError:
            return 0.0
