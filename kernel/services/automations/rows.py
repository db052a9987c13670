"""Reads and writes the rows of automations, and keeps those of this process at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from kernel.services.automations.model import Automation, Definition
from kernel.storage.database import Database, Row, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows

_COLUMNS: Final = (
    "id, project_id, name, enabled, while_paused, definition, version, owner_id, hook, checked_at, "
    "next_at, created_at, updated_at, secret"
)
_VERSION: Final = "SELECT value FROM smalt_state WHERE name = 'automations'"
_BUMP: Final = "UPDATE smalt_state SET value = value + 1 WHERE name = 'automations'"
_decode = msgspec.json.Decoder(Definition).decode


class AutomationRows:
    """`smalt_automation` and the versions. What is kept counts as long as nobody has saved anything."""

    def __init__(self, database: Database, rows: KernelRows) -> None:
        self._database = database
        self._rows = rows
        self._known: tuple[int, tuple[Automation, ...]] = (0, ())

    async def of_project(self, project_id: int, trash: bool = False) -> list[Automation]:
        """The automations of a project, oldest first."""
        state = "IS NOT NULL" if trash else "IS NULL"
        where = f"project_id = {self._rows.mark(1)} AND deleted_at {state}"
        sql = f"SELECT {_COLUMNS} FROM smalt_automation WHERE {where} ORDER BY id"
        (rows,) = await self._database.read(Statement(sql, [project_id]))
        return [automation_of(row) for row in rows]

    async def one(self, tx: Transaction, project_id: int, id_: int, trash: bool = False) -> Automation | None:
        """One automation, locked."""
        state = "IS NOT NULL" if trash else "IS NULL"
        where = f"id = {self._rows.mark(1)} AND project_id = {self._rows.mark(2)} AND deleted_at {state}"
        sql = f"SELECT {_COLUMNS} FROM smalt_automation WHERE {where}{tx.dialect.statements.lock}"
        rows = await tx.fetch(sql, [id_, project_id])
        return automation_of(rows[0]) if rows else None

    async def all(self, tx: Transaction) -> Sequence[Automation]:
        """Every live automation of live projects, as this transaction sees them."""
        version = (await tx.fetch(_VERSION))[0][0]
        if version != self._known[0]:
            columns = ", ".join(f"a.{name}" for name in _COLUMNS.split(", "))
            rows = await tx.fetch(
                f"SELECT {columns} FROM smalt_automation a JOIN smalt_project p ON p.id = a.project_id "
                "WHERE a.deleted_at IS NULL AND p.deleted_at IS NULL ORDER BY a.id"
            )
            self._known = (version, tuple(automation_of(row) for row in rows))
        return self._known[1]

    async def current(self) -> Sequence[Automation]:
        """Every live automation of live projects as of now."""
        version = (await self._database.read(Statement(_VERSION)))[0][0][0]
        if version != self._known[0]:
            async with self._database.transaction() as tx:
                return await self.all(tx)
        return self._known[1]

    async def claim(self, tx: Transaction, id_: int) -> tuple[int, int | None] | None:
        """Where the looking at the clock has come to, for whoever is the one to look; None for others."""
        where = f"id = {self._rows.mark(1)} AND deleted_at IS NULL"
        sql = f"SELECT checked_at, next_at FROM smalt_automation WHERE {where}{tx.dialect.statements.claim}"
        rows = await tx.fetch(sql, [id_])
        return (rows[0][0], rows[0][1]) if rows else None

    async def by_hook(self, hook: str) -> Automation | None:
        """The live automation whose address this is."""
        where = f"hook = {self._rows.mark(1)} AND deleted_at IS NULL"
        sql = f"SELECT {_COLUMNS} FROM smalt_automation WHERE {where}"
        (rows,) = await self._database.read(Statement(sql, [hook]))
        return automation_of(rows[0]) if rows else None

    async def insert(self, tx: Transaction, automation: Automation) -> None:
        """Add an automation and its first version."""
        row = {name: getattr(automation, name) for name in _COLUMNS.split(", ")}
        row["definition"] = _text(automation.definition)
        await self._rows.insert(tx, "smalt_automation", row)
        await self._keep(tx, automation)
        await self.changed(tx)

    async def update(self, tx: Transaction, before: Automation, after: Automation) -> None:
        """Write what differs; a new version where the definition does."""
        names = [n for n in _COLUMNS.split(", ") if getattr(before, n) != getattr(after, n)]
        changes = {name: getattr(after, name) for name in names}
        if "definition" in changes:
            changes["definition"] = _text(after.definition)
        await self._rows.update(tx, "smalt_automation", after.id, changes)
        if after.version != before.version:
            await self._keep(tx, after)
        await self.changed(tx)

    async def set(self, tx: Transaction, id_: int, **changes: Any) -> None:
        """Write columns that stand for no version: what is checked, trash, turns."""
        await self._rows.update(tx, "smalt_automation", id_, changes)

    async def changed(self, tx: Transaction) -> None:
        """Let every process read the automations anew."""
        await tx.execute(_BUMP)

    async def versions(self, id_: int) -> list[Row]:
        """Version, moment, person, definition; newest first."""
        sql = (
            "SELECT v.version, v.at, v.by_id, u.name, v.definition FROM smalt_automation_version v "
            f"LEFT JOIN smalt_user u ON u.id = v.by_id WHERE v.automation_id = {self._rows.mark(1)} "
            "ORDER BY v.version DESC"
        )
        return (await self._database.read(Statement(sql, [id_])))[0]

    async def _keep(self, tx: Transaction, automation: Automation) -> None:
        row = {
            "automation_id": automation.id, "version": automation.version, "at": automation.updated_at,
            "by_id": automation.owner_id, "definition": _text(automation.definition),
        }  # fmt: skip
        await self._rows.insert(tx, "smalt_automation_version", row)


def automation_of(row: Row) -> Automation:
    """An automation from its row."""
    members = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Automation(
        **members | {"enabled": bool(members["enabled"]), "definition": _decode(members["definition"])}
    )


def stored_definition(text: str) -> Definition:
    """A definition from its stored text."""
    return _decode(text)


def _text(definition: Definition) -> str:
    return msgspec.json.encode(definition).decode()
