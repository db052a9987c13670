"""What a field's default must be, and how it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.errors import Fault, InvalidInputError, SmaltError
from kernel.fields import ENTITIES, Column, ParseContext
from kernel.schema import Field, Project, Schema
from kernel.services.field_checks import with_field
from kernel.services.record_input import is_empty, parse_value
from kernel.services.record_links import LinkFinder
from kernel.storage.database import Transaction
from kernel.storage.record_rows import Draft


class FieldDefaults:
    """Checks defaults as the values they will be."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    async def checked(
        self, tx: Transaction, schema: Schema, actor: Actor, field: Field, now: datetime
    ) -> Field:
        """The field with its default as it is kept: options, people and records by their ids.

        Raises InvalidInputError with faults at /default.
        """
        if is_empty(field.default):
            return replace(field, default=None)
        held = any(column.spec.column is Column.FILE for column in field.columns)
        if field.unique or field.derived or field.numbered or held:
            raise _fault("Only a field that many records may have the same value in can have a default.")
        value = self._parsed(schema.projects[field.project_id], field)
        if is_empty(value):
            return replace(field, default=None)
        if field.columns[0].spec.column not in ENTITIES:
            return field
        draft = Draft(fields={field.id: value})
        after = with_field(schema, field)
        finder = LinkFinder(tx, self._dialect, after, actor, now)
        faults = await finder.find(after.projects[field.project_id], [("", draft)])
        if faults:
            raise _fault(faults[0].detail)
        found = draft.fields[field.id]
        kept: Any = [str(one) for one in found] if isinstance(found, list | tuple) else str(found)
        return replace(field, default=kept)

    def _parsed(self, project: Project, field: Field) -> Any:
        context = ParseContext(currency=project.currency, time_zone=project.time_zone)
        try:
            return parse_value(field, field.default, context)
        except SmaltError as error:
            raise _fault(error.detail) from error


def _fault(detail: str) -> InvalidInputError:
    return InvalidInputError(faults=[Fault("/default", detail)])
