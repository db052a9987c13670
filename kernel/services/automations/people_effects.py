"""Effects that people feel: who is assigned, what is said to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kernel.access.acting import actor_of
from kernel.clock import to_milliseconds
from kernel.effects import AddChecklist, AddComment, AssignFairly, ChangeRecord, Notify
from kernel.errors import ForbiddenError, InvalidInputError
from kernel.ids import IdGenerator
from kernel.services.automations.loads import Team
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

LONGEST_NOTICE = 500


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
        """Assign whose turn it is, or who has the least; who that is.

        Whoever assigns fairly in the project waits here for those before; they end soon.
        """
        found = await find_people(stage.tx, effect.people)
        people = [int(p) for p in effect.people if p in found]
        if not people:
            raise InvalidInputError("None of the people that could be assigned is active.")
        sql = f"SELECT id FROM smalt_project WHERE id = {stage.project.id}{stage.tx.dialect.statements.lock}"
        await stage.tx.fetch(sql)
        fairly = self._by_turns if effect.strategy == "round_robin" else self._by_load
        person = await fairly(stage, effect, people)
        return {"assigned": {"id": str(person), "name": found[str(person)].name}}

    async def _by_turns(self, stage: Stage, effect: AssignFairly, people: Sequence[int]) -> int:
        person = people[await self._turn(stage) % len(people)]
        await self._assign(stage, effect, person)
        return person

    async def _by_load(self, stage: Stage, effect: AssignFairly, people: Sequence[int]) -> int:
        team, turn = Team(stage.project, tuple(people), tuple(effect.closed)), await self._turn(stage)
        loads = await stage.loads.of(stage.tx, team)
        person = min(people, key=lambda p: (loads[p], (people.index(p) - turn) % len(people)))
        before = await team.load(stage.tx, stage.record)
        await self._assign(stage, effect, person)
        stage.loads.moved(before, await team.load(stage.tx, stage.record))
        return person

    async def _assign(self, stage: Stage, effect: AssignFairly, person: int) -> None:
        only = {"assignees": [str(person)]}
        await self._effects.change(stage, ChangeRecord(only) if effect.replace else ChangeRecord(add=only))

    async def _turn(self, stage: Stage) -> int:
        """The number of this turn of the automation, which nobody else has."""
        where = f"WHERE id = {stage.automation.id} RETURNING turn"
        rows = await stage.tx.fetch(f"UPDATE smalt_automation SET turn = turn + 1 {where}")
        return int(rows[0][0]) - 1

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
