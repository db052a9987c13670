"""The contract of a template: whole projects as data, and sample records to look at.

A specification is plain data. Projects, fields and records name each other by local names
(`key`), never by ids, so the order of things inside a project is all that matters: a field
that another one builds on (a lookup on its reference) stands before it. Projects may refer to
each other in any order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from kernel.effects import ActionSpec


class ListSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A list of a project, a step of its process."""

    name: str
    color: str | None = None


class TagSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A tag of a project."""

    name: str
    color: str | None = None


class FieldSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A custom field, as the REST API takes it.

    Where the config names a project (`project_id`), the value is `"@"` and the project's local
    name: `{"project_id": "@customers", "multiple": false}`.
    """

    name: str
    type: str
    config: Mapping[str, Any] = {}
    key: str | None = None
    required: bool = False
    unique: bool = False
    description: str | None = None
    default: Any = None


class ProjectSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A project. `key` is its local name; `default_fields` None leaves all of them on."""

    key: str
    name: str
    lists: tuple[ListSpec, ...]
    fields: tuple[FieldSpec, ...] = ()
    tags: tuple[TagSpec, ...] = ()
    description: str | None = None
    default_fields: tuple[str, ...] | None = None


class ChartSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A chart, as the REST API takes it. Where the config names a project, `"@"` and the project's
    local name stand. `place` is x, y, width and height in a grid of twelve columns."""

    title: str
    type: str
    config: Mapping[str, Any]
    place: tuple[int, int, int, int]


class DashboardSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A dashboard with its charts."""

    name: str
    charts: tuple[ChartSpec, ...]
    description: str | None = None


class AutomationSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An automation of the project with the local name `project`, as the REST API takes it.

    In configs `"@"` and a local name stand for a project, and `"@me"` for whoever applies the template.
    """

    project: str
    name: str
    trigger: str
    actions: tuple[ActionSpec, ...]
    config: Mapping[str, Any] = {}
    condition: str | None = None
    enabled: bool = True


class TemplateSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Everything a template makes."""

    projects: tuple[ProjectSpec, ...]
    dashboards: tuple[DashboardSpec, ...] = ()
    automations: tuple[AutomationSpec, ...] = ()


class Sample(msgspec.Struct, frozen=True):
    """A sample record of the project with the local name `project`.

    `fields` holds values by field key, as the REST API takes them, but a reference field holds
    the `key` of a sample that came before (or a list of such keys). `list` and `tags` are names.

    A sample with `stays` has a past: the lists that it has been in, with the moment (aware) when it
    came into each, in order. It was made in the first, and the last is `list`. The others are made now.
    """

    project: str
    key: str
    title: str
    list: str
    fields: Mapping[str, Any] = {}
    tags: tuple[str, ...] = ()
    description: str | None = None
    due_at: datetime | None = None
    stays: tuple[tuple[str, datetime], ...] = ()


class Template:
    """A ready-made set of projects and dashboards. Subclasses set `key` and `label`."""

    key: str
    label: str
    description: str = ""

    def spec(self) -> TemplateSpec:
        """What applying the template makes."""
        raise NotImplementedError

    def samples(self, size: int, seed: int, today: date) -> Iterator[Sample]:
        """Sample records for about `size` records in the largest project; the same for a seed and a day.

        No stay begins later than the first moment of `today` in UTC.
        """
        return iter(())
