"""Why automations cannot work now: what they name is gone, or whoever owns them may not do it any more."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from kernel.access.acting import actor_of
from kernel.access.actor import Actor
from kernel.automations import Action, Trigger
from kernel.complaints import fault_of
from kernel.effects import ActionSpec, Address
from kernel.errors import BrokenSourceError, ForbiddenError, InvalidInputError, SmaltError
from kernel.schema import Project, Schema
from kernel.services.automations.definitions import DefinitionChecker
from kernel.services.automations.model import Automation
from kernel.services.automations.people import KnownPerson
from kernel.services.automations.reading import NAMED, Types, plugin_config
from kernel.services.automations.setting import Setting
from kernel.services.automations.wording import ACTION, translated
from kernel.services.dashboards.access import dashboard_names
from kernel.services.entries import ProjectParts

MOST_KNOWN: Final = 2000
_ACTION = re.compile(r"/actions/(\d+)")


@dataclass(frozen=True)
class Around:
    """What automations of a project may name: people, addresses of forms and names of dashboards by id."""

    schema: Schema
    project: Project
    people: Mapping[str, KnownPerson]
    forms: Mapping[str, str]
    dashboards: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Owner:
    """Whoever owns automations, with the names of the dashboards that they see."""

    actor: Actor
    dashboards: Mapping[str, str]


class FaultFinder:
    """Looks through automations. What takes long is kept while schema and rights stay as they are."""

    def __init__(self, parts: ProjectParts, types: Types, refuse_address: Callable[[str], None]) -> None:
        self._refuse_address = refuse_address
        self._parts = parts
        self._types = types
        self._known: OrderedDict[tuple[Any, ...], str | None] = OrderedDict()

    async def find(self, around: Around, automations: Sequence[Automation]) -> dict[int, str | None]:
        """The fault of each automation, None for those that work."""
        owners = {id_: await self._owner(id_) for id_ in {a.owner_id for a in automations}}
        found: dict[int, str | None] = {}
        for automation in automations:
            try:
                found[automation.id] = self._fault(around, automation, owners[automation.owner_id])
            except SmaltError as error:
                found[automation.id] = error.detail
            except msgspec.ValidationError as error:
                found[automation.id] = f"A setting does not fit its plugin any more: {fault_of(error).detail}"
            await asyncio.sleep(0)
        return found

    async def _owner(self, owner_id: int | None) -> Owner | None:
        """Whoever owns automations, as they may act now; None for somebody who is not active any more."""
        try:
            actor = await actor_of(self._parts.database, owner_id, "automation")
        except ForbiddenError:
            return None
        return Owner(actor, await dashboard_names(self._parts.database, actor))

    def _fault(self, around: Around, automation: Automation, owner: Owner | None) -> str | None:
        if owner is None:
            return "Whoever owns the automation is not active any more."
        if owner.actor.access(around.project.id) is None:
            return "Whoever owns the automation does not see this project any more."
        self._check_names(replace(around, dashboards=owner.dashboards), automation)
        key = (automation.id, automation.version, around.schema.version, owner.actor.rights_key)
        if key not in self._known:
            self._known[key] = self._unsavable(around, automation, owner)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return self._known[key]

    def _check_names(self, around: Around, automation: Automation) -> None:
        """Raise BrokenSourceError for the first thing that is gone."""
        definition = automation.definition
        trigger = self._types.trigger(definition.trigger.type, around.schema)
        self._check_config(around, trigger, definition.trigger.config)
        for spec in definition.actions:
            self._check_action(around, spec)

    def _check_action(self, around: Around, spec: ActionSpec) -> None:
        self._check_config(around, self._types.action(spec.type, around.schema), spec.config)

    def _check_config(self, around: Around, item: Trigger[Any] | Action[Any], config: Any) -> None:
        plugin_config(item, config, around.schema, around.project)

        def check(meaning: str, value: Any, pointer: str) -> Any:
            if meaning == ACTION:
                self._check_action(around, msgspec.convert(value, ActionSpec))
            elif isinstance(value, str):
                _check_living(around, meaning, value.removeprefix(NAMED))
            return value

        translated(config, item.config_type, check)

    def _unsavable(self, around: Around, automation: Automation, owner: Owner) -> str | None:
        """Why its owner could not save it as it is, None where they could."""
        people = {}
        for id_, person in around.people.items():
            people[id_] = people[person.email.lower()] = Address(person.email, person.name, id_)
        dialect, now = self._parts.database.dialect, self._parts.clock.now()
        setting = Setting(
            dialect, around.schema, around.project, owner.actor, now, people, around.forms, owner.dashboards,
            self._refuse_address, knows_addresses=False,
        )  # fmt: skip
        definition = automation.definition
        try:
            DefinitionChecker(self._types, setting).definition(
                definition.trigger, definition.condition, list(definition.actions)
            )
        except InvalidInputError as error:
            return _told(error)
        return None


def _check_living(around: Around, meaning: str, id_: str) -> None:
    """Raise BrokenSourceError for a person, a form or a dashboard that is gone."""
    if meaning == "dashboard" and id_ not in around.dashboards:
        raise BrokenSourceError("The dashboard that it names is gone, or its owner does not see it.")
    if meaning == "form" and id_ not in around.forms:
        raise BrokenSourceError("The form that it names is gone.")
    if meaning == "person" or (meaning == "recipient" and id_.isdecimal()):
        person = around.people.get(id_)
        if person is None:
            raise BrokenSourceError("A person whom it names is gone.")
        if not person.active:
            raise BrokenSourceError(f"{person.name}, whom it names, is not active any more.")


def _told(error: InvalidInputError) -> str:
    """The first fault with the place that it is at."""
    if not error.faults:
        return error.detail
    fault = error.faults[0]
    action = _ACTION.match(fault.pointer)
    if action is not None:
        return f"Action {int(action[1]) + 1}: {fault.detail}"
    return f"{'Condition' if fault.pointer.startswith('/condition') else 'Trigger'}: {fault.detail}"
