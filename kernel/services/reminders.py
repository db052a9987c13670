"""Reminders: each person's own, at a time or some time before a date of the record."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from kernel.access.actor import Actor
from kernel.clock import to_milliseconds
from kernel.errors import ConflictError, ForbiddenError, InvalidValueError, NotFoundError
from kernel.queries.builtins import rule_of
from kernel.queries.fields import has_built_in
from kernel.services.names import Faults
from kernel.services.record_input import read_time
from kernel.services.record_parts import PartWriting, RecordParts, moment
from kernel.storage.database import Row
from kernel.text_input import clean_line

MOST = 50
LONGEST = 500
LONGEST_SECONDS = 366 * 24 * 60 * 60
COLUMNS = "id, at, before, seconds, text, fires_at, fired_at"

Anchor = Literal["due_at", "start_at"]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=LONGEST_SECONDS, examples=[0])]


class ReminderInput(msgspec.Struct, forbid_unknown_fields=True):
    """When to remind you: `at` a time, or `seconds` `before` the due or start date of the record."""

    at: Annotated[str | None, msgspec.Meta(description="RFC 3339.", examples=["2026-12-31T09:00:00Z"])] = None
    before: Annotated[Anchor | None, msgspec.Meta(examples=[None])] = None
    seconds: Seconds = 0
    text: Annotated[str | None, msgspec.Meta(examples=["Call Ewa"])] = None


class ReminderPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change. A time takes the place of the date that it was to come before, and the other way."""

    at: Annotated[str | msgspec.UnsetType | None, msgspec.Meta(examples=["2026-12-31T09:00:00Z"])] = (
        msgspec.UNSET
    )
    before: Annotated[Anchor | msgspec.UnsetType | None, msgspec.Meta(examples=[None])] = msgspec.UNSET
    seconds: Seconds | msgspec.UnsetType = msgspec.UNSET
    text: Annotated[str | msgspec.UnsetType | None, msgspec.Meta(examples=["Call Jan"])] = msgspec.UNSET

    @property
    def moves(self) -> bool:
        """Whether it comes at another time, so that it is to come again."""
        return any(part is not msgspec.UNSET for part in (self.at, self.before, self.seconds))

    def over(self, known: Reminder) -> ReminderInput:
        """The whole reminder that is wanted."""
        at = None if self.before not in (None, msgspec.UNSET) else known.at
        before = None if self.at not in (None, msgspec.UNSET) else known.before
        return ReminderInput(
            at=at if self.at is msgspec.UNSET else self.at,
            before=before if self.before is msgspec.UNSET else self.before,  # type: ignore[arg-type]
            seconds=known.seconds if self.seconds is msgspec.UNSET else self.seconds,
            text=known.text if self.text is msgspec.UNSET else self.text,
        )


class Reminder(msgspec.Struct):
    """A reminder. `fires_at` is null while the record has no such date; `fired_at` says that it is done."""

    id: str
    at: str | None
    before: str | None
    seconds: int
    text: str | None
    fires_at: str | None
    fired_at: str | None


class ReminderService:
    """The rules of reminders. Nobody sees those of others."""

    def __init__(self, parts: RecordParts) -> None:
        self._parts = parts
        self._mark = parts.parts.rows.mark

    async def all(self, actor: Actor, project_id: int, record_id: int) -> list[Reminder]:
        """The actor's own, oldest first."""
        await self._parts.check_visible(actor, project_id, record_id)
        where = f"record_id = {self._mark(1)} AND user_id = {self._mark(2)}"
        sql = f"SELECT {COLUMNS} FROM smalt_reminder WHERE {where} ORDER BY id"
        return [_reminder(row) for row in await self._parts.read(sql, [record_id, actor.person])]

    async def add(self, actor: Actor, project_id: int, record_id: int, data: ReminderInput) -> Reminder:
        """Ask to be reminded; the moment must not have passed."""
        async with self._parts.noting(actor, project_id, record_id) as writing:
            if actor.user_id is None:
                raise ForbiddenError("Only people can be reminded.")
            values = await self._values(writing, data)
            parts = writing.parts
            row = {
                "id": parts.ids.new(), "project_id": project_id, "record_id": record_id,
                "user_id": actor.user_id, "created_at": parts.now(), "created_by": actor.user_id,
            }  # fmt: skip
            await self._check_room(writing)
            await parts.rows.insert(writing.work.tx, "smalt_reminder", row | values)
        names = COLUMNS.split(", ")
        return _reminder(tuple((row | values).get(name) for name in names))

    async def change(
        self, actor: Actor, project_id: int, record_id: int, reminder_id: int, data: ReminderPatch
    ) -> Reminder:
        """Change what is given. One that comes at another time comes again, if it has come before."""
        async with self._parts.noting(actor, project_id, record_id) as writing:
            tx, rows = writing.work.tx, writing.parts.rows
            marks = [self._mark(n) for n in (1, 2, 3)]
            where = f"id = {marks[0]} AND record_id = {marks[1]} AND user_id = {marks[2]}"
            sql = f"SELECT {COLUMNS} FROM smalt_reminder WHERE {where}{tx.dialect.statements.lock}"
            found = await tx.fetch(sql, [reminder_id, record_id, actor.user_id])
            if not found:
                raise NotFoundError("There is no such reminder.")
            known = dict(zip(COLUMNS.split(", "), found[0], strict=True))
            changes = await self._changes(writing, data, _reminder(found[0]))
            if changes:
                await rows.update(tx, "smalt_reminder", reminder_id, changes)
        return _reminder(tuple((known | changes).values()))

    async def _changes(self, writing: PartWriting, data: ReminderPatch, known: Reminder) -> dict[str, Any]:
        if data.moves:
            return {**await self._values(writing, data.over(known)), "fired_at": None}
        faults = Faults()
        text = known.text if data.text is msgspec.UNSET else _text(data.text, faults)
        faults.check()
        return {} if text == known.text else {"text": text}

    async def remove(self, actor: Actor, project_id: int, record_id: int, reminder_id: int) -> None:
        """Take a reminder back."""
        async with self._parts.noting(actor, project_id, record_id) as writing:
            marks = [self._mark(n) for n in (1, 2, 3)]
            where = f"id = {marks[0]} AND record_id = {marks[1]} AND user_id = {marks[2]}"
            sql = f"DELETE FROM smalt_reminder WHERE {where}"
            if not await writing.work.tx.execute(sql, [reminder_id, record_id, actor.user_id]):
                raise NotFoundError("There is no such reminder.")

    async def _values(self, writing: PartWriting, data: ReminderInput) -> dict[str, Any]:
        """The columns of a reminder. InvalidInputError with every fault."""
        faults = Faults()
        at = fires_at = None
        if (data.at is None) == (data.before is None):
            faults.add("/at", "Give either a time (`at`) or the date that it is to come before (`before`).")
        elif data.at is not None:
            at = fires_at = _moment(data.at, writing.work.project.time_zone, faults)
        else:
            fires_at = await self._before(writing, data, faults)
        if fires_at is not None and fires_at <= writing.parts.now():
            faults.add("/at" if data.at is not None else "/seconds", "This moment has passed.")
        text = _text(data.text, faults)
        faults.check()
        return {
            "at": at, "before": data.before, "seconds": data.seconds if data.before else 0, "text": text,
            "fires_at": fires_at,
        }  # fmt: skip

    async def _before(self, writing: PartWriting, data: ReminderInput, faults: Faults) -> int | None:
        work, anchor = writing.work, data.before or ""
        if not has_built_in(work.project, anchor) or rule_of(work.access, anchor) == "hidden":
            faults.add("/before", f"Records here have no '{anchor}'.")
            return None
        record = await self._parts.records.current(work, writing.record_id)
        date = record.columns[anchor]
        return None if date is None else to_milliseconds(date) - data.seconds * 1000

    async def _check_room(self, writing: PartWriting) -> None:
        where = f"record_id = {self._mark(1)} AND user_id = {self._mark(2)}"
        sql = f"SELECT count(*) FROM smalt_reminder WHERE {where}"
        use = [writing.record_id, writing.work.actor.user_id]
        if (await writing.work.tx.fetch(sql, use))[0][0] >= MOST:
            raise ConflictError(f"You may have {MOST} reminders of a record. Take one back first.")


def _moment(text: str, time_zone: str, faults: Faults) -> int | None:
    try:
        found = read_time(text, time_zone)
    except InvalidValueError as error:
        faults.add("/at", error.detail)
        return None
    if found is None:
        faults.add("/at", "Give a time such as 2026-12-31T09:00:00Z.")
    return None if found is None else to_milliseconds(found)


def _text(text: str | None, faults: Faults) -> str | None:
    try:
        return None if text is None else clean_line(text, LONGEST)
    except InvalidValueError as error:
        faults.add("/text", error.detail)
        return None


def _reminder(row: Row) -> Reminder:
    id_, at, before, seconds, text, fires_at, fired_at = row
    return Reminder(str(id_), moment(at), before, seconds, text, moment(fires_at), moment(fired_at))
