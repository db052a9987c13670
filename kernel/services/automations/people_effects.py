"""Effects that people feel: who is assigned, what is said to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kernel.access.acting import actor_of
from kernel.clock import to_milliseconds
from kernel.effects import AddChecklist, AddComment, AssignFairly, ChangeRecord, Notify
from kernel.errors import ForbiddenError, InvalidInputError
from kernel.ids import IdGenerator
from kernel.schema import BUILT_IN_LINKS
from kernel.services.automations.people import find_people
from kernel.services.automations.record_effects import RecordEffects
from kernel.services.automations.stage import Stage
from kernel.services.checklist_items import ChecklistItemService
from kernel.services.checklists import ChecklistService
from kernel.services.comments import CommentService
from kernel.services.notice_mail import leave_notice
from kernel.services.records import RecordService
from kernel.services.sight import sees_record
from kernel.storage.database import WithinTransaction
from kernel.storage.kernel_rows import KernelRows
from kernel.values import ID

LONGEST_NOTICE = 500
_LOCK = {"postgres": " FOR UPDATE"}


class PeopleEffects:
    """Assigns, comments and tells, inside the transaction of a run."""

    def __init__(
        self,
        records: RecordService,
        effects: RecordEffects,
        comments: CommentService,
        checklists: ChecklistService,
        items: ChecklistItemService,
        rows: KernelRows,
        ids: IdGenerator,
    ) -> None:
        self._records = records
        self._effects = effects
        self._comments = comments
        self._checklists = checklists
        self._items = items
        self._rows = rows
        self._ids = ids

    async def assign(self, stage: Stage, effect: AssignFairly) -> Any:
        """Assign whose turn it is, or who has the least; who that is."""
        found = await find_people(stage.tx, effect.people)
        people = [int(p) for p in effect.people if p in found]
        if not people:
            raise InvalidInputError("None of the people that could be assigned is active.")
        turn = await self._turn(stage)
        if effect.strategy == "round_robin":
            person = people[turn % len(people)]
        else:
            loads = await self._loads(stage, people, effect.closed)
            person = min(people, key=lambda p: (loads.get(p, 0), (people.index(p) - turn) % len(people)))
        change = ChangeRecord({"assignees": [str(person)]}) if effect.replace else _adding(person)
        await self._effects.change(stage, change)
        return {"assigned": {"id": str(person), "name": found[str(person)].name}}

    async def _turn(self, stage: Stage) -> int:
        """The number of this turn. Whoever assigns in the project waits here for those before."""
        lock = _LOCK.get(stage.tx.dialect.name, "")
        await stage.tx.fetch(f"SELECT id FROM smalt_project WHERE id = {stage.project.id}{lock}")
        where = f"WHERE id = {stage.automation.id} RETURNING turn"
        rows = await stage.tx.fetch(f"UPDATE smalt_automation SET turn = turn + 1 {where}")
        return int(rows[0][0]) - 1

    async def _loads(self, stage: Stage, people: Sequence[int], closed: Sequence[str]) -> dict[int, int]:
        """How many open records each of these people has in the project."""
        marks = ", ".join(stage.tx.dialect.placeholder(n, ID) for n in range(1, len(people) + 1))
        lists = ", ".join(str(int(one)) for one in closed)
        open_ = f" AND r.list_id NOT IN ({lists})" if lists else ""
        sql = (
            "SELECT l.target_id, count(*) FROM smalt_link l "
            f"JOIN {stage.project.table} r ON r.id = l.source_id "
            f"WHERE l.field_id = {BUILT_IN_LINKS['assignees']} AND l.target_id IN ({marks}) "
            f"AND r.deleted_at IS NULL AND r.completed_at IS NULL{open_} GROUP BY l.target_id"
        )
        return {row[0]: row[1] for row in await stage.tx.fetch(sql, list(people))}

    async def comment(self, stage: Stage, effect: AddComment) -> Any:
        """Comment on the record."""
        work = self._records.within(stage.tx, stage.schema, stage.actor, stage.project.id)
        return {"comment_id": str(await self._comments.add(work, stage.record, effect.body))}

    async def checklist(self, stage: Stage, effect: AddChecklist) -> Any:
        """Put a checklist with items on the record."""
        work = self._records.within(stage.tx, stage.schema, stage.actor, stage.project.id)
        id_ = await self._checklists.add(work, stage.record, effect.name)
        for title in effect.items:
            await self._items.add(work, stage.record, id_, title)
        return {"checklist_id": str(id_), "items": len(effect.items)}

    async def notify(self, stage: Stage, effect: Notify) -> Any:
        """Leave notices; those who do not see the record get none."""
        text = " ".join(effect.text.split())[:LONGEST_NOTICE]
        if not text:
            raise InvalidInputError("The text of the notice is empty.")
        found = await find_people(stage.tx, [a.user_id or a.email for a in effect.people])
        told = sorted({int(a.user_id) for a in found.values() if a.user_id is not None})
        seeing = [user_id for user_id in told if await self._sees(stage, user_id)]
        row = {
            "text": text, "created_at": to_milliseconds(stage.now), "project_id": stage.project.id,
            "record_id": stage.record_id,
        }  # fmt: skip
        by_email = 0
        for user_id in seeing:
            notice = {"id": self._ids.new(), "user_id": user_id} | row
            by_email += await leave_notice(stage.tx, self._rows, notice)
        return {"notified": len(seeing), "by_email": by_email, "not_members": len(told) - len(seeing)}

    async def _sees(self, stage: Stage, user_id: int) -> bool:
        try:
            person = await actor_of(WithinTransaction(stage.tx), user_id, "automation")
        except ForbiddenError:
            return False
        if stage.record_id is None:
            return person.access(stage.project.id) is not None
        return await sees_record(stage.tx, stage.schema, person, stage.project, stage.record_id, stage.now)


def _adding(person: int) -> ChangeRecord:
    return ChangeRecord(add={"assignees": [str(person)]})
