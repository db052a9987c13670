"""Reads a set-up out of an installation, says what a document would change, and changes it.

Every change goes through the services that the API uses, one after the other. A run that breaks
off is finished by running it again: what is there already is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from kernel.access.actor import FULL_ACCESS, Actor
from kernel.errors import Fault, InvalidInputError, NotFoundError, SmaltError
from kernel.schema import Project
from kernel.services.blueprints.differences import Step, differing, merged, with_ids, with_keys
from kernel.services.blueprints.document import Blueprint, Item, Items, ProjectDocument, check
from kernel.services.blueprints.parts import Part, There, converted
from kernel.services.names import same_name
from kernel.services.projects import ProjectInput, ProjectPatch, ProjectService

_OF_PROJECT: Final = ("name", "description", "default_fields", "time_zone", "currency")
FIELDS: Final = "fields"
AUTOMATIONS: Final = "automations"


@dataclass
class _Run:
    """One document against one installation. `write` False only plans."""

    actor: Actor
    write: bool
    prune: bool
    steps: list[Step] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    """The ids of projects by their keys in the document."""


class BlueprintService:
    """`parts` are the collections of a project, in the order in which they are made."""

    def __init__(
        self,
        projects: ProjectService,
        parts: Mapping[str, Part[int]],
        dashboards: Part[None],
        charts: Part[int],
    ) -> None:
        self._projects = projects
        self._parts = parts
        self._dashboards = dashboards
        self._charts = charts

    async def plan(self, actor: Actor, document: Blueprint, prune: bool = False) -> list[Step]:
        """What applying the document would do; nothing is written."""
        return await self._run(_Run(actor, False, prune), document)

    async def apply(self, actor: Actor, document: Blueprint, prune: bool = False) -> list[Step]:
        """Bring the document to hold; what was done. Only with `prune` is anything removed."""
        return await self._run(_Run(actor, True, prune), document)

    async def export(self, actor: Actor, project_ids: Sequence[int] | None = None) -> Blueprint:
        """The set-up of these projects, or of all that the actor sees with their dashboards."""
        found = await self._projects.all(actor)
        if missing := set(project_ids or ()) - {p.id for p in found}:
            raise NotFoundError(f"There is no project {min(missing)}, or you may not see it.")
        chosen = [p for p in found if project_ids is None or p.id in project_ids]
        keys = _keys(chosen)
        projects = [await self._exported(actor, project, keys) for project in chosen]
        dashboards = [] if project_ids is not None else await self._exported_dashboards(actor, keys)
        return Blueprint(projects=projects, dashboards=dashboards)

    async def _exported(self, actor: Actor, project: Project, keys: Mapping[str, str]) -> ProjectDocument:
        members = {n: msgspec.to_builtins(getattr(project, n)) for n in _OF_PROJECT if n != "default_fields"}
        document = ProjectDocument(key=keys[str(project.id)], **members, default_fields=list(project.layout))
        for name, part in self._parts.items():
            there = await part.there(actor, project.id)
            items = [with_keys(_tidy(found.members), keys) for found in there.values()]
            setattr(document, name, items)
        return document

    async def _exported_dashboards(self, actor: Actor, keys: Mapping[str, str]) -> Items:
        found = []
        for there in (await self._dashboards.there(actor, None)).values():
            charts = [
                with_keys(_tidy(c.members), keys)
                for c in (await self._charts.there(actor, there.id)).values()
            ]
            found.append(with_keys(_tidy(there.members), keys) | {"charts": charts})
        return found

    async def _run(self, run: _Run, document: Blueprint) -> list[Step]:
        check(document)
        known = {same_name(p.name): p for p in await self._projects.all(run.actor)}
        matched = [known.get(same_name(project.name)) for project in document.projects]
        run.ids = {d.key: str(p.id) for d, p in zip(document.projects, matched, strict=True) if p is not None}
        made = [await self._project(run, d, p) for d, p in zip(document.projects, matched, strict=True)]
        for name, part in self._parts.items():
            places = list(enumerate(zip(document.projects, made, strict=True)))
            if name == AUTOMATIONS:  # they may name dashboards
                await self._all_dashboards(run, document.dashboards)
            if name == FIELDS:
                await self._fields(run, part, places)
                continue
            for number, (project, id_) in places:
                pointer = f"/projects/{number}/{name}"
                await self._items(run, part, project.name, id_, getattr(project, name), pointer)
        return run.steps

    async def _project(self, run: _Run, wanted: ProjectDocument, there: Project | None) -> int | None:
        """The id of the project, which is made where it is missing; None in a plan that makes it."""
        members = {n: v for n in _OF_PROJECT if (v := getattr(wanted, n)) is not None}
        if there is None:
            run.steps.append(Step("create", "project", None, wanted.name))
            if not run.write:
                return None
            made = await self._projects.create(run.actor, converted(members, ProjectInput, "/projects"))
            run.ids[wanted.key] = str(made.id)
            owned = {**run.actor.memberships, made.id: FULL_ACCESS}
            run.actor = replace(run.actor, memberships=owned, access_version=None)
            return made.id
        now = {n: msgspec.to_builtins(getattr(there, n)) for n in _OF_PROJECT} | {
            "default_fields": list(there.layout)
        }
        changes = differing(now, members)
        if changes:
            run.steps.append(Step("change", "project", None, wanted.name, changes))
            if run.write:
                patch = {name: new for name, (_, new) in changes.items()}
                await self._projects.update(run.actor, there.id, converted(patch, ProjectPatch, "/projects"))
        return there.id

    async def _fields(
        self, run: _Run, part: Part[int], places: Sequence[tuple[int, tuple[ProjectDocument, int | None]]]
    ) -> None:
        """Fields of all projects in rounds: those that build on fields to come wait for the next."""
        waiting = [
            (project.name, id_, item, f"/projects/{number}/{FIELDS}/{place}")
            for number, (project, id_) in places
            for place, item in enumerate(project.fields)
        ]
        while waiting:
            refused = []
            fault: SmaltError | None = None
            for entry in waiting:
                name, id_, item, pointer = entry
                before = len(run.steps)
                try:
                    await self._item(run, part, name, id_, item, pointer)
                except SmaltError as error:
                    del run.steps[before:]
                    fault = error
                    refused.append(entry)
            if len(refused) == len(waiting) and fault is not None:
                raise _at(fault, refused[-1][3])
            waiting = refused
        for number, (project, id_) in places:
            await self._remove(run, part, project.name, id_, project.fields, f"/projects/{number}/{FIELDS}")

    async def _items(
        self, run: _Run, part: Part[Any], project: str | None, place: Any, items: Items, pointer: str
    ) -> None:
        for number, item in enumerate(items):
            await self._item(run, part, project, place, item, f"{pointer}/{number}")
        await self._remove(run, part, project, place, items, pointer)

    async def _item(
        self, run: _Run, part: Part[Any], project: str | None, place: Any, item: Item, pointer: str
    ) -> Any:
        """The id of a thing, which is made or changed as the document wants it."""
        wanted = with_ids(item, run.ids)
        name = str(wanted[part.named])
        known = {} if place is None and project is not None else await part.there(run.actor, place)
        there = known.get(name.casefold())
        try:
            if there is None:
                run.steps.append(Step("create", part.kind, project, name))
                made = await part.make(run.actor, place, wanted, pointer) if run.write else None
                return None if made is None else part.id_of(made)
            await self._change(run, part, project, place, there, wanted, pointer)
            return there.id
        except SmaltError as error:
            raise _at(error, pointer) from error

    async def _change(
        self,
        run: _Run,
        part: Part[Any],
        project: str | None,
        place: Any,
        there: There,
        wanted: Item,
        pointer: str,
    ) -> None:
        changes = differing(there.members, wanted)
        if not changes:
            return
        run.steps.append(Step("change", part.kind, project, str(wanted[part.named]), changes))
        if run.write:
            patch = {name: merged(there.members.get(name), new) for name, (_, new) in changes.items()}
            await part.change(run.actor, place, there.id, patch, pointer)

    async def _remove(
        self, run: _Run, part: Part[Any], project: str | None, place: Any, items: Items, pointer: str
    ) -> None:
        """With `prune`, move to the trash what the document does not name, if it names anything."""
        if not run.prune or not items or (place is None and project is not None):
            return
        wanted = {str(item[part.named]).casefold() for item in items}
        for folded, there in (await part.there(run.actor, place)).items():
            if folded not in wanted:
                run.steps.append(Step("remove", part.kind, project, str(there.members[part.named])))
                if run.write:
                    try:
                        await part.delete(run.actor, place, there.id)
                    except SmaltError as error:
                        raise _at(error, pointer) from error

    async def _all_dashboards(self, run: _Run, items: Items) -> None:
        for number, item in enumerate(items):
            pointer = f"/dashboards/{number}"
            own = {name: value for name, value in item.items() if name != "charts"}
            id_ = await self._item(run, self._dashboards, None, None, own, pointer)
            charts = item.get("charts", [])
            if not isinstance(charts, list) or not all(
                isinstance(c, dict) and c.get("title") for c in charts
            ):
                fault = Fault(f"{pointer}/charts", "This must be a list of charts, each with a title.")
                raise InvalidInputError("The set-up is not valid.", [fault])
            await self._items(run, self._charts, str(item["name"]), id_, charts, f"{pointer}/charts")


def _keys(projects: Sequence[Project]) -> dict[str, str]:
    """A readable key for each project, by id."""
    keys: dict[str, str] = {}
    for project in projects:
        key = wanted = "_".join(same_name(project.name).split()) or "project"
        number = 2
        while key in keys.values():
            key, number = f"{wanted}_{number}", number + 1
        keys[str(project.id)] = key
    return keys


def _tidy(members: Item) -> Item:
    """Members without what is empty or off anyway, and options without their ids."""
    found = {n: v for n, v in members.items() if v not in (None, [], {}, False) or n == "enabled"}
    return {n: _without_option_ids(v) if n == "config" else v for n, v in found.items()}


def _without_option_ids(config: Any) -> Any:
    if not isinstance(config, dict):
        return config
    found = {n: v for n, v in config.items() if v is not None}
    for name, value in found.items():
        if isinstance(value, list) and value and all(isinstance(v, dict) and "name" in v for v in value):
            found[name] = [{n: x for n, x in v.items() if n != "id" and x is not None} for v in value]
    return found


def _at(error: SmaltError, pointer: str) -> SmaltError:
    """The same refusal, with pointers into the document."""
    if any(fault.pointer.startswith(pointer) for fault in error.faults):
        return error
    faults = [Fault(pointer + f.pointer, f.detail, f.position) for f in error.faults]
    return InvalidInputError("The set-up is not valid.", faults or [Fault(pointer, error.detail)])
