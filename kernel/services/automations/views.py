"""Automations as people see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from kernel.access.actor import Actor
from kernel.effects import ActionSpec
from kernel.schema import Project, Schema
from kernel.services.automations.faults import Around, FaultFinder
from kernel.services.automations.form_names import form_names
from kernel.services.automations.model import Automation, Condition, TriggerSpec, While
from kernel.services.automations.people import KnownPerson, known_people
from kernel.services.automations.reading import Showing, Types, people_named
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


@dataclass(frozen=True)
class Looking:
    """Who looks, and how: `named` with names even where ids were given."""

    database: Database
    types: Types
    faults: FaultFinder
    actor: Actor
    named: bool = False


async def shown(
    looking: Looking, schema: Schema, project: Project, found: Sequence[Automation]
) -> list[AutomationView]:
    """Views of automations of one project, for somebody who configures it."""
    database, types = looking.database, looking.types
    ids = {id_ for a in found for id_ in people_named(types, a.definition)}
    people = await known_people(database, ids | {str(a.owner_id) for a in found if a.owner_id})
    emails = {id_: person.email for id_, person in people.items()}
    forms, dashboards = await form_names(database, project.id), await dashboard_names(database, looking.actor)
    showing = Showing(types, schema, project, emails, forms, dashboards, looking.named)
    faults = await looking.faults.find(Around(schema, project, people, forms), found)
    return [_view(showing, automation, people, faults[automation.id]) for automation in found]


def _view(
    showing: Showing, automation: Automation, people: Mapping[str, KnownPerson], fault: str | None
) -> AutomationView:
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
        owner=None if owner is None else PersonRef(str(automation.owner_id), owner.name),
        fault=fault,
        hook_path=None if automation.hook is None else f"{HOOKS}/{automation.hook}",
        signing_secret=automation.secret,
        next_at=moment(automation.next_at),
        created_at=moment(automation.created_at),
        updated_at=moment(automation.updated_at),
    )


def version_view(showing: Showing, row: Any, definition: Any) -> AutomationVersion:
    """One version, from its row and its definition."""
    version, at, by_id, name, _ = row
    told = showing.definition(definition)
    by = None if by_id is None else PersonRef(str(by_id), name or "")
    return AutomationVersion(version, moment(at), by, told.trigger, told.condition, list(told.actions))
