"""Another type or config for a field: looking at what its values become, and doing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kernel.access.actor import Actor
from kernel.clock import Clock
from kernel.dialects.base import Dialect
from kernel.errors import ForbiddenError
from kernel.fields import Column, ColumnSpec
from kernel.ids import IdGenerator
from kernel.schema import Field, FieldColumn
from kernel.services.changes import Change, ChangeLog
from kernel.services.conversion_run import Conversion, ConversionRun
from kernel.services.conversion_store import Fetch, Held, NewValues
from kernel.services.conversion_values import Outcome
from kernel.storage.database import Transaction
from kernel.storage.project_tables import add_columns, drop_columns
from kernel.storage.schema_rows import column_name
from kernel.values import DATETIME, ID


class Conversions:
    """Previews and carries out conversions."""

    def __init__(self, dialect: Dialect, ids: IdGenerator, log: ChangeLog, clock: Clock) -> None:
        self._dialect = dialect
        self._clock = clock
        self._ids = ids
        self._log = log

    async def preview(self, actor: Actor, conversion: Conversion, fetch: Fetch) -> ConversionRun:
        """Look at what would happen; the run with its tally."""
        _check_readable(actor, conversion)
        run = ConversionRun(self._dialect, conversion, fetch)
        async for _ in run.batches():
            pass
        return run

    async def carry_out(
        self, tx: Transaction, actor: Actor, conversion: Conversion, accept_loss: bool
    ) -> tuple[Field, ConversionRun]:
        """Convert all values; the field as it stands then, its row not yet saved.

        The old columns stay until all is done, and the transaction brings them back if it is not.
        Raises ConflictError for a loss without consent.
        """
        _check_readable(actor, conversion)
        columns = _columns(conversion)
        fresh = () if columns == conversion.field.columns else columns
        await add_columns(tx, self._dialect, conversion.project, fresh)
        writer = NewValues(self._dialect, conversion.project, conversion.field.id, columns)
        run = ConversionRun(self._dialect, conversion, tx.fetch)
        batch_id = self._ids.new()
        async for pairs in run.batches():
            if not accept_loss:
                run.tally.check_consent()
            await self._write(tx, conversion, writer, pairs)
            await self._log_losses(tx, actor, conversion, pairs, batch_id)
        if columns != conversion.field.columns:
            await drop_columns(tx, conversion.project, conversion.field.columns)
        return _field(conversion, columns, run), run

    async def _write(
        self,
        tx: Transaction,
        conversion: Conversion,
        writer: NewValues,
        pairs: Sequence[tuple[Held, Outcome]],
    ) -> None:
        if conversion.old.specs[0].many:
            await writer.clear_links(tx, [held.record_id for held, _ in pairs])
        values = [(held.record_id, outcome.value) for held, outcome in pairs]
        filled = [(id_, value) for id_, value in values if value is not None]
        await writer.write(tx, filled)
        if conversion.same_columns:
            await writer.empty(tx, [id_ for id_, value in values if value is None])

    async def _log_losses(
        self,
        tx: Transaction,
        actor: Actor,
        conversion: Conversion,
        pairs: Sequence[tuple[Held, Outcome]],
        batch_id: int,
    ) -> None:
        """A value that does not survive whole is a change of its record, with the old value kept."""
        lossy = [(held, outcome) for held, outcome in pairs if outcome.loss is not None]
        now, mark = self._clock.now(), self._dialect.placeholder
        moment = self._dialect.encode(now, DATETIME)
        setters = f"version = version + 1, updated_at = {mark(1, DATETIME)}, updated_by = {mark(2, ID)}"
        bump = f"UPDATE {conversion.project.table} SET {setters} WHERE id = {mark(3, ID)}"
        await tx.execute_many(bump, [(moment, actor.user_id, held.record_id) for held, _ in lossy])
        name = str(conversion.field.id)
        changes = [
            Change(conversion.project.id, held.record_id, "record.converted", held.version + 1,
                   {name: [held.value, outcome.value]})
            for held, outcome in lossy
        ]  # fmt: skip
        await self._log.write_many(tx, actor, changes, batch_id, now)


def _field(conversion: Conversion, columns: tuple[FieldColumn, ...], run: ConversionRun) -> Field:
    new = run.definition
    return replace(
        conversion.field, type_key=new.type.key, type=new.type, config=new.config,
        raw_config=new.raw, columns=columns,
    )  # fmt: skip


def _columns(conversion: Conversion) -> tuple[FieldColumn, ...]:
    """The columns of the new definition, under names that the old ones do not have."""
    if conversion.same_columns:
        return conversion.field.columns
    taken = {column.name for column in conversion.field.columns}
    return tuple(FieldColumn(spec, _free(conversion.field.id, spec, taken)) for spec in conversion.new.specs)


def _free(field_id: int, spec: ColumnSpec, taken: set[str]) -> str:
    name, number = column_name(field_id, spec), 1
    while name in taken:
        number += 1
        name = f"{column_name(field_id, spec)}__{number}"
    return name


def _check_readable(actor: Actor, conversion: Conversion) -> None:
    """A conversion tells of the values of all records. Where titles of records become values of this
    project, whoever converts must be allowed to see those too."""
    own = actor.access(conversion.project.id)
    if conversion.touches_values and (own is None or own.scope is not None):
        raise ForbiddenError("A conversion tells of all records, and your role lets you see some of them.")
    spec: Any = conversion.old.specs[0] if conversion.old.specs else None
    same = conversion.new.specs and conversion.new.specs[0].target == getattr(spec, "target", None)
    if spec is None or spec.column is not Column.RECORD or same:
        return
    access = actor.access(int(spec.target))
    if access is None or access.scope is not None or not access.sees("title"):
        raise ForbiddenError("You may not read all the records that this field points to.")
