"""Keeps what names lists, tags and options right when these are called something else.

Expressions name them as people do. So a new name goes, in the transaction that gives it, into every
formula, filter, role, view, automation, form and chart that compares with the old one, in this and in
other projects, through lookups too. What was given by its id stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from kernel.access.actor import Actor
from kernel.access.version import bump_access
from kernel.queries.meanings import rows_of
from kernel.schema import Field, Project, Schema
from kernel.services.automations.rows import AutomationRows
from kernel.services.changes import Change
from kernel.services.entries import ProjectParts
from kernel.services.renamed import Renamed, renamed_by
from kernel.services.renaming_charts import RenamedCharts
from kernel.storage.database import Transaction

_STORED: Final = (
    ("smalt_view", "content"), ("smalt_automation", "definition"), ("smalt_form", "content"),
)  # fmt: skip
"""Tables whose rows hold JSON with expressions over the records of their project."""


class Renaming:
    """Listens to the change log for new names."""

    def __init__(self, parts: ProjectParts) -> None:
        self._parts = parts
        self._automations = AutomationRows(parts.database, parts.rows)

    async def heard(self, tx: Transaction, actor: Actor, changes: Sequence[Change]) -> None:
        """Put the new names where the old ones stand."""
        for renamed in filter(None, map(renamed_by, changes)):
            schema = await self._parts.schema.in_transaction(tx)
            await self._in_fields(tx, actor, schema, renamed)
            await self._in_roles(tx, schema, renamed)
            for table, column in _STORED:
                if await self._in_table(tx, schema, renamed, table, column) and table == "smalt_automation":
                    await self._automations.changed(tx)
            await RenamedCharts(self._parts, schema, renamed).follow(tx)

    async def _in_fields(self, tx: Transaction, actor: Actor, schema: Schema, renamed: Renamed) -> None:
        told = []
        for field in (f for p in schema.projects.values() for f in p.fields if f.type is not None):
            config = {n: _member(schema, field, renamed, v) for n, v in field.raw_config.items()}
            if config != field.raw_config:
                stamp = {"updated_at": self._parts.now(), "version": field.version + 1}
                await self._parts.rows.update(tx, "smalt_field", field.id, stamp | {"config": _text(config)})
                was_and_is = {"id": str(field.id), "config": [field.raw_config, config]}
                told.append(Change(field.project_id, None, "field.updated", None, was_and_is))
        if told:
            await self._parts.log.write_many(tx, actor, told)

    async def _in_roles(self, tx: Transaction, schema: Schema, renamed: Renamed) -> None:
        sql = "SELECT id, project_id, scope FROM smalt_role WHERE scope IS NOT NULL"
        rows = await tx.fetch(sql + tx.dialect.statements.lock)
        changed = False
        for id_, project_id, scope in rows:
            new = _reworded(schema, renamed, project_id, scope)
            if new != scope:
                changed = True
                await self._parts.rows.update(tx, "smalt_role", id_, {"scope": new})
        if changed:
            await bump_access(tx)

    async def _in_table(
        self, tx: Transaction, schema: Schema, renamed: Renamed, table: str, column: str
    ) -> bool:
        """Whether anything there had the old name."""
        changed = False
        rows = await tx.fetch(f"SELECT id, project_id, {column} FROM {table}{tx.dialect.statements.lock}")
        for id_, project_id, text in rows:
            stored = msgspec.json.decode(text)
            new = _reworded(schema, renamed, project_id, stored)
            if new != stored:
                changed = True
                await self._parts.rows.update(tx, table, id_, {column: _text(new)})
        return changed


def _reworded(schema: Schema, renamed: Renamed, project_id: int, given: Any) -> Any:
    project = schema.projects.get(project_id)
    return given if project is None else renamed.within(schema, project).reworded(given)


def _member(schema: Schema, field: Field, renamed: Renamed, given: Any) -> Any:
    """A member of a field's config: what it computes is about the records it computes from, a filter of
    what may be referred to about those."""
    if isinstance(given, Mapping):
        return {name: _member(schema, field, renamed, member) for name, member in given.items()}
    if not isinstance(given, str) or field.type is None:
        return given
    home = schema.projects[field.project_id]
    here: Project | None = home
    derivation = field.type.derive(field.config)
    if derivation is not None and derivation.stays is not None and given == derivation.stays.list:
        named = renamed.named_by(schema, home, ["list"])
        return (named and renamed.within(schema, home).of(given)) or given
    if derivation is not None:
        here = rows_of(schema, home, derivation)
    elif field.target is not None:
        here = schema.projects.get(field.target)
    return given if here is None else renamed.within(schema, here).reworded(given)


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
