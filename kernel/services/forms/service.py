"""The rules of forms: those who set up the project make them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final
from unicodedata import normalize

import msgspec

from kernel.access.actor import Actor
from kernel.errors import ConflictError, Fault, ForbiddenError, NotFoundError
from kernel.schema import Project, Schema
from kernel.services.automations.people import find_people, known_people
from kernel.services.entries import ProjectParts
from kernel.services.forms.checks import FormChecks
from kernel.services.forms.model import (
    CONTENT,
    FormContent,
    FormInput,
    FormPatch,
    FormView,
    StoredForm,
    content_of,
)
from kernel.services.forms.rows import FormRows
from kernel.services.forms.showing import shown
from kernel.services.names import Faults
from kernel.services.rights import configurable_project
from kernel.storage.database import Transaction

MOST_FORMS: Final = 200
_UNSEEN: Final = "This form has fields that you may not see. Somebody who sees them may change its fields."


class FormService:
    """Sets forms up. A form acts with what its fields allow, and shows what their owner may see."""

    def __init__(self, parts: ProjectParts, rows: FormRows) -> None:
        self._parts = parts
        self._rows = rows

    async def all(self, actor: Actor, project_id: int) -> list[FormView]:
        """The forms of a project, oldest first."""
        schema = await self._parts.schema.current()
        project = configurable_project(schema, actor, project_id)
        return await self._shown(schema, project, actor, await self._rows.of_project(project_id))

    async def get(self, actor: Actor, project_id: int, form_id: int) -> FormView:
        """One form, or NotFoundError."""
        schema = await self._parts.schema.current()
        project = configurable_project(schema, actor, project_id)
        form = _one(await self._rows.of_project(project_id), form_id)
        return (await self._shown(schema, project, actor, [form]))[0]

    async def create(self, actor: Actor, project_id: int, data: FormInput) -> FormView:
        """Make a form. Raises InvalidInputError, and ConflictError when its address is taken."""
        async with self._parts.database.transaction() as tx:
            schema = await self._parts.schema.in_transaction(tx)
            project = configurable_project(schema, actor, project_id)
            if len(await self._rows.of_project_in(tx, project_id)) >= MOST_FORMS:
                raise ConflictError(f"A project may have {MOST_FORMS} forms.")
            now = self._parts.now()
            slug = await self._slug(tx, data.name) if data.slug is msgspec.UNSET else data.slug
            content = content_of(data, FormContent())
            form = StoredForm(
                self._parts.ids.new(), project_id, actor.user_id, data.name, slug, data.enabled, content,
                secrets.token_urlsafe(32), 0, now, now,
            )  # fmt: skip
            form = await self._checked(tx, schema, project, actor, form)
            await self._check_free(tx, form)
            await self._rows.insert(tx, form)
            await self._log(tx, actor, "created", form)
        return (await self._shown(schema, project, actor, [form]))[0]

    async def update(self, actor: Actor, project_id: int, form_id: int, data: FormPatch) -> FormView:
        """Change what is given. Who changes the fields answers for them from then on."""
        async with self._parts.database.transaction() as tx:
            schema = await self._parts.schema.in_transaction(tx)
            project = configurable_project(schema, actor, project_id)
            before = _one(await self._rows.of_project_in(tx, project_id), form_id)
            form = await self._changed(tx, schema, project, actor, before, data)
            await self._check_free(tx, form)
            await self._rows.update(tx, form)
            await self._log(tx, actor, "updated", form)
        return (await self._shown(schema, project, actor, [form]))[0]

    async def delete(self, actor: Actor, project_id: int, form_id: int) -> None:
        """Remove a form for good; the records that it has made stay."""
        async with self._parts.database.transaction() as tx:
            configurable_project(await self._parts.schema.in_transaction(tx), actor, project_id)
            form = _one(await self._rows.of_project_in(tx, project_id), form_id)
            await self._rows.delete(tx, form_id)
            await self._log(tx, actor, "deleted", form)

    async def _changed(
        self,
        tx: Transaction,
        schema: Schema,
        project: Project,
        actor: Actor,
        before: StoredForm,
        data: FormPatch,
    ) -> StoredForm:
        names = ("name", "slug", "enabled")
        given: dict[str, Any] = {n: v for n in names if (v := getattr(data, n)) is not msgspec.UNSET}
        given["content"] = content_of(data, before.content)
        given["updated_at"] = self._parts.now()
        if data.fields is not msgspec.UNSET:
            if not shown(self._checks(schema, project, actor), before, {}).complete:
                raise ForbiddenError(_UNSEEN)
            given["owner_id"] = actor.user_id
        form = msgspec.structs.replace(before, **given)
        named = [n for n in CONTENT if getattr(data, n) is not msgspec.UNSET]
        return await self._checked(tx, schema, project, actor, form, named)

    async def _checked(
        self,
        tx: Transaction,
        schema: Schema,
        project: Project,
        actor: Actor,
        form: StoredForm,
        named: Sequence[str] = CONTENT,
    ) -> StoredForm:
        """The form with ids in place of names. What a change does not name is not looked at."""
        checks = self._checks(schema, project, actor)
        checked = checks.content(form.content, named)
        name = checks.faults.name(form.name)
        slug = checks.slug(form.slug)
        assignees = form.content.assignees
        if "assignees" in named:
            assignees = await self._people(tx, assignees, checks.faults)
        checks.faults.check()
        checked = msgspec.structs.replace(checked, assignees=assignees)
        return msgspec.structs.replace(form, name=name, slug=slug, content=checked)

    async def _people(self, tx: Transaction, named: Sequence[str], faults: Faults) -> list[str]:
        found = await find_people(tx, named)
        ids = []
        for number, name in enumerate(named):
            person = found.get(name.strip().lower())
            if person is None:
                faults.add(f"/assignees/{number}", f"There is no person '{name[:100]}'.")
            else:
                ids.append(person.user_id or "")
        return list(dict.fromkeys(ids))

    async def _check_free(self, tx: Transaction, form: StoredForm) -> None:
        there = await self._rows.by_slug_in(tx, form.slug)
        if there is not None and there.id != form.id:
            fault = Fault("/slug", "Another form has this address already.")
            raise ConflictError("Another form has this address already.", [fault])

    async def _slug(self, tx: Transaction, name: str) -> str:
        """A free address made of a name."""
        plain = normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode().lower()
        wanted = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "form"
        taken = await self._rows.taken(tx, wanted)
        number, slug = 1, wanted
        while slug in taken:
            number += 1
            slug = f"{wanted}-{number}"
        return slug

    async def _shown(
        self, schema: Schema, project: Project, actor: Actor, forms: Sequence[StoredForm]
    ) -> list[FormView]:
        ids = {id_ for form in forms for id_ in form.content.assignees}
        people = await known_people(self._parts.database, ids)
        emails: Mapping[str, str] = {id_: person.email for id_, person in people.items()}
        return [shown(self._checks(schema, project, actor), form, emails) for form in forms]

    def _checks(self, schema: Schema, project: Project, actor: Actor) -> FormChecks:
        return FormChecks(schema, project, actor, self._parts.database.dialect, self._parts.clock.now())

    async def _log(self, tx: Transaction, actor: Actor, verb: str, form: StoredForm) -> None:
        told = {"id": str(form.id), "name": form.name}
        await self._parts.log.write(tx, actor, form.project_id, None, f"form.{verb}", None, told)


_LETTERS: Final = str.maketrans("łŁøØđĐß", "lLoOdDs")


def _one(found: Sequence[StoredForm], form_id: int) -> StoredForm:
    form = next((f for f in found if f.id == form_id), None)
    if form is None:
        raise NotFoundError("There is no such form, or you may not see it.")
    return form
