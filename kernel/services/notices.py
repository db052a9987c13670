"""Notices: what people are told, each their own; those for all administrators belong to each of them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kernel.access.actor import Actor
from kernel.clock import Clock, to_milliseconds
from kernel.errors import NotFoundError
from kernel.services.record_parts import moment
from kernel.storage.database import Database, Row, Statement
from kernel.storage.kernel_rows import KernelRows

_COLUMNS = "id, text, created_at, read_at, project_id, record_id"


class Notice(msgspec.Struct):
    """A message. `record_id` is what it is about, if anything."""

    id: str
    text: str
    created_at: str | None
    read_at: str | None
    project_id: str | None
    record_id: str | None


class NoticePatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a notice."""

    read: bool


class NoticeService:
    """Reads notices and marks them as read."""

    def __init__(self, database: Database, rows: KernelRows, clock: Clock) -> None:
        self._database = database
        self._rows = rows
        self._clock = clock

    async def page(self, actor: Actor, limit: int, before: int | None, unread: bool = False) -> list[Notice]:
        """Newest first; up to `limit + 1` older than the notice `before`."""
        sql = (
            f"SELECT {_COLUMNS} FROM smalt_notice WHERE {self._own(actor)} AND id < {self._rows.mark(2)}"
            f"{' AND read_at IS NULL' if unread else ''} ORDER BY id DESC LIMIT {limit + 1}"
        )
        use = [actor.person, 2**63 - 1 if before is None else before]
        (rows,) = await self._database.read(Statement(sql, use))
        return [_notice(row) for row in rows]

    async def get(self, actor: Actor, notice_id: int) -> Notice:
        """One notice, or NotFoundError."""
        sql = f"SELECT {_COLUMNS} FROM smalt_notice WHERE {self._own(actor)} AND id = {self._rows.mark(2)}"
        (rows,) = await self._database.read(Statement(sql, [actor.person, notice_id]))
        return _only(rows)

    async def mark(self, actor: Actor, notice_id: int, read: bool) -> Notice:
        """Mark one as read, or as not read; when it was read first stays."""
        mark = self._rows.mark
        at = f"coalesce(read_at, {mark(3)})" if read else mark(3)
        sql = (
            f"UPDATE smalt_notice SET read_at = {at} "
            f"WHERE {self._own(actor)} AND id = {mark(2)} RETURNING {_COLUMNS}"
        )
        now = to_milliseconds(self._clock.now()) if read else None
        async with self._database.transaction() as tx:
            return _only(await tx.fetch(sql, [actor.user_id, notice_id, now]))

    async def read_all(self, actor: Actor) -> None:
        """Mark all as read that there are."""
        sql = (
            f"UPDATE smalt_notice SET read_at = {self._rows.mark(2)} "
            f"WHERE {self._own(actor)} AND read_at IS NULL"
        )
        async with self._database.transaction() as tx:
            await tx.execute(sql, [actor.user_id, to_milliseconds(self._clock.now())])

    def _own(self, actor: Actor) -> str:
        own = f"user_id = {self._rows.mark(1)}"
        return f"({own} OR user_id IS NULL)" if actor.admin else own


def _only(rows: Sequence[Row]) -> Notice:
    if not rows:
        raise NotFoundError("There is no such notice.")
    return _notice(rows[0])


def _notice(row: Row) -> Notice:
    id_, text, created_at, read_at, project_id, record_id = row
    return Notice(
        str(id_), text, moment(created_at), moment(read_at),
        None if project_id is None else str(project_id), None if record_id is None else str(record_id),
    )  # fmt: skip
