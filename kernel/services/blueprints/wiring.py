"""The collections of a set-up, with the services behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from kernel.access.actor import Actor
from kernel.errors import ForbiddenError
from kernel.services.automations.model import AutomationInput, AutomationPatch
from kernel.services.automations.service import AutomationService
from kernel.services.blueprints.parts import Part, field_members
from kernel.services.blueprints.service import AUTOMATIONS, FIELDS, BlueprintService
from kernel.services.dashboards.facade import Dashboards
from kernel.services.dashboards.model import ChartInput, ChartPatch, DashboardInput, DashboardPatch
from kernel.services.entries import EntryInput, EntryPatch, EntryService
from kernel.services.field_inputs import FieldInput, FieldPatch
from kernel.services.fields import FieldService
from kernel.services.forms.model import FormInput, FormPatch, FormView
from kernel.services.forms.service import FormService
from kernel.services.projects import ProjectService
from kernel.services.roles import RoleInput, RolePatch, RoleService
from kernel.services.view_model import ViewInput, ViewPatch
from kernel.services.views import ViewService

MOST_DASHBOARDS = 10_000


def blueprints(
    projects: ProjectService,
    lists: EntryService,
    tags: EntryService,
    fields: FieldService,
    roles: RoleService,
    views: ViewService,
    automations: AutomationService,
    forms: FormService,
    dashboards: Dashboards,
) -> BlueprintService:
    """The service over these."""
    parts = {
        "lists": _of(lists, "list", EntryInput, EntryPatch),
        "tags": _of(tags, "tag", EntryInput, EntryPatch),
        FIELDS: _of(
            fields, "field", FieldInput, FieldPatch, members_of=field_members,
            kept=frozenset({"default"}), id_of=_field_id,
        ),
        "roles": _of(roles, "role", RoleInput, RolePatch, included=lambda role: not role.built_in),
        "views": _of(views, "view", ViewInput, ViewPatch, included=lambda view: view.shared),
        "forms": _forms(forms),
        AUTOMATIONS: replace(
            _of(automations, "automation", AutomationInput, AutomationPatch), all=automations.named
        ),
    }  # fmt: skip
    return BlueprintService(projects, parts, _dashboards(dashboards), _charts(dashboards))


def _of(service: Any, kind: str, input_type: type[Any], patch_type: type[Any], **other: Any) -> Part[int]:
    return Part(
        kind, input_type, patch_type, service.all, service.create, service.update, service.delete, **other
    )


def _field_id(found: Any) -> str:
    return str(found.field.id)


def _forms(service: FormService) -> Part[int]:
    async def all_of_them(actor: Actor, project_id: int) -> Sequence[FormView]:
        """None, to who may not set up the project."""
        try:
            return await service.all(actor, project_id)
        except ForbiddenError:
            return []

    return Part(
        "form", FormInput, FormPatch, all_of_them, service.create, service.update, service.delete,
        kept=frozenset({"after"}),
    )  # fmt: skip


def _dashboards(dashboards: Dashboards) -> Part[None]:
    service = dashboards.service
    return Part(
        "dashboard",
        DashboardInput,
        DashboardPatch,
        lambda actor, _: dashboards.access.all(actor, 0, MOST_DASHBOARDS),
        lambda actor, _, data: service.create(actor, data),
        lambda actor, _, id_, data: service.update(actor, id_, data),
        lambda actor, _, id_: service.delete(actor, id_),
    )


def _charts(dashboards: Dashboards) -> Part[int]:
    charts = dashboards.charts
    of: Callable[[Any, int], Any] = lambda actor, dashboard: charts.of([dashboard])  # noqa: E731
    return Part(
        "chart", ChartInput, ChartPatch, of, charts.create, charts.update, charts.delete,
        named="title", kept=frozenset({"layout"}),
    )  # fmt: skip
