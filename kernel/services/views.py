"""Saved views: how a project's records are looked at, by one person or by all its members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.errors import ConflictError, Fault, ForbiddenError, InvalidInputError, NotFoundError
from kernel.queries.pages import PageRequest
from kernel.schema import Project, Schema
from kernel.services.entries import ProjectParts
from kernel.services.names import Faults
from kernel.services.ordering import arranged, place_of
from kernel.services.rights import visible_project
from kernel.services.view_checks import Usable, ViewChecks, encoded
from kernel.services.view_model import (
    CONTENT,
    StoredView,
    View,
    ViewContent,
    ViewInput,
    ViewPatch,
    content_of,
)
from kernel.services.view_rows import ViewRows
from kernel.storage.database import Transaction

MAXIMUM_VIEWS = 500
_SHARING = "Only those who configure the project may share views, or change shared ones."


class ViewService:
    """The rules of views. Everybody who sees a project may have their own."""

    def __init__(self, parts: ProjectParts) -> None:
        self._parts = parts
        self._rows = ViewRows(parts.database, parts.rows)

    async def all(self, actor: Actor, project_id: int) -> list[View]:
        """The shared ones in their order, then the actor's own in theirs."""
        schema = await self._parts.schema.current()
        project = visible_project(schema, actor, project_id)
        found, default = await self._rows.seen(project_id, actor.person)
        checks = self._checks(schema, project, actor)
        return [self._shown(actor, project_id, v, checks.usable(v), default) for v in found]

    async def get(self, actor: Actor, project_id: int, view_id: int) -> View:
        """One view, or NotFoundError."""
        schema = await self._parts.schema.current()
        project = visible_project(schema, actor, project_id)
        found, default = await self._rows.seen(project_id, actor.person)
        view = _one(found, view_id)
        usable = self._checks(schema, project, actor).usable(view)
        return self._shown(actor, project_id, view, usable, default)

    async def create(self, actor: Actor, project_id: int, data: ViewInput) -> View:
        """Save a view. Raises InvalidInputError for what the actor cannot ask for."""
        async with self._parts.database.transaction() as tx:
            schema = await self._parts.schema.in_transaction(tx)
            project = visible_project(schema, actor, project_id)
            found, default = await self._rows.seen_in(tx, project_id, actor.user_id)
            view = StoredView(
                self._parts.ids.new(), actor.user_id, data.name, data.kind, data.shared,
                _defaulted(data, project), 0,
            )  # fmt: skip
            view = self._checked(schema, project, actor, view, CONTENT)
            _demand_sharing(actor, project_id, view)
            _check_room(found, view)
            await self._rows.insert(tx, project_id, view, self._parts.now())
            view = await self._place(tx, found, view, data)
            if data.default and actor.user_id is not None:
                await self._rows.set_default(tx, project_id, actor.user_id, view.id)
            await self._log(tx, actor, project_id, "created", view)
        usable = self._checks(schema, project, actor).usable(view)
        return self._shown(actor, project_id, view, usable, view.id if data.default else default)

    async def update(self, actor: Actor, project_id: int, view_id: int, data: ViewPatch) -> View:
        """Change what is given; what is not, is not looked at."""
        async with self._parts.database.transaction() as tx:
            schema = await self._parts.schema.in_transaction(tx)
            project = visible_project(schema, actor, project_id)
            found, default = await self._rows.seen_in(tx, project_id, actor.user_id)
            before = _one(found, view_id)
            view = before
            if _changes(data):
                _demand_sharing(actor, project_id, before)
                view = self._changed(schema, project, actor, before, data)
                _demand_sharing(actor, project_id, view)
                await self._rows.update(tx, view, self._parts.now())
                view = await self._place(tx, found, view, data)
                if before.shared or view.shared:
                    await self._log(tx, actor, project_id, "updated", view)
            if data.default is not msgspec.UNSET and actor.user_id is not None:
                default = _new_default(default, view_id, data.default)
                await self._rows.set_default(tx, project_id, actor.user_id, default)
        usable = self._checks(schema, project, actor).usable(view)
        return self._shown(actor, project_id, view, usable, default)

    async def delete(self, actor: Actor, project_id: int, view_id: int) -> None:
        """Remove a view for good; the records stay as they are."""
        async with self._parts.database.transaction() as tx:
            visible_project(await self._parts.schema.in_transaction(tx), actor, project_id)
            view = _one((await self._rows.seen_in(tx, project_id, actor.user_id))[0], view_id)
            _demand_sharing(actor, project_id, view)
            await self._rows.delete(tx, view_id)
            await self._log(tx, actor, project_id, "deleted", view)

    async def applied(self, actor: Actor, project_id: int, view: str, request: PageRequest) -> PageRequest:
        """A request read through a view: its filter as well, its order and fields where none are given.

        Raises InvalidInputError where there is no such view, or its filter does not work for the actor.
        """
        schema = await self._parts.schema.current()
        project = visible_project(schema, actor, project_id)
        found, _ = await self._rows.seen(project_id, actor.person)
        stored = next((v for v in found if str(v.id) == view), None)
        if stored is None:
            raise _refusal("There is no such view, or you may not see it.")
        usable = self._checks(schema, project, actor).usable(stored)
        if usable.filter_broken:
            reason = next(f.detail for f in usable.broken if f.pointer == "/filter")
            raise _refusal(f"The filter of this view does not work: {reason}")
        return msgspec.structs.replace(
            request,
            view_filter=encoded(usable.working.filter),
            sort=request.sort or usable.working.sort,
            fields=_fields(stored, usable.working) if request.fields is None else request.fields,
        )

    def _changed(
        self, schema: Schema, project: Project, actor: Actor, before: StoredView, data: ViewPatch
    ) -> StoredView:
        given = {n: v for n in ("name", "kind", "shared") if (v := getattr(data, n)) is not msgspec.UNSET}
        view = msgspec.structs.replace(before, **given, content=content_of(data, before.content))
        named = [n for n in CONTENT if getattr(data, n) is not msgspec.UNSET]
        return self._checked(schema, project, actor, view, named)

    def _checked(
        self, schema: Schema, project: Project, actor: Actor, view: StoredView, named: Sequence[str]
    ) -> StoredView:
        faults = Faults()
        name = faults.name(view.name)
        faults.found += self._checks(schema, project, actor).faults(view.kind, view.content, named)
        faults.check()
        return msgspec.structs.replace(view, name=name)

    def _checks(self, schema: Schema, project: Project, actor: Actor) -> ViewChecks:
        return ViewChecks(schema, project, actor, self._parts.database.dialect, self._parts.clock.now())

    async def _place(
        self, tx: Transaction, found: Sequence[StoredView], view: StoredView, data: ViewInput | ViewPatch
    ) -> StoredView:
        """Put a view into the order of its group: the shared ones, or those of its owner."""
        ids = [v.id for v in found if v.shared is view.shared]
        order = arranged(ids, view.id, place_of(data.position, data.before, data.after))
        await self._rows.place(tx, order)
        return msgspec.structs.replace(view, position=order.index(view.id))

    def _shown(
        self, actor: Actor, project_id: int, view: StoredView, usable: Usable, default: int | None
    ) -> View:
        content = msgspec.structs.asdict(usable.shown)
        owner = None if view.owner_id is None else str(view.owner_id)
        return View(
            id=str(view.id), name=view.name, kind=view.kind, shared=view.shared, owner_id=owner, **content,
            position=view.position, default=view.id == default, editable=_may_change(actor, project_id, view),
            broken=usable.broken,
        )  # fmt: skip

    async def _log(self, tx: Transaction, actor: Actor, project_id: int, verb: str, view: StoredView) -> None:
        """What is shared concerns everybody; a person's own views are nobody else's business."""
        if view.shared:
            told: dict[str, Any] = {"id": str(view.id), "name": view.name}
            await self._parts.log.write(tx, actor, project_id, None, f"view.{verb}", None, told)


def _changes(data: ViewPatch) -> bool:
    return any(getattr(data, n) is not msgspec.UNSET for n in data.__struct_fields__ if n != "default")


def _new_default(before: int | None, view_id: int, wanted: bool) -> int | None:
    if wanted:
        return view_id
    return None if before == view_id else before


def _defaulted(data: ViewInput, project: Project) -> ViewContent:
    """A board stands by lists, a calendar by the due date, where nothing is said and they are there."""
    content = content_of(data, ViewContent())
    if data.kind == "board" and content.group is None:
        return msgspec.structs.replace(content, group="list")
    if data.kind == "calendar" and content.date_field is None and "due_date" in project.default_fields:
        return msgspec.structs.replace(content, date_field="due_at")
    return content


def _fields(view: StoredView, working: ViewContent) -> tuple[str, ...] | None:
    """The fields that a view shows, and those that it stands by; None for all."""
    if view.kind == "grid":
        chosen = None if working.fields is None else [f.field for f in working.fields]
    else:
        chosen = working.card_fields
    if chosen is None:
        return None
    stands_by = [p for p in (working.group, working.date_field) if p is not None and "." not in p]
    return tuple(dict.fromkeys([*chosen, *(p.strip("{} ") for p in stands_by)]))


def _one(found: Sequence[StoredView], view_id: int) -> StoredView:
    view = next((v for v in found if v.id == view_id), None)
    if view is None:
        raise NotFoundError("There is no such view, or you may not see it.")
    return view


def _check_room(found: Sequence[StoredView], view: StoredView) -> None:
    if sum(v.shared is view.shared for v in found) >= MAXIMUM_VIEWS:
        raise ConflictError(
            f"A project may have {MAXIMUM_VIEWS} shared views, and a person as many own ones."
        )


def _may_change(actor: Actor, project_id: int, view: StoredView) -> bool:
    access = actor.access(project_id)
    return not view.shared or (access is not None and "configure" in access.can)


def _demand_sharing(actor: Actor, project_id: int, view: StoredView) -> None:
    if not _may_change(actor, project_id, view):
        raise ForbiddenError(_SHARING)


def _refusal(detail: str) -> InvalidInputError:
    return InvalidInputError("The view cannot be used.", [Fault("/view", detail)])
