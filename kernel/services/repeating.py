"""Makes the successors of records that repeat, each once, with dates shifted by the rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import msgspec

from kernel.access.actor import SYSTEM
from kernel.clock import to_milliseconds
from kernel.errors import NotFoundError, SmaltError, UnavailableError
from kernel.services.entries import ProjectParts
from kernel.services.notice_mail import leave_notice
from kernel.services.records import RecordService, Writing
from kernel.services.repeat_rules import Dates, RepeatRule, due_at, following, shifted
from kernel.services.repeats import dates_of, rule_decoder, text_of
from kernel.storage.database import Row, Statement

AT_ONCE = 100
_ACTOR = replace(SYSTEM, via="repeat")


class Repeating:
    """Work of the timekeeper."""

    def __init__(self, parts: ProjectParts, records: RecordService) -> None:
        self._parts = parts
        self._records = records
        self._mark = parts.rows.mark

    async def do_due(self) -> None:
        """Make every successor whose time has come; of those missed meanwhile, the one to come."""
        sql = (
            "SELECT record_id, project_id, created_by FROM smalt_repeat "
            f"WHERE successor_id IS NULL AND next_at <= {self._mark(1)} ORDER BY next_at LIMIT {AT_ONCE}"
        )
        while True:
            (rows,) = await self._parts.database.read(Statement(sql, [self._parts.now()]))
            for row in rows:
                await self._one(*row)
            if len(rows) < AT_ONCE:
                return

    async def _one(self, record_id: int, project_id: int, person: int | None) -> None:
        try:
            async with self._records.writing(_ACTOR, project_id) as work:
                row = await self._claim(work, record_id)
                if row is not None:
                    await self._succeed(work, record_id, row)
        except NotFoundError:  # in the trash: planned anew when it is restored
            await self._give_up(record_id, project_id, None, "")
        except UnavailableError:
            raise
        except SmaltError as error:
            await self._give_up(record_id, project_id, person, error.detail)

    async def _claim(self, work: Writing, record_id: int) -> Row | None:
        sql = (
            f"UPDATE smalt_repeat SET next_at = NULL WHERE record_id = {self._mark(1)} "
            f"AND successor_id IS NULL AND next_at <= {self._mark(2)} RETURNING rule, created_by"
        )
        rows = await work.tx.fetch(sql, [record_id, self._parts.now()])
        return rows[0] if rows else None

    async def _succeed(self, work: Writing, record_id: int, row: Row) -> None:
        """Make the successor, and hand the rule on to it."""
        before = await self._records.current(work, record_id)
        if "repeat" not in work.project.default_fields:
            return
        rule, dates = rule_decoder.decode(row[0]), dates_of(before)
        anchor = following(rule, dates.anchor, self._parts.clock.now(), work.project.time_zone)
        if anchor is None:
            return
        draft = self._records.duplicate(work, before)
        draft.columns["list_id"] = _list(work, rule)
        start, due = shifted(dates, anchor, work.project.time_zone)
        draft.columns |= {"start_at": start, "due_at": due}
        (made,) = await self._records.writer.create(work.tx, work.actor, work.plan, [draft])
        await self._hand_on(work, record_id, made, rule, Dates(start, due, None, work.now), row[1])

    async def _hand_on(
        self, work: Writing, record_id: int, made: int, rule: RepeatRule, dates: Dates, person: int | None
    ) -> None:
        sql = f"UPDATE smalt_repeat SET successor_id = {self._mark(2)} WHERE record_id = {self._mark(1)}"
        await work.tx.execute(sql, [record_id, made])
        await self._followers(work, record_id, made)
        await self._reminders(work, record_id, made, dates)
        await self._checklists(work, record_id, made)
        left = None if rule.count is None else rule.count - 1
        if left == 0:
            return
        rule = msgspec.structs.replace(rule, count=left)
        next_at = due_at(rule, dates, work.project)
        row = {
            "record_id": made, "project_id": work.project.id, "rule": text_of(rule),
            "next_at": _milliseconds(next_at), "created_at": self._parts.now(), "created_by": person,
        }  # fmt: skip
        await self._parts.rows.insert(work.tx, "smalt_repeat", row)

    async def _followers(self, work: Writing, record_id: int, made: int) -> None:
        await work.tx.execute(
            "INSERT INTO smalt_follower (record_id, user_id, project_id, created_at) "
            f"SELECT {made}, user_id, project_id, {self._parts.now()} FROM smalt_follower "
            f"WHERE record_id = {self._mark(1)}",
            [record_id],
        )

    async def _reminders(self, work: Writing, record_id: int, made: int, dates: Dates) -> None:
        """Reminders that go by a date of the record go by that of its successor."""
        sql = (
            "SELECT user_id, before, seconds, text, created_by FROM smalt_reminder "
            f"WHERE record_id = {self._mark(1)} AND before IS NOT NULL ORDER BY id"
        )
        for user_id, before, seconds, text, created_by in await work.tx.fetch(sql, [record_id]):
            date = _milliseconds(dates.due if before == "due_at" else dates.start)
            row = {
                "id": self._parts.ids.new(), "project_id": work.project.id, "record_id": made,
                "user_id": user_id, "before": before, "seconds": seconds, "text": text,
                "fires_at": None if date is None else date - seconds * 1000,
                "created_at": self._parts.now(), "created_by": created_by,
            }  # fmt: skip
            await self._parts.rows.insert(work.tx, "smalt_reminder", row)

    async def _checklists(self, work: Writing, record_id: int, made: int) -> None:
        """The same lists of things to do, with nothing done yet."""
        now, tx, ids = self._parts.now(), work.tx, self._parts.ids
        live = f"record_id = {self._mark(1)} AND deleted_at IS NULL ORDER BY position, id"
        common = {"project_id": work.project.id, "record_id": made, "created_at": now, "updated_at": now}
        new_ids: dict[int, int] = {}
        for id_, name, place in await tx.fetch(
            f"SELECT id, name, position FROM smalt_checklist WHERE {live}", [record_id]
        ):
            new_ids[id_] = ids.new()
            row = {"id": new_ids[id_], "name": name, "position": place}
            await self._parts.rows.insert(tx, "smalt_checklist", row | common)
        items = f"SELECT checklist_id, title, assignee_id, position FROM smalt_checklist_item WHERE {live}"
        names = ("id", "checklist_id", "title", "assignee_id", "position", *common)
        rows = [
            (ids.new(), new_ids[list_id], title, assignee, place, *common.values())
            for list_id, title, assignee, place in await tx.fetch(items, [record_id])
            if list_id in new_ids
        ]
        await self._parts.rows.insert_many(tx, "smalt_checklist_item", names, rows)

    async def _give_up(self, record_id: int, project_id: int, person: int | None, why: str) -> None:
        """Wait for the dates to change; where there is a reason, whoever made the rule is told."""
        sql = f"UPDATE smalt_repeat SET next_at = NULL WHERE record_id = {self._mark(1)}"
        async with self._parts.database.transaction() as tx:
            await tx.execute(sql, [record_id])
            if person is not None and why:
                notice = {
                    "id": self._parts.ids.new(), "user_id": person, "created_at": self._parts.now(),
                    "text": f"A record could not be repeated: {why}",
                    "project_id": project_id, "record_id": record_id,
                }  # fmt: skip
                await leave_notice(tx, self._parts.rows, notice)


def _list(work: Writing, rule: RepeatRule) -> int | None:
    """The list that the rule names while it is there, else the first."""
    lists = [choice.id for choice in work.project.lists]
    return next((i for i in lists if str(i) == rule.list), lists[0] if lists else None)


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else to_milliseconds(moment)
