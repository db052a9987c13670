"""Applies templates: whole sets of projects, made in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kernel.access.actor import FULL_ACCESS, Actor
from kernel.effects import ActionSpec
from kernel.errors import NotFoundError, PluginError, SmaltError
from kernel.registry import Registry
from kernel.schema import Field, Project, Schema
from kernel.services.automations.model import AutomationInput, TriggerSpec
from kernel.services.automations.service import AutomationService
from kernel.services.dashboards.access import StoredDashboard
from kernel.services.dashboards.facade import Dashboards
from kernel.services.dashboards.from_template import TemplateDashboards
from kernel.services.entries import EntryInput, EntryService, ProjectParts
from kernel.services.field_inputs import FieldInput
from kernel.services.fields import FieldService
from kernel.services.names import same_name
from kernel.services.projects import ProjectInput, ProjectService
from kernel.services.records import RecordService
from kernel.services.template_samples import SampleWriter
from kernel.storage.database import Transaction
from kernel.templates import FieldSpec, ProjectSpec, Template, TemplateSpec
from kernel.values import Choice

ME = "me"
REFERS = "@"
"""What stands before the local name of a project in the config of a field."""


@dataclass(frozen=True)
class Skipped:
    """A field, or a chart of a dashboard (as `project`), that could not be made, for example because
    its plugin is switched off."""

    project: str
    field: str
    reason: str


@dataclass
class Applied:
    """What a template has made: the projects by their local names, and what it could not make."""

    projects: dict[str, Project] = field(default_factory=dict)
    dashboards: list[StoredDashboard] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    samples: int = 0


class TemplateService:
    """The templates of all plugins that are on."""

    def __init__(
        self,
        parts: ProjectParts,
        templates: Registry[Template],
        projects: ProjectService,
        lists: EntryService,
        tags: EntryService,
        fields: FieldService,
        records: RecordService,
        dashboards: Dashboards,
        automations: AutomationService,
    ) -> None:
        self._automations = automations
        self._dashboards = TemplateDashboards(dashboards)
        self._parts = parts
        self._templates = templates
        self._projects = projects
        self._lists = lists
        self._tags = tags
        self._fields = fields
        self._records = records

    async def all(self) -> list[Template]:
        """The templates in the order of their keys."""
        schema = await self._parts.schema.current()
        return list(self._templates.enabled(schema.disabled_plugins).values())

    async def get(self, key: str) -> Template:
        schema = await self._parts.schema.current()
        template = self._templates.get(key, schema.disabled_plugins)
        if template is None:
            raise NotFoundError(f"There is no template '{key[:50]}'.")
        return template

    async def apply(self, actor: Actor, key: str, sample: int = 0, seed: int = 1) -> Applied:
        """Make the projects, and about `sample` records in the largest; all or nothing."""
        template = await self.get(key)
        spec = template.spec()
        async with self._parts.database.transaction(schema_change=True) as tx:
            before = await self._parts.schema.change(tx)
            applied = await self._projects_of(tx, actor, spec, before)
            everything = _owning(actor, applied)
            schema = await self._fields_of(tx, everything, spec, applied)
            applied.projects = {k: schema.projects[p.id] for k, p in applied.projects.items()}
            await self._boards_of(tx, schema, everything, spec, applied)
            if sample:
                writer = SampleWriter(self._records, self._parts.ids, applied.projects)
                samples = template.samples(sample, seed, self._parts.clock.now().date())
                applied.samples = await writer.write(tx, schema, everything, samples)
            await self._rules_of(tx, schema, everything, spec, applied)
        return applied

    def owner(self, actor: Actor, applied: Applied) -> Actor:
        """The actor with the rights that making the projects has given, as of now."""
        return replace(_owning(actor, applied), access_version=None)

    async def _projects_of(
        self, tx: Transaction, actor: Actor, spec: TemplateSpec, before: Schema
    ) -> Applied:
        """Projects with lists and tags, under names that are not taken."""
        applied = Applied()
        taken = {same_name(p.name) for p in before.projects.values() if not p.deleted}
        suffix = _free_suffix([p.name for p in spec.projects], taken)
        for wanted in spec.projects:
            given = None if wanted.default_fields is None else list(wanted.default_fields)
            data = ProjectInput(wanted.name + suffix, wanted.description, given)
            project = await self._projects.add(tx, actor, data)
            applied.projects[wanted.key] = await self._entries(tx, actor, project, wanted)
        return applied

    async def _entries(self, tx: Transaction, actor: Actor, project: Project, wanted: ProjectSpec) -> Project:
        for list_ in wanted.lists:
            made = await self._lists.add(tx, actor, project, EntryInput(list_.name, list_.color))
            choice = Choice(made.id, made.name, made.color)
            project = replace(project, lists=(*project.lists, choice))
        for tag in wanted.tags:
            made = await self._tags.add(tx, actor, project, EntryInput(tag.name, tag.color))
            choice = Choice(made.id, made.name, made.color)
            project = replace(project, tags=(*project.tags, choice))
        return project

    async def _boards_of(
        self, tx: Transaction, schema: Schema, actor: Actor, spec: TemplateSpec, applied: Applied
    ) -> None:
        """Dashboards with those of their charts that can be computed."""
        for wanted in spec.dashboards:
            configs = [_resolved(chart.config, applied.projects) for chart in wanted.charts]
            made, refused = await self._dashboards.add(tx, schema, actor, wanted, configs)
            applied.dashboards.append(made)
            applied.skipped += [Skipped(wanted.name, title, reason) for title, reason in refused]

    async def _rules_of(
        self, tx: Transaction, schema: Schema, actor: Actor, spec: TemplateSpec, applied: Applied
    ) -> None:
        """Automations, which belong to whoever applies the template; the samples begin none."""
        for wanted in spec.automations:
            project = applied.projects[wanted.project]
            me = {} if actor.user_id is None else {ME: actor.user_id}
            known: dict[str, Project | int] = {**applied.projects, **me}
            try:
                async with tx.savepoint():
                    data = AutomationInput(
                        wanted.name,
                        TriggerSpec(wanted.trigger, _resolved(wanted.config, known)),
                        [ActionSpec(a.type, _resolved(a.config, known)) for a in wanted.actions],
                        wanted.condition,
                        wanted.enabled,
                    )
                    await self._automations.add(tx, actor, schema, project, data)
                    schema = await self._parts.schema.load(tx)
            except SmaltError as error:
                detail = error.faults[0].detail if error.faults else error.detail
                applied.skipped.append(Skipped(project.name, wanted.name, detail))

    async def _fields_of(self, tx: Transaction, actor: Actor, spec: TemplateSpec, applied: Applied) -> Schema:
        """Fields in rounds: those that build on fields which are not there yet wait for the next."""
        schema = await self._parts.schema.load(tx)
        waiting = [(project, wanted) for project in spec.projects for wanted in project.fields]
        while waiting:
            refused: dict[tuple[str, str], str] = {}
            for project, wanted in waiting:
                try:
                    async with tx.savepoint():
                        schema = (await self._field(tx, actor, schema, project, wanted, applied))[1]
                except SmaltError as error:
                    refused[project.key, wanted.name] = (
                        error.faults[0].detail if error.faults else error.detail
                    )
            again = [(p, w) for p, w in waiting if (p.key, w.name) in refused]
            if len(again) == len(waiting):
                applied.skipped += [Skipped(p.name, w.name, refused[p.key, w.name]) for p, w in again]
                break
            waiting = again
        return await self._parts.schema.load(tx)

    async def _field(
        self,
        tx: Transaction,
        actor: Actor,
        schema: Schema,
        project: ProjectSpec,
        wanted: FieldSpec,
        applied: Applied,
    ) -> tuple[Field, Schema]:
        data = FieldInput(
            name=wanted.name,
            type=wanted.type,
            config=_resolved(wanted.config, applied.projects),
            required=wanted.required,
            unique=wanted.unique,
            description=wanted.description,
            default=wanted.default,
        )
        if wanted.key is not None:
            data.key = wanted.key
        here = schema.projects[applied.projects[project.key].id]
        return await self._fields.add(tx, actor, schema, here, data)


def _resolved(config: Any, projects: Mapping[str, Project | int]) -> Any:
    """The config with the ids of projects, and perhaps of whoever applies the template, for their names."""
    if isinstance(config, Mapping):
        return {key: _resolved(value, projects) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return [_resolved(value, projects) for value in config]
    if isinstance(config, str) and config.startswith(REFERS):
        found = projects.get(config.removeprefix(REFERS))
        if found is None:
            raise PluginError(f"The template refers to a project '{config}' that it does not make.")
        return str(found if isinstance(found, int) else found.id)
    return config


def _free_suffix(names: list[str], taken: set[str]) -> str:
    """The same suffix for all projects of a set, so that one sees what belongs together."""
    return next(s for s in _suffixes() if not any(same_name(name + s) in taken for name in names))


def _suffixes() -> Iterator[str]:
    yield ""
    number = 1
    while True:
        number += 1
        yield f" {number}"


def _owning(actor: Actor, applied: Applied) -> Actor:
    """The actor with the rights that making the projects has given."""
    owned = {project.id: FULL_ACCESS for project in applied.projects.values()}
    return replace(actor, memberships={**actor.memberships, **owned})
