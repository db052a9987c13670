"""Tells people that somebody has mentioned them, as far as they may see where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kernel.access.acting import actor_of
from kernel.access.actor import Actor
from kernel.dialects.base import Parameters
from kernel.services.notice_mail import leave_notice
from kernel.services.record_parts import PartWriting, shown
from kernel.services.rich_text import Mentioned
from kernel.services.sight import sees_record
from kernel.storage.database import Database, Statement
from kernel.values import ID, TEXT

MOST = 50
"""People whom one text may tell."""


@dataclass(frozen=True)
class Mentions:
    """Finds the people whom a text mentions, and leaves them notices."""

    database: Database

    async def people(self, mentioned: Mentioned) -> list[Actor]:
        """The active users of these ids and emails, with their rights; before a transaction begins."""
        ids, emails = (sorted(found)[:MOST] for found in mentioned)
        use = Parameters(self.database.dialect)
        terms = []
        if ids:
            terms.append(f"id IN ({', '.join(use.add(i, ID) for i in ids)})")
        if emails:
            terms.append(f"lower(email) IN ({', '.join(use.add(e, TEXT) for e in emails)})")
        if not terms:
            return []
        sql = f"SELECT id FROM smalt_user WHERE active AND ({' OR '.join(terms)}) ORDER BY id LIMIT {MOST}"
        (rows,) = await self.database.read(Statement(sql, use.values))
        return [await actor_of(self.database, row[0], "api") for row in rows]

    async def notify(self, writing: PartWriting, people: Iterable[Actor]) -> list[int]:
        """A notice for each of those who see the record and its comments; none for the writer.

        Gives the ids of those who got one.
        """
        work, parts = writing.work, writing.parts
        text = f"{work.actor.name} mentioned you in a comment."
        row = {
            "text": text, "created_at": parts.now(), "project_id": work.project.id,
            "record_id": writing.record_id,
        }  # fmt: skip
        told = []
        for person in people:
            if person.user_id not in (None, work.actor.user_id) and await self._sees(writing, person):
                notice = {"id": parts.ids.new(), "user_id": person.user_id} | row
                await leave_notice(work.tx, parts.rows, notice)
                told.append(person.user_id or 0)
        return told

    async def _sees(self, writing: PartWriting, person: Actor) -> bool:
        work = writing.work
        if not shown(work.project, person.access(work.project.id), "comments"):
            return False
        return await sees_record(work.tx, work.schema, person, work.project, writing.record_id, work.now)
