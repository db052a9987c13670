"""Keeps reminders and repetition in step with the dates of their records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kernel.access.actor import Actor
from kernel.clock import to_milliseconds
from kernel.dialects.base import Parameters
from kernel.schema import Project
from kernel.services.changes import Change
from kernel.services.entries import ProjectParts
from kernel.services.record_state import chunks
from kernel.services.repeat_rules import Dates, due_at
from kernel.services.repeats import rule_decoder
from kernel.storage.database import Row, Transaction
from kernel.values import DATETIME, ID

_CHUNK = 500
_DATES = ("due_at", "start_at", "completed_at")
_BACK = ("record.restored", "project.restored")
_COLUMNS = ("start_at", "due_at", "completed_at", "created_at")


class Replanning:
    """Listens to the change log: dates that move, records that come back from the trash.

    `soon` is called after a commit by which something may be due at once.
    """

    def __init__(self, parts: ProjectParts, soon: Callable[[], None]) -> None:
        self._parts = parts
        self._soon = soon

    async def heard(self, tx: Transaction, actor: Actor, changes: Sequence[Change]) -> None:
        """Plan anew what hangs on the records whose dates have changed."""
        moved = [c for c in changes if c.kind.startswith("record.") and _moves(c)]
        if moved:
            for part in chunks(sorted({c.record_id or 0 for c in moved}), _CHUNK):
                await self._plan(tx, moved[0].project_id, "record_id", part)
        for change in changes:
            if change.kind == "project.restored":
                await self._plan(tx, change.project_id, "project_id", [change.project_id])

    async def _plan(self, tx: Transaction, project_id: int, column: str, ids: Sequence[int]) -> None:
        use = Parameters(tx.dialect)
        marks = ", ".join(use.add(i, ID) for i in ids)
        reminders = await tx.fetch(
            "SELECT record_id, id, at, before, seconds, fires_at, fired_at FROM smalt_reminder "
            f"WHERE {column} IN ({marks})",
            use.values,
        )
        repeats = await tx.fetch(
            "SELECT record_id, rule, next_at, created_at FROM smalt_repeat "
            f"WHERE {column} IN ({marks}) AND successor_id IS NULL",
            use.values,
        )
        if not reminders and not repeats:
            return
        project = (await self._parts.schema.in_transaction(tx)).projects[project_id]
        for part in chunks(sorted({row[0] for row in (*reminders, *repeats)}), _CHUNK):
            dates = await self._dates(tx, project, part)
            await self._remind(tx, [row for row in reminders if row[0] in dates], dates)
            await self._repeat(tx, project, [row for row in repeats if row[0] in dates], dates)
        tx.on_commit(self._soon)

    async def _dates(self, tx: Transaction, project: Project, ids: Iterable[int]) -> dict[int, Dates]:
        use = Parameters(tx.dialect)
        marks = ", ".join(use.add(i, ID) for i in ids)
        sql = f"SELECT id, {', '.join(_COLUMNS)} FROM {project.table} WHERE id IN ({marks})"

        def read(value: object) -> Any:
            return None if value is None else tx.dialect.decode(value, DATETIME)

        rows = await tx.fetch(sql, use.values)
        return {id_: Dates(*(read(v) for v in given)) for id_, *given in rows}

    async def _remind(self, tx: Transaction, rows: Sequence[Row], dates: Mapping[int, Dates]) -> None:
        """A reminder that has come, comes again when the date it belongs to is put off."""
        now = self._parts.now()
        for record_id, id_, at, before, seconds, fires_at, fired_at in rows:
            date = dates[record_id].due if before == "due_at" else dates[record_id].start
            if before is not None:
                at = None if date is None else to_milliseconds(date) - seconds * 1000
            again = fired_at is not None and before is not None and at is not None and at > now
            if (fired_at is None and at != fires_at) or again:
                change = {"fires_at": at, "fired_at": None}
                await self._parts.rows.update(tx, "smalt_reminder", id_, change)

    async def _repeat(
        self, tx: Transaction, project: Project, rows: Sequence[Row], dates: Mapping[int, Dates]
    ) -> None:
        for record_id, text, planned, since in rows:
            rule = rule_decoder.decode(text)
            found = due_at(rule, dates[record_id], project)
            at = None if found is None else to_milliseconds(found)
            if rule.on == "completion" and at is not None and at < since:
                at = None  # it was completed before it was to repeat
            if at != planned:
                mark = self._parts.rows.mark
                sql = f"UPDATE smalt_repeat SET next_at = {mark(2)} WHERE record_id = {mark(1)}"
                await tx.execute(sql, [record_id, at])


def _moves(change: Change) -> bool:
    return change.kind in _BACK or (change.kind != "record.created" and change.touches(*_DATES))
