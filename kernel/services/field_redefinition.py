"""Another type or config for a field that is there: checked, previewed, carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kernel.access.actor import Actor
from kernel.errors import ConflictError
from kernel.schema import Field, Schema
from kernel.services.conversion_run import Conversion, ConversionRun
from kernel.services.conversions import Conversions
from kernel.services.field_checks import FieldChecks, with_field
from kernel.services.field_config import define, definition_of
from kernel.services.field_indices import FieldIndices
from kernel.services.field_rows import redefined_field, replacements
from kernel.services.field_types import FieldTypes, field_type
from kernel.storage.database import Database, Row, Statement, Transaction


class FieldRedefinitions:
    """What redefining a field needs beside its values: checks of the schema, and indices."""

    def __init__(
        self, types: FieldTypes, checks: FieldChecks, conversions: Conversions, indices: FieldIndices
    ) -> None:
        self._types = types
        self._checks = checks
        self._conversions = conversions
        self._indices = indices

    def plan(
        self, schema: Schema, field: Field, redefined: Mapping[str, Any], by: Mapping[str, str | None]
    ) -> Conversion:
        """The conversion to the `type` and `config` given. Raises InvalidInputError for bad ones."""
        old = definition_of(field)
        if old is None:
            raise ConflictError(
                f"The type '{field.type_key}' is not available now, so its values cannot be read."
            )
        type_ = field_type(self._types, schema, redefined.get("type", field.type_key))
        same = type_.key == field.type_key
        config = redefined.get("config", field.raw_config if same else {})
        new = define(type_, config, field.config if same else None)
        conversion = Conversion(schema, schema.projects[field.project_id], field, old, new)
        return replace(conversion, replacements=replacements(conversion, by))

    async def preview(self, database: Database, actor: Actor, conversion: Conversion) -> ConversionRun:
        """Look at what would happen, in reads that hold nobody up."""
        self._check(actor, conversion)

        async def fetch(sql: str, parameters: Sequence[Any]) -> list[Row]:
            return (await database.read(Statement(sql, parameters)))[0]

        return await self._conversions.preview(actor, conversion, fetch)

    async def carry_out(
        self, tx: Transaction, actor: Actor, conversion: Conversion, accept_loss: bool
    ) -> tuple[Field, ConversionRun]:
        """Convert the values; the field as it stands then, its row not yet saved."""
        self._check(actor, conversion)
        if conversion.same_columns:
            return await self._conversions.carry_out(tx, actor, conversion, accept_loss)
        project, before = conversion.project, conversion.field
        await self._indices.update(tx, project, before, replace(before, unique=False, indexed=False))
        changed, run = await self._conversions.carry_out(tx, actor, conversion, accept_loss)
        await self._indices.update(tx, project, replace(changed, unique=False, indexed=False), changed)
        return changed, run

    def _check(self, actor: Actor, conversion: Conversion) -> None:
        changed = redefined_field(conversion.field, conversion.new)
        after = with_field(conversion.schema, changed)
        self._checks.targets(conversion.schema, actor, conversion.new, conversion.old.targets)
        self._checks.definition(after, actor, changed)
        self._checks.dependents(conversion.schema, after, changed)
