"""Custom fields: defined once per project, with columns of their own in its table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.errors import NotFoundError
from kernel.schema import Field, Project, Schema
from kernel.services.conversion_run import Conversion, ConversionRun
from kernel.services.conversions import Conversions
from kernel.services.entries import ProjectParts
from kernel.services.field_checks import FieldChecks, with_field
from kernel.services.field_config import define
from kernel.services.field_defaults import FieldDefaults
from kernel.services.field_indices import FieldIndices
from kernel.services.field_inputs import ConversionInput, FieldInput, FieldPatch, given
from kernel.services.field_keys import key_of, valid_key
from kernel.services.field_redefinition import FieldRedefinitions
from kernel.services.field_rows import (
    check_flags,
    check_room,
    check_version,
    new_field,
    ordered,
    row_of,
    told,
    with_options,
)
from kernel.services.field_types import FieldTypes, field_type
from kernel.services.names import Faults
from kernel.services.option_guard import check_left_out
from kernel.services.ordering import Place, arranged, place_of
from kernel.services.rights import configurable_project, visible_field, visible_fields, visible_project
from kernel.storage.database import Transaction
from kernel.storage.project_tables import add_columns
from kernel.storage.sequences import number_records


@dataclass(frozen=True)
class FieldState:
    """A field as people see it: its place from 0, and why it does not compute if it does not."""

    field: Field
    position: int
    broken: str | None = None


class FieldService:
    """The rules of fields."""

    def __init__(
        self, parts: ProjectParts, types: FieldTypes, checks: FieldChecks, conversions: Conversions
    ) -> None:
        self._parts = parts
        self._types = types
        self._checks = checks
        self._indices = FieldIndices(parts.database.dialect)
        self._defaults = FieldDefaults(parts.database.dialect)
        self._redefinitions = FieldRedefinitions(types, checks, conversions, self._indices)
        self._reasons: tuple[int, dict[int, str | None]] = (0, {})

    async def all(self, actor: Actor, project_id: int) -> list[FieldState]:
        """The live fields that the actor may see, in order."""
        schema = await self._parts.schema.current()
        project = visible_project(schema, actor, project_id)
        live = {field.id: place for place, field in enumerate(project.live_fields)}
        found = [f for f in visible_fields(project, actor) if not self._checks.hides(schema, f, actor)]
        return [FieldState(f, live[f.id], self._broken(schema, f)) for f in found]

    async def get(self, actor: Actor, project_id: int, name: str) -> FieldState:
        """A live field by id or key, or NotFoundError."""
        schema = await self._parts.schema.current()
        field = visible_field(visible_project(schema, actor, project_id), actor, name)
        if self._checks.hides(schema, field, actor):
            raise NotFoundError("There is no such field, or you may not see it.")
        return replace(self._state(schema, field), broken=self._broken(schema, field))

    async def trashed(self, actor: Actor, project_id: int) -> list[FieldState]:
        """The fields in the trash, by id."""
        schema = await self._parts.schema.current()
        project, access = visible_project(schema, actor, project_id), actor.access(project_id)
        gone = sorted((f for f in project.fields if f.deleted), key=lambda f: f.id)
        hides = self._checks.hides
        seen = [f for f in gone if access is not None and access.sees(f.key) and not hides(schema, f, actor)]
        return [FieldState(field, index) for index, field in enumerate(seen)]

    async def create(self, actor: Actor, project_id: int, data: FieldInput) -> FieldState:
        """Define a field; it is empty on the records that are there."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            schema = await self._parts.schema.change(tx)
            project = configurable_project(schema, actor, project_id)
            field, after = await self.add(tx, actor, schema, project, data)
        return self._state(after, field)

    async def add(
        self, tx: Transaction, actor: Actor, schema: Schema, project: Project, data: FieldInput
    ) -> tuple[Field, Schema]:
        """Define a field in a transaction that has called `SchemaCache.change`.

        Gives the field and the schema with it, from which the next one may be added.
        """
        faults = Faults()
        name, description = faults.name(data.name), faults.text(data.description)
        key = self._key(project, data, name, faults)
        with faults.before():
            definition = define(field_type(self._types, schema, data.type), data.config)
        field = new_field(self._parts.ids.new(), project, key, name, definition, data, description)
        check_flags(field, faults)
        faults.check()
        check_room(project, field)
        self._checks.targets(schema, actor, definition, set())
        field = await self._defaults.checked(tx, schema, actor, field, self._parts.clock.now())
        after = with_field(schema, field)
        self._checks.definition(after, actor, field)
        order = arranged(
            [f.id for f in project.live_fields], field.id, place_of(data.position, data.before, data.after)
        )
        await add_columns(tx, tx.dialect, project, field.columns)
        await number_records(tx, tx.dialect, project, field)
        await self._indices.update(tx, project, None, field)
        await self._parts.rows.insert(tx, "smalt_field", row_of(field) | self._created())
        if order[-1] != field.id:
            await self._parts.rows.place(tx, "smalt_field", order)
        await self._log(tx, actor, project.id, "created", {"id": str(field.id)} | told(field))
        return field, ordered(after, project.id, order)

    async def update(
        self,
        actor: Actor,
        project_id: int,
        name: str,
        data: FieldPatch,
        versions: Collection[int] | None = None,
        blind: bool = False,
    ) -> FieldState:
        """Change what is given. Another type or config may convert values, see `convert`.

        Raises VersionMismatchError when the field has none of the `versions`. `blind` is who does not say
        what he has read: nothing that others have just added goes by being left out.
        """
        async with self._parts.database.transaction(schema_change=True) as tx:
            schema = await self._parts.schema.change(tx)
            project = configurable_project(schema, actor, project_id)
            before = visible_field(project, actor, name)
            check_version(before, versions)
            changed = self._changed(before, data)
            redefined = given(data, "type", "config")
            if redefined:
                conversion = self._redefinitions.plan(schema, changed, redefined, data.replacements)
                await self._check_seen(tx, actor, conversion, data, blind)
                changed, _ = await self._redefinitions.carry_out(tx, actor, conversion, data.accept_loss)
            changed = await self._fitted(tx, schema, actor, before, changed)
            await self._indices.update(tx, project, before, changed)
            changed = await self._save(tx, actor, before, changed)
            order = await self._move(
                tx, actor, project, changed, place_of(data.position, data.before, data.after)
            )
        return self._state(ordered(with_field(schema, changed), project_id, order), changed)

    async def convert(
        self,
        actor: Actor,
        project_id: int,
        name: str,
        data: ConversionInput,
        versions: Collection[int] | None = None,
        blind: bool = False,
    ) -> tuple[FieldState, ConversionRun]:
        """Give a field another type or config, with its values; or only look, for a preview.

        Raises ConflictError when values would be lost and nobody agreed; see `update` for the rest.
        """
        redefined = given(data, "type", "config")
        if data.preview:
            schema = await self._parts.schema.current()
            field = visible_field(configurable_project(schema, actor, project_id), actor, name)
            conversion = self._redefinitions.plan(schema, field, redefined, data.replacements)
            run = await self._redefinitions.preview(self._parts.database, actor, conversion)
            return self._state(schema, field), run
        async with self._parts.database.transaction(schema_change=True) as tx:
            schema = await self._parts.schema.change(tx)
            project = configurable_project(schema, actor, project_id)
            before = visible_field(project, actor, name)
            check_version(before, versions)
            conversion = self._redefinitions.plan(schema, before, redefined, data.replacements)
            await self._check_seen(tx, actor, conversion, data, blind)
            changed, run = await self._redefinitions.carry_out(tx, actor, conversion, data.accept_loss)
            changed = await self._fitted(tx, schema, actor, before, changed)
            await self._indices.update(tx, project, before, changed)
            changed = await self._save(tx, actor, before, changed)
        return self._state(with_field(schema, changed), changed), run

    async def add_options(self, actor: Actor, project_id: int, name: str, options: Sequence[str]) -> Field:
        """Add options of these names, where they are missing, to a field that holds choices."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            schema = await self._parts.schema.change(tx)
            before = visible_field(configurable_project(schema, actor, project_id), actor, name)
            return await self._save(tx, actor, before, with_options(before, options))

    async def delete(self, actor: Actor, project_id: int, name: str) -> None:
        """Move a field to the trash. Its values and its place stay; what computes from it is broken."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            project = configurable_project(await self._parts.schema.change(tx), actor, project_id)
            field = visible_field(project, actor, name)
            gone = {"deleted_at": self._parts.now(), "deleted_by": actor.user_id}
            await self._indices.update(tx, project, field, replace(field, unique=False))
            await self._parts.rows.update(tx, "smalt_field", field.id, gone)
            await self._log(tx, actor, project_id, "deleted", {"id": str(field.id)} | told(field))

    async def restore(self, actor: Actor, project_id: int, name: str) -> FieldState:
        """Take a field, by its id or key, out of the trash with its values, to the place it had."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            schema = await self._parts.schema.change(tx)
            project = configurable_project(schema, actor, project_id)
            found = next((f for f in project.fields if f.deleted and name in (str(f.id), f.key)), None)
            if found is None:
                raise NotFoundError("There is no such field in the trash.")
            index = sum(f.position < found.position for f in project.live_fields)
            order = arranged([f.id for f in project.live_fields], found.id, Place(index))
            field = replace(found, deleted=False, position=index)
            after = with_field(schema, field)
            self._checks.loops(after, field)
            await self._indices.update(tx, project, replace(field, unique=False), field)
            back = {"deleted_at": None, "deleted_by": None}
            await self._parts.rows.update(tx, "smalt_field", found.id, back)
            await self._parts.rows.place(tx, "smalt_field", order)
            await self._log(tx, actor, project_id, "restored", {"id": str(found.id)} | told(field))
        return self._state(ordered(after, project_id, order), field)

    def _key(self, project: Project, data: FieldInput, name: str, faults: Faults) -> str:
        taken = {field.key for field in project.fields}
        if data.key is msgspec.UNSET:
            return key_of(name, taken)
        if not valid_key(data.key):
            faults.add(
                "/key", "A key has up to 50 of a-z, 0-9 and _, begins with a letter, and is not built in."
            )
        elif data.key in taken:
            faults.add("/key", f"There is a field with the key '{data.key}' already, perhaps in the trash.")
        return data.key

    def _changed(self, before: Field, data: FieldPatch) -> Field:
        """The field with the simple members changed."""
        faults = Faults()
        members = given(data, "required", "unique", "indexed", "default")
        if data.name is not msgspec.UNSET:
            members["name"] = faults.name(data.name)
        if data.description is not msgspec.UNSET:
            members["description"] = faults.text(data.description)
        faults.check()
        return replace(before, **members)

    async def _check_seen(
        self,
        tx: Transaction,
        actor: Actor,
        conversion: Conversion,
        data: FieldPatch | ConversionInput,
        blind: bool,
    ) -> None:
        if blind and not data.accept_loss:
            await check_left_out(tx, actor, conversion, data.replacements, self._parts.clock.now())

    async def _fitted(
        self, tx: Transaction, schema: Schema, actor: Actor, before: Field, changed: Field
    ) -> Field:
        """The changed field with flags and default checked, and its records numbered if it is to."""
        check_flags(changed)
        if changed != before:
            changed = await self._defaults.checked(tx, schema, actor, changed, self._parts.clock.now())
        if changed.columns != before.columns:
            await number_records(tx, tx.dialect, schema.projects[changed.project_id], changed)
        return changed

    async def _save(self, tx: Transaction, actor: Actor, before: Field, after: Field) -> Field:
        """Write and log what differs; the field as it stands then."""
        old, new = row_of(before), row_of(after)
        changes = {name: value for name, value in new.items() if value != old[name]}
        if not changes:
            return after
        stamp = {"updated_at": self._parts.now(), "version": before.version + 1}
        await self._parts.rows.update(tx, "smalt_field", after.id, changes | stamp)
        verb = "renamed" if set(changes) == {"name"} else "converted" if "columns" in changes else "updated"
        was, is_ = told(before), told(after)
        found = {name: [was[name], is_[name]] for name in is_ if is_[name] != was[name]}
        await self._log(tx, actor, after.project_id, verb, {"id": str(after.id)} | found)
        return replace(after, version=before.version + 1)

    async def _move(
        self, tx: Transaction, actor: Actor, project: Project, field: Field, place: Place
    ) -> list[int]:
        ids = [f.id for f in project.live_fields]
        order = arranged(ids, field.id, place)
        if order != ids:
            await self._parts.rows.place(tx, "smalt_field", order)
            moved = {"id": str(field.id), "position": [ids.index(field.id), order.index(field.id)]}
            await self._log(tx, actor, project.id, "reordered", moved)
        return order

    def _state(self, schema: Schema, field: Field) -> FieldState:
        live = schema.projects[field.project_id].live_fields
        position = next((i for i, other in enumerate(live) if other.id == field.id), field.position)
        return FieldState(field, position, self._checks.broken(schema, field))

    def _broken(self, schema: Schema, field: Field) -> str | None:
        """Why a field of a committed schema does not compute, found out once per version."""
        if self._reasons[0] != schema.version:
            self._reasons = (schema.version, {})
        reasons = self._reasons[1]
        if field.id not in reasons:
            reasons[field.id] = self._checks.broken(schema, field)
        return reasons[field.id]

    def _created(self) -> dict[str, int]:
        now = self._parts.now()
        return {"created_at": now, "updated_at": now}

    async def _log(self, tx: Transaction, actor: Actor, project_id: int, verb: str, changes: Any) -> None:
        await self._parts.log.write(tx, actor, project_id, None, f"field.{verb}", None, changes)
