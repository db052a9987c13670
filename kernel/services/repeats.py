"""The rules by which records repeat, one for each record that does."""

from __future__ import annotations

import msgspec

from kernel.access.actor import Actor
from kernel.clock import to_milliseconds
from kernel.errors import NotFoundError
from kernel.services.record_parts import PartWriting, RecordParts, moment
from kernel.services.record_writer import Current
from kernel.services.repeat_rules import Dates, RepeatRule, checked_rule, due_at
from kernel.storage.database import Row

rule_decoder = msgspec.json.Decoder(RepeatRule)
_COLUMNS = "rule, next_at, successor_id"


class Repeat(msgspec.Struct):
    """How a record repeats. `next_at`: when the next one is made, as far as that is known already;
    `successor_id`: the one that was made."""

    rule: RepeatRule
    next_at: str | None
    successor_id: str | None


class RepeatService:
    """Reads and sets rules."""

    def __init__(self, parts: RecordParts) -> None:
        self._parts = parts
        self._mark = parts.parts.rows.mark

    async def get(self, actor: Actor, project_id: int, record_id: int) -> Repeat:
        """The rule of a record, or NotFoundError."""
        await self._parts.check_visible(actor, project_id, record_id)
        return _one(await self._parts.read(self._select(), [record_id]))

    async def put(self, actor: Actor, project_id: int, record_id: int, rule: RepeatRule) -> Repeat:
        """Let a record repeat by a rule; one that has made its successor may make another then."""
        async with self._parts.writing(actor, project_id, record_id) as writing:
            work = writing.work
            work.demand("create", "new records")
            dates = dates_of(await self._parts.records.current(work, record_id))
            checked = checked_rule(rule, work.project, dates)
            before = await work.tx.fetch(self._select(), [record_id])
            await self._replace(writing, checked, dates)
            old = rule_decoder.decode(before[0][0]) if before else None
            if old != checked:
                await writing.log("repeat.set", "repeat", old, checked)
            return _one(await work.tx.fetch(self._select(), [record_id]))

    async def remove(self, actor: Actor, project_id: int, record_id: int) -> None:
        """Let a record repeat no more."""
        async with self._parts.writing(actor, project_id, record_id) as writing:
            before = _one(await writing.work.tx.fetch(self._select(), [record_id]))
            await self._delete(writing)
            await writing.log("repeat.removed", "repeat", before.rule, None)

    async def _replace(self, writing: PartWriting, rule: RepeatRule, dates: Dates) -> None:
        work, parts = writing.work, writing.parts
        waiting = rule.on == "schedule" or dates.completed is None
        next_at = due_at(rule, dates, work.project) if waiting else None
        await self._delete(writing)
        row = {
            "record_id": writing.record_id, "project_id": work.project.id, "rule": text_of(rule),
            "next_at": None if next_at is None else to_milliseconds(next_at),
            "created_at": parts.now(), "created_by": work.actor.user_id,
        }  # fmt: skip
        await parts.rows.insert(work.tx, "smalt_repeat", row)

    async def _delete(self, writing: PartWriting) -> None:
        sql = f"DELETE FROM smalt_repeat WHERE record_id = {self._mark(1)}"
        await writing.work.tx.execute(sql, [writing.record_id])

    def _select(self) -> str:
        return f"SELECT {_COLUMNS} FROM smalt_repeat WHERE record_id = {self._mark(1)}"


def dates_of(record: Current) -> Dates:
    """The dates of a record as it stands."""
    columns = record.columns
    return Dates(columns["start_at"], columns["due_at"], columns["completed_at"], columns["created_at"])


def text_of(rule: RepeatRule) -> str:
    """A rule as it is stored."""
    return msgspec.json.encode(rule).decode()


def _one(rows: list[Row]) -> Repeat:
    if not rows:
        raise NotFoundError("This record does not repeat.")
    rule, next_at, successor_id = rows[0]
    successor = None if successor_id is None else str(successor_id)
    return Repeat(rule_decoder.decode(rule), moment(next_at), successor)
