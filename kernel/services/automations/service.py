"""The rules under which automations are made, changed, switched and deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.access.secrets import new_signing_secret
from kernel.clock import from_milliseconds
from kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from kernel.schema import Project, Schema
from kernel.services.automations.definitions import DefinitionChecker
from kernel.services.automations.faults import FaultFinder
from kernel.services.automations.form_names import form_names
from kernel.services.automations.model import (
    Automation,
    AutomationInput,
    AutomationPatch,
    Definition,
)
from kernel.services.automations.people import find_people
from kernel.services.automations.reading import Showing, Types
from kernel.services.automations.rights import automatable_project
from kernel.services.automations.rows import AutomationRows, stored_definition
from kernel.services.automations.run_rows import RunRows
from kernel.services.automations.setting import Setting
from kernel.services.automations.templating import texts_in
from kernel.services.automations.views import (
    AutomationVersion,
    AutomationView,
    Looking,
    shown,
    version_view,
)
from kernel.services.automations.watching import Watching
from kernel.services.dashboards.access import dashboard_names
from kernel.services.entries import EntryInput, EntryService, ProjectParts
from kernel.services.names import Faults
from kernel.services.rights import configurable_project
from kernel.storage.database import Transaction, WithinTransaction

MOST = 500
_OFF = "The automation was switched off."
_GONE = "The automation was deleted."


class AutomationService:
    """Sets automations up. For those who configure a project and see all of it."""

    def __init__(
        self,
        parts: ProjectParts,
        types: Types,
        rows: AutomationRows,
        runs: RunRows,
        tags: EntryService,
        refuse_address: Callable[[str], None],
    ) -> None:
        self._parts = parts
        self._types = types
        self._rows = rows
        self._runs = runs
        self._tags = tags
        self._refuse_address = refuse_address
        self._faults = FaultFinder(parts, types, refuse_address)

    async def all(self, actor: Actor, project_id: int, trash: bool = False) -> list[AutomationView]:
        """The automations of a project, oldest first."""
        schema = await self._parts.schema.current()
        project = automatable_project(schema, actor, project_id)
        return await self._shown(schema, project, await self._rows.of_project(project_id, trash), actor)

    async def get(self, actor: Actor, project_id: int, id_: int) -> AutomationView:
        """One automation, or NotFoundError."""
        schema = await self._parts.schema.current()
        project = automatable_project(schema, actor, project_id)
        found = [a for a in await self._rows.of_project(project_id) if a.id == id_]
        if not found:
            raise NotFoundError("There is no such automation.")
        return (await self._shown(schema, project, found, actor))[0]

    async def named(self, actor: Actor, project_id: int) -> list[AutomationView]:
        """The same as `all` for another installation: people, lists, tags and forms never by their ids."""
        schema = await self._parts.schema.current()
        project = automatable_project(schema, actor, project_id)
        found = await self._rows.of_project(project_id)
        return await self._shown(schema, project, found, actor, named=True)

    async def _shown(
        self, schema: Schema, project: Project, found: Sequence[Automation], actor: Actor, named: bool = False
    ) -> list[AutomationView]:
        looking = Looking(self._parts.database, self._types, self._faults, actor, named)
        return await shown(looking, schema, project, found)

    async def create(self, actor: Actor, project_id: int, data: AutomationInput) -> AutomationView:
        """Save a new automation. What happened before does not begin it."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            schema = await self._parts.schema.in_transaction(tx)
            project = automatable_project(schema, actor, project_id)
            if len(await self._rows.of_project(project_id)) >= MOST:
                raise ConflictError(f"A project may have {MOST} automations.")
            made = await self.add(tx, actor, schema, project, data)
        return await self.get(actor, project_id, made.id)

    async def add(
        self, tx: Transaction, actor: Actor, schema: Schema, project: Project, data: AutomationInput
    ) -> Automation:
        """Save a new automation in a transaction that may change the schema."""
        faults = Faults()
        name = faults.name(data.name)
        now = self._parts.now()
        empty = Definition(data.trigger, None, ())
        automation = Automation(
            self._parts.ids.new(), project.id, name, data.enabled, data.while_paused, empty, 1,
            actor.user_id, None, now, None, now, now, new_signing_secret(),
        )  # fmt: skip
        saved = await self._defined(tx, actor, schema, project, automation, data, faults)
        await self._rows.insert(tx, saved)
        await self._log(tx, actor, project.id, "created", saved)
        return saved

    async def update(self, actor: Actor, project_id: int, id_: int, data: AutomationPatch) -> AutomationView:
        """Change what is given. Whoever saves another definition owns the automation from then on."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            schema = await self._parts.schema.in_transaction(tx)
            project = automatable_project(schema, actor, project_id)
            before = await self._existing(tx, project_id, id_)
            after = await self._changed(tx, actor, schema, project, before, data)
            if after != before:
                after = replace(after, updated_at=self._parts.now(), owner_id=actor.user_id)
                await self._rows.update(tx, before, after)
                await self._switch(tx, before, after)
                await self._log(tx, actor, project_id, "updated", after)
        return await self.get(actor, project_id, id_)

    async def delete(self, actor: Actor, project_id: int, id_: int) -> None:
        """Move an automation to the trash. What waits to be done is not done."""
        await self._set_trash(actor, project_id, id_, self._parts.now())

    async def restore(self, actor: Actor, project_id: int, id_: int) -> AutomationView:
        """Take an automation out of the trash. What happened meanwhile does not begin it."""
        await self._set_trash(actor, project_id, id_, None)
        return await self.get(actor, project_id, id_)

    async def versions(self, actor: Actor, project_id: int, id_: int) -> list[AutomationVersion]:
        """What was saved, newest first."""
        schema = await self._parts.schema.current()
        project = automatable_project(schema, actor, project_id)
        await self.get(actor, project_id, id_)
        showing = Showing(self._types, schema, project, {})
        rows = await self._rows.versions(id_)
        return [version_view(showing, row, stored_definition(row[4])) for row in rows]

    async def _changed(
        self,
        tx: Transaction,
        actor: Actor,
        schema: Schema,
        project: Project,
        before: Automation,
        data: AutomationPatch,
    ) -> Automation:
        faults = Faults()
        name = before.name if data.name is msgspec.UNSET else faults.name(data.name)
        after = replace(
            before,
            name=name,
            enabled=_or(data.enabled, before.enabled),
            while_paused=_or(data.while_paused, before.while_paused),
        )
        if all(v is msgspec.UNSET for v in (data.trigger, data.actions, data.condition)):
            faults.check()
            awake = after.enabled and not before.enabled and before.while_paused == "drop"
            return replace(after, checked_at=self._parts.now()) if awake else after
        stored = before.definition
        whole = AutomationInput(
            name=name,
            trigger=_or(data.trigger, stored.trigger),
            actions=_or(data.actions, list(stored.actions)),
            condition=_or(data.condition, stored.condition),
        )
        return await self._defined(tx, actor, schema, project, after, whole, faults)

    async def _defined(
        self,
        tx: Transaction,
        actor: Actor,
        schema: Schema,
        project: Project,
        automation: Automation,
        data: AutomationInput,
        faults: Faults,
    ) -> Automation:
        """The automation with a checked definition, and what its trigger watches set up."""
        now = self._parts.now()
        people = await find_people(tx, _short_texts(data))
        forms = await form_names(WithinTransaction(tx), project.id)
        dashboards = await dashboard_names(WithinTransaction(tx), actor)
        moment = from_milliseconds(now)
        setting = Setting(
            tx.dialect, schema, project, actor, moment, people, forms, dashboards, self._refuse_address
        )
        checker = DefinitionChecker(self._types, setting)
        with faults.before():
            definition, timing = checker.definition(data.trigger, data.condition, data.actions)
            while checker.missing_tags:
                schema = await self._make_tags(tx, actor, schema, checker.missing_tags)
                project = schema.projects[project.id]
                setting = replace(setting, schema=schema, project=project)
                checker = DefinitionChecker(self._types, setting)
                definition, timing = checker.definition(data.trigger, data.condition, data.actions)
        faults.check()
        if definition == automation.definition:
            return automation
        version = automation.version + (1 if automation.definition.actions else 0)
        automation = replace(automation, definition=definition, version=version)
        return await Watching(tx, schema, project, actor, now).set_up(automation, timing)

    async def _make_tags(
        self, tx: Transaction, actor: Actor, schema: Schema, names: Iterable[tuple[int, str]]
    ) -> Schema:
        await self._parts.schema.bump(tx)
        for project_id, name in names:
            try:
                project = configurable_project(schema, actor, project_id)
            except ForbiddenError as error:
                told = f"There is no tag '{name[:100]}' in '{schema.projects[project_id].name}', "
                raise InvalidInputError(f"{told}and you may not make one there.") from error
            await self._tags.add(tx, actor, project, EntryInput(name))
            schema = await self._parts.schema.load(tx)
        return schema

    async def _switch(self, tx: Transaction, before: Automation, after: Automation) -> None:
        """What waits when an automation is switched off is dropped or kept, as it says."""
        if after.enabled:
            await self._runs.hold(tx, after.id, held=False)
        elif after.while_paused == "keep":
            await self._runs.hold(tx, after.id, held=True)
        elif before.enabled or before.while_paused == "keep":
            await self._runs.drop(tx, after.id, _OFF)

    async def _set_trash(self, actor: Actor, project_id: int, id_: int, at: int | None) -> None:
        async with self._parts.database.transaction() as tx:
            schema = await self._parts.schema.in_transaction(tx)
            automatable_project(schema, actor, project_id)
            found = await self._existing(tx, project_id, id_, trash=at is None)
            by = None if at is None else actor.user_id
            await self._rows.set(tx, id_, deleted_at=at, deleted_by=by, checked_at=self._parts.now())
            await self._rows.changed(tx)
            if at is not None:
                await self._runs.drop(tx, id_, _GONE)
            await self._log(tx, actor, project_id, "restored" if at is None else "deleted", found)

    async def _existing(self, tx: Transaction, project_id: int, id_: int, trash: bool = False) -> Automation:
        found = await self._rows.one(tx, project_id, id_, trash)
        if found is None:
            raise NotFoundError("There is no such automation.")
        return found

    async def _log(
        self, tx: Transaction, actor: Actor, project_id: int, verb: str, found: Automation
    ) -> None:
        told = {"id": str(found.id), "name": found.name, "enabled": found.enabled, "version": found.version}
        await self._parts.log.write(tx, actor, project_id, None, f"automation.{verb}", None, told)


def _or(given: Any, otherwise: Any) -> Any:
    return otherwise if given is msgspec.UNSET else given


def _short_texts(data: AutomationInput) -> set[str]:
    """What may name people in the configs."""
    configs = [data.trigger.config, *(action.config for action in data.actions)]
    found = {text.removeprefix("#") for text in texts_in(configs) if len(text) < 330}
    if len(found) > 5000:
        raise InvalidInputError("This automation is too large.")
    return found
