"""Gives the reminders that are due, each once."""

from __future__ import annotations

from kernel.access.acting import actor_of
from kernel.errors import ForbiddenError
from kernel.services.entries import ProjectParts
from kernel.services.notice_mail import leave_notice
from kernel.services.record_parts import shown
from kernel.services.sight import sees_record
from kernel.storage.database import Row, Statement, Transaction, WithinTransaction

AT_ONCE = 100
_TEXT = "You asked to be reminded of this record."


class Reminding:
    """Work of the timekeeper."""

    def __init__(self, parts: ProjectParts) -> None:
        self._parts = parts

    async def do_due(self) -> None:
        """Leave a notice for each reminder whose time has come."""
        mark = self._parts.rows.mark(1)
        sql = (
            f"SELECT id FROM smalt_reminder WHERE fired_at IS NULL AND fires_at <= {mark} "
            f"ORDER BY fires_at LIMIT {AT_ONCE}"
        )
        while True:
            (rows,) = await self._parts.database.read(Statement(sql, [self._parts.now()]))
            for (id_,) in rows:
                await self._one(id_)
            if len(rows) < AT_ONCE:
                return

    async def _one(self, reminder_id: int) -> None:
        """Claim a reminder and give it, in one transaction."""
        mark = self._parts.rows.mark
        now = self._parts.now()
        claim = (
            f"UPDATE smalt_reminder SET fired_at = {mark(2)} "
            f"WHERE id = {mark(1)} AND fired_at IS NULL AND fires_at <= {mark(2)} "
            "RETURNING project_id, record_id, user_id, text"
        )
        async with self._parts.database.transaction() as tx:
            for row in await tx.fetch(claim, [reminder_id, now]):
                await self._give(tx, reminder_id, row)

    async def _give(self, tx: Transaction, reminder_id: int, row: Row) -> None:
        project_id, record_id, user_id, text = row
        schema = await self._parts.schema.in_transaction(tx)
        project = schema.projects.get(project_id)
        try:
            person = await actor_of(WithinTransaction(tx), user_id, "api")
        except ForbiddenError:
            return
        if project is None or not shown(project, person.access(project_id), "reminders"):
            return await self._park(tx, reminder_id)
        if not await sees_record(tx, schema, person, project, record_id, self._parts.clock.now()):
            return await self._park(tx, reminder_id)
        notice = {
            "id": self._parts.ids.new(), "user_id": user_id, "text": text or _TEXT,
            "created_at": self._parts.now(), "project_id": project_id, "record_id": record_id,
        }  # fmt: skip
        await leave_notice(tx, self._parts.rows, notice)

    async def _park(self, tx: Transaction, reminder_id: int) -> None:
        """It waits until the record comes back, from the trash for one."""
        change = {"fires_at": None, "fired_at": None}
        await self._parts.rows.update(tx, "smalt_reminder", reminder_id, change)
