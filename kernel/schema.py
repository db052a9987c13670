"""The schema as one immutable snapshot: what queries are compiled against.

Loaded by `kernel.storage.schema_cache`, identified by `version`, replaced whole when any
process changes anything in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kernel.fields import ColumnSpec, FieldType
from kernel.values import Choice

BUILT_IN_LINKS: Mapping[str, int] = {"tags": 1, "assignees": 2}
"""Field ids under which built-in many-valued fields stand in the link table."""

DEFAULT_FIELDS = (
    "title", "description", "assignees", "start_date", "due_date",
    "tags", "checklists", "dependencies", "referenced_by",
    "comments", "followers", "reminders", "repeat",
)  # fmt: skip
"""The default fields, each but the title removable per project."""


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """A column of a field as it stands in the project's table (`name`) or the link table."""

    spec: ColumnSpec
    name: str


@dataclass(frozen=True)
class Field:
    """A custom field. `type` is None while its plugin is missing or switched off."""

    id: int
    project_id: int
    key: str
    name: str
    type_key: str
    type: FieldType[Any, Any] | None
    config: Any
    raw_config: Mapping[str, Any]
    columns: tuple[FieldColumn, ...]
    required: bool = False
    unique: bool = False
    indexed: bool = False
    description: str | None = None
    position: int = 0
    deleted: bool = False
    default: Any = None
    """What a new record gets where its writer says nothing, as JSON input; None for nothing."""
    version: int = 1
    """Counts changes of the definition; its place among the fields is no part of that."""

    @property
    def numbered(self) -> bool:
        """Whether the kernel fills it, with numbers that it gives out."""
        return any(column.spec.sequence for column in self.columns)

    @property
    def derived(self) -> bool:
        return self.type is not None and not self.columns

    @property
    def target(self) -> int | None:
        """The project that a reference field points to."""
        for column in self.columns:
            if column.spec.target is not None:
                return int(column.spec.target)
        return None


@dataclass(frozen=True)
class Project:
    """A project with all that queries need of it. Trashed lists, tags and fields are included
    only in `fields` (marked `deleted`), so that dependents can say what broke.
    `layout` holds the default fields in the order that the project shows them."""

    id: int
    name: str
    description: str | None
    default_fields: frozenset[str]
    time_zone: str
    currency: str
    lists: tuple[Choice, ...]
    tags: tuple[Choice, ...]
    fields: tuple[Field, ...]
    deleted: bool = False
    layout: tuple[str, ...] = DEFAULT_FIELDS

    @property
    def table(self) -> str:
        """The name of the typed table that holds the records."""
        return f"p_{self.id}"

    @cached_property
    def live_fields(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if not f.deleted)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Live fields by key and by id."""
        named = {str(f.id): f for f in self.live_fields}
        return named | {f.key: f for f in self.live_fields}


@dataclass(frozen=True)
class Schema:
    """All projects at one version."""

    version: int
    projects: Mapping[int, Project]
    disabled_plugins: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def references_to(self) -> Mapping[int, tuple[Field, ...]]:
        """The live reference fields of live projects, by the project they point to."""
        found: dict[int, list[Field]] = {}
        for reference in self._references():
            found.setdefault(reference.target or 0, []).append(reference)
        return {target: tuple(fields) for target, fields in found.items()}

    def _references(self) -> Iterator[Field]:
        for project in self.projects.values():
            if not project.deleted:
                yield from (f for f in project.live_fields if f.target is not None)
