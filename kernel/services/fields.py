"""Custom fields: defined once per project, with columns of their own in its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.errors import ConflictError, InvalidInputError, NotFoundError
from kernel.schema import Field, Project, Schema
from kernel.services.conversion_run import Conversion, ConversionRun
from kernel.services.conversions import Conversions
from kernel.services.entries import ProjectParts
from kernel.services.field_checks import FieldChecks, with_field
from kernel.services.field_config import Definition, define, definition_of
from kernel.services.field_indices import FieldIndices
from kernel.services.field_inputs import ConversionInput, FieldInput, FieldPatch, given
from kernel.services.field_keys import key_of, valid_key
from kernel.services.field_rows import (
    check_flags,
    check_room,
    new_field,
    ordered,
    redefined_field,
    replacements,
    row_of,
    told,
)
from kernel.services.field_types import FieldTypes, field_type
from kernel.services.names import Faults
from kernel.services.ordering import Place, arranged, place_of
from kernel.services.rights import configurable_project, visible_field, visible_fields, visible_project
from kernel.storage.database import Statement, Transaction
from kernel.storage.project_tables import add_columns


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
        self._conversions = conversions
        self._indices = FieldIndices(parts.database.dialect)

    async def all(self, actor: Actor, project_id: int) -> list[FieldState]:
        """The live fields that the actor may see, in order."""
        schema = await self._parts.schema.current()
        project = visible_project(schema, actor, project_id)
        return [self._state(schema, field) for field in visible_fields(project, actor)]

    async def get(self, actor: Actor, project_id: int, name: str) -> FieldState:
        """A live field by id or key, or NotFoundError."""
        schema = await self._parts.schema.current()
        return self._state(schema, visible_field(visible_project(schema, actor, project_id), actor, name))

    async def trashed(self, actor: Actor, project_id: int) -> list[FieldState]:
        """The fields in the trash, by id."""
        project = visible_project(await self._parts.schema.current(), actor, project_id)
        access = actor.access(project_id)
        gone = sorted((f for f in project.fields if f.deleted), key=lambda f: f.id)
        seen = [f for f in gone if access is not None and access.sees(f.key)]
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
        definition = self._define(schema, data.type, data.config, None, faults)
        field = new_field(self._parts.ids.new(), project, key, name, definition, data, description)
        check_flags(field, faults)
        faults.check()
        check_room(project, field)
        self._checks.targets(schema, actor, definition, set())
        after = with_field(schema, field)
        self._check_computation(after, actor, field)
        order = arranged(
            [f.id for f in project.live_fields], field.id, place_of(data.position, data.before, data.after)
        )
        await add_columns(tx, tx.dialect, project, field.columns)
        await self._indices.update(tx, project, None, field)
        await self._parts.rows.insert(tx, "smalt_field", row_of(field) | self._created())
        if order[-1] != field.id:
            await self._parts.rows.place(tx, "smalt_field", order)
        await self._log(tx, actor, project.id, "created", {"id": str(field.id)} | told(field))
        return field, ordered(after, project.id, order)

    async def update(self, actor: Actor, project_id: int, name: str, data: FieldPatch) -> FieldState:
        """Change what is given. Another type or config may convert values, see `convert`."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            schema = await self._parts.schema.change(tx)
            project = configurable_project(schema, actor, project_id)
            before = visible_field(project, actor, name)
            changed = self._changed(before, data)
            redefined = given(data, "type", "config")
            if redefined:
                conversion = self._conversion(schema, project, changed, redefined, data.replacements)
                changed, _ = await self._convert(tx, actor, conversion, data.accept_loss)
            check_flags(changed)
            await self._indices.update(tx, project, before, changed)
            await self._save(tx, actor, before, changed)
            order = await self._move(
                tx, actor, project, changed, place_of(data.position, data.before, data.after)
            )
        return self._state(ordered(with_field(schema, changed), project_id, order), changed)

    async def convert(
        self, actor: Actor, project_id: int, name: str, data: ConversionInput
    ) -> tuple[FieldState, ConversionRun]:
        """Give a field another type or config, with its values; or only look, for a preview.

        Raises ConflictError when values would be lost and nobody agreed.
        """
        if data.preview:
            return await self._preview(actor, project_id, name, data)
        async with self._parts.database.transaction(schema_change=True) as tx:
            schema = await self._parts.schema.change(tx)
            project = configurable_project(schema, actor, project_id)
            before = visible_field(project, actor, name)
            redefined = given(data, "type", "config")
            conversion = self._conversion(schema, project, before, redefined, data.replacements)
            changed, run = await self._convert(tx, actor, conversion, data.accept_loss)
            check_flags(changed)
            await self._indices.update(tx, project, before, changed)
            await self._save(tx, actor, before, changed)
        return self._state(with_field(schema, changed), changed), run

    async def delete(self, actor: Actor, project_id: int, name: str) -> None:
        """Move a field to the trash. Its values stay; what computes from it is broken until it is back."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            project = configurable_project(await self._parts.schema.change(tx), actor, project_id)
            field = visible_field(project, actor, name)
            gone = {"deleted_at": self._parts.now(), "deleted_by": actor.user_id}
            await self._indices.update(tx, project, field, replace(field, unique=False))
            await self._parts.rows.update(tx, "smalt_field", field.id, gone)
            rest = [f.id for f in project.live_fields if f.id != field.id]
            await self._parts.rows.place(tx, "smalt_field", rest)
            await self._log(tx, actor, project_id, "deleted", {"id": str(field.id)} | told(field))

    async def restore(self, actor: Actor, project_id: int, field_id: int) -> FieldState:
        """Take a field out of the trash with its values, to the end of the order."""
        async with self._parts.database.transaction(schema_change=True) as tx:
            schema = await self._parts.schema.change(tx)
            project = configurable_project(schema, actor, project_id)
            found = next((f for f in project.fields if f.id == field_id and f.deleted), None)
            if found is None:
                raise NotFoundError("There is no such field in the trash.")
            order = [*(f.id for f in project.live_fields), field_id]
            field = replace(found, deleted=False, position=len(order) - 1)
            after = with_field(schema, field)
            self._checks.loops(after, field)
            await self._indices.update(tx, project, replace(field, unique=False), field)
            back = {"deleted_at": None, "deleted_by": None}
            await self._parts.rows.update(tx, "smalt_field", field_id, back)
            await self._parts.rows.place(tx, "smalt_field", order)
            await self._log(tx, actor, project_id, "restored", {"id": str(field_id)} | told(field))
        return self._state(ordered(after, project_id, order), field)

    async def _preview(
        self, actor: Actor, project_id: int, name: str, data: ConversionInput
    ) -> tuple[FieldState, ConversionRun]:
        schema = await self._parts.schema.current()
        project = configurable_project(schema, actor, project_id)
        field = visible_field(project, actor, name)
        conversion = self._conversion(
            schema, project, field, given(data, "type", "config"), data.replacements
        )
        changed = redefined_field(field, conversion.new)
        self._check_redefinition(conversion, actor, changed)

        async def fetch(sql: str, parameters: Any) -> Any:
            return (await self._parts.database.read(Statement(sql, parameters)))[0]

        run = await self._conversions.preview(actor, conversion, fetch)
        return self._state(schema, field), run

    async def _convert(
        self, tx: Transaction, actor: Actor, conversion: Conversion, accept_loss: bool
    ) -> tuple[Field, ConversionRun]:
        self._check_redefinition(conversion, actor, redefined_field(conversion.field, conversion.new))
        if not conversion.same_columns:
            bare = replace(conversion.field, unique=False, indexed=False)
            await self._indices.update(tx, conversion.project, conversion.field, bare)
        changed, run = await self._conversions.carry_out(tx, actor, conversion, accept_loss)
        if not conversion.same_columns:
            bare = replace(changed, unique=False, indexed=False)
            await self._indices.update(tx, conversion.project, bare, changed)
        return changed, run

    def _conversion(
        self,
        schema: Schema,
        project: Project,
        field: Field,
        redefined: Mapping[str, Any],
        by: Mapping[str, Any],
    ) -> Conversion:
        """What a new type or config means for a field."""
        old = definition_of(field)
        if old is None:
            raise ConflictError(
                f"The type '{field.type_key}' is not available now, so its values cannot be read."
            )
        faults = Faults()
        type_key = redefined.get("type", field.type_key)
        same_type = type_key == field.type_key
        config = redefined.get("config", field.raw_config if same_type else {})
        new = self._define(schema, type_key, config, field.config if same_type else None, faults)
        conversion = Conversion(schema, project, field, old, new)
        return replace(conversion, replacements=replacements(conversion, by))

    def _check_redefinition(self, conversion: Conversion, actor: Actor, changed: Field) -> None:
        self._checks.targets(conversion.schema, actor, conversion.new, conversion.old.targets)
        after = with_field(conversion.schema, changed)
        self._check_computation(after, actor, changed)
        self._checks.dependents(conversion.schema, after, changed)

    def _check_computation(self, schema: Schema, actor: Actor, field: Field) -> None:
        self._checks.loops(schema, field)
        self._checks.computation(schema, actor, field)

    def _define(
        self, schema: Schema, type_key: str, config: Mapping[str, Any], previous: Any, faults: Faults
    ) -> Definition:
        """The checked definition. Its faults are reported together with those found before."""
        try:
            return define(field_type(self._types, schema, type_key), config, previous)
        except InvalidInputError as error:
            raise InvalidInputError(error.detail, [*faults.found, *error.faults]) from error

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
        members = given(data, "required", "unique", "indexed")
        if data.name is not msgspec.UNSET:
            members["name"] = faults.name(data.name)
        if data.description is not msgspec.UNSET:
            members["description"] = faults.text(data.description)
        faults.check()
        return replace(before, **members)

    async def _save(self, tx: Transaction, actor: Actor, before: Field, after: Field) -> None:
        """Write and log what differs."""
        old, new = row_of(before), row_of(after)
        changes = {name: value for name, value in new.items() if value != old[name]}
        if not changes:
            return
        stamp = {"updated_at": self._parts.now()}
        await self._parts.rows.update(tx, "smalt_field", after.id, changes | stamp)
        verb = "renamed" if set(changes) == {"name"} else "converted" if "columns" in changes else "updated"
        was, is_ = told(before), told(after)
        found = {name: [was[name], is_[name]] for name in is_ if is_[name] != was[name]}
        await self._log(tx, actor, after.project_id, verb, {"id": str(after.id)} | found)

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

    def _created(self) -> dict[str, int]:
        now = self._parts.now()
        return {"created_at": now, "updated_at": now}

    async def _log(self, tx: Transaction, actor: Actor, project_id: int, verb: str, changes: Any) -> None:
        await self._parts.log.write(tx, actor, project_id, None, f"field.{verb}", None, changes)
