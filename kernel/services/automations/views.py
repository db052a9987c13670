"""Automations as people see them."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from kernel.access.actor import Actor
from kernel.effects import ActionSpec
from kernel.errors import SmaltError
from kernel.schema import Project, Schema
from kernel.services.automations.form_names import form_names
from kernel.services.automations.model import Automation, Condition, TriggerSpec, While
from kernel.services.automations.people import emails_of
from kernel.services.automations.reading import Showing, Types, people_named, plugin_config
from kernel.services.dashboards.access import dashboard_names
from kernel.services.record_parts import PersonRef, moment
from kernel.storage.database import Database

HOOKS: Final = "/api/v1/hooks"


class AutomationView(msgspec.Struct):
    """An automation. It acts with the rights of `owner`, who saved it last.

    `fault` says why it cannot work now, if it cannot. `hook_path` is where others call it, for triggers
    that wait for that; `signing_secret` signs what it sends. `next_at` is when it begins next, where a
    schedule says so.
    """

    id: str
    project_id: str
    name: str
    enabled: bool
    while_paused: While
    trigger: TriggerSpec
    condition: Condition
    actions: list[ActionSpec]
    version: int
    owner: PersonRef | None
    fault: str | None
    hook_path: str | None
    signing_secret: str
    next_at: str | None
    created_at: str | None
    updated_at: str | None


class AutomationVersion(msgspec.Struct):
    """An automation as somebody has saved it."""

    version: int
    at: str | None
    by: PersonRef | None
    trigger: TriggerSpec
    condition: Condition
    actions: list[ActionSpec]


async def shown(
    database: Database, types: Types, schema: Schema, project: Project, found: list[Automation], actor: Actor
) -> list[AutomationView]:
    """Views of automations of one project, for somebody who configures it."""
    ids = {id_ for a in found for id_ in people_named(types, a.definition)}
    people = await emails_of(database, ids | {str(a.owner_id) for a in found if a.owner_id})
    emails = {id_: email for id_, (email, _) in people.items()}
    forms, dashboards = await form_names(database, project.id), await dashboard_names(database, actor)
    showing = Showing(types, schema, project, emails, forms, dashboards)
    return [_view(showing, automation, people) for automation in found]


def _view(showing: Showing, automation: Automation, people: dict[str, tuple[str, str]]) -> AutomationView:
    definition = showing.definition(automation.definition)
    owner = people.get(str(automation.owner_id))
    return AutomationView(
        id=str(automation.id),
        project_id=str(automation.project_id),
        name=automation.name,
        enabled=automation.enabled,
        while_paused=automation.while_paused,
        trigger=definition.trigger,
        condition=definition.condition,
        actions=list(definition.actions),
        version=automation.version,
        owner=None if owner is None else PersonRef(str(automation.owner_id), owner[1]),
        fault=fault_of(showing.types, showing.schema, showing.project, automation),
        hook_path=None if automation.hook is None else f"{HOOKS}/{automation.hook}",
        signing_secret=automation.secret,
        next_at=moment(automation.next_at),
        created_at=moment(automation.created_at),
        updated_at=moment(automation.updated_at),
    )


def fault_of(types: Types, schema: Schema, project: Project, automation: Automation) -> str | None:
    """Why an automation cannot work: something that it names, or one of its plugins, is gone."""
    definition = automation.definition
    try:
        trigger = types.trigger(definition.trigger.type, schema)
        plugin_config(trigger, definition.trigger.config, schema, project)
        for spec in definition.actions:
            plugin_config(types.action(spec.type, schema), spec.config, schema, project)
    except SmaltError as error:
        return error.detail
    except msgspec.ValidationError as error:
        return f"A setting does not fit its plugin any more: {error}."
    return None


def version_view(showing: Showing, row: Any, definition: Any) -> AutomationVersion:
    """One version, from its row and its definition."""
    version, at, by_id, name, _ = row
    told = showing.definition(definition)
    by = None if by_id is None else PersonRef(str(by_id), name or "")
    return AutomationVersion(version, moment(at), by, told.trigger, told.condition, list(told.actions))
