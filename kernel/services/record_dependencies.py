"""Which records wait for which: blocks and blocked by, across projects, never in a circle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from kernel.access.actor import Actor
from kernel.dialects.base import Parameters
from kernel.errors import ConflictError, Fault, InvalidInputError, NotFoundError
from kernel.ids import number_of
from kernel.queries.compilation import root_scope
from kernel.queries.paths import start
from kernel.schema import Schema
from kernel.services.record_parts import PartWriting, RecordParts, shown
from kernel.storage.database import Statement
from kernel.values import ID

NAME = "dependencies"

Relation = Literal["blocks", "blocked_by"]
Known = dict[int, tuple[str, bool]]


class DependencyInput(msgspec.Struct, forbid_unknown_fields=True):
    """This record blocks another, or is blocked by it."""

    relation: Relation
    record_id: Annotated[str, msgspec.Meta(examples=["29374920184832"])]
    project_id: Annotated[str | None, msgspec.Meta(description="This project when left out.")] = None


class Dependency(msgspec.Struct):
    """Another record, and how this one stands to it."""

    relation: Relation
    project_id: str
    record_id: str
    title: str
    completed: bool


class DependencyService:
    """The rules of dependencies. What a reader may not see of them is left out."""

    def __init__(self, parts: RecordParts) -> None:
        self._parts = parts
        self._mark = parts.parts.rows.mark

    async def all(self, actor: Actor, project_id: int, record_id: int) -> list[Dependency]:
        """What this record blocks and what blocks it, as far as the actor sees it."""
        await self._parts.check_visible(actor, project_id, record_id)
        mark = self._mark(1)
        sql = (
            f"SELECT 'blocks', blocked_project, blocked_id FROM smalt_dependency WHERE blocker_id = {mark} "
            "UNION ALL SELECT 'blocked_by', blocker_project, blocker_id FROM smalt_dependency "
            f"WHERE blocked_id = {mark} ORDER BY 1, 3"
        )
        rows = await self._parts.read(sql, [record_id])
        schema = await self._parts.parts.schema.current()
        statements = self._naming(schema, actor, ((row[1], row[2]) for row in rows))
        answers = await self._parts.parts.database.read(*statements) if statements else []
        known: Known = {row[0]: (row[1], row[2] is not None) for answer in answers for row in answer}
        return [Dependency(r, str(p), str(i), *known[i]) for r, p, i in rows if i in known]

    async def add(self, actor: Actor, project_id: int, record_id: int, data: DependencyInput) -> Dependency:
        """Make one record wait for another. InvalidInputError with the chain where that is a circle."""
        other_project = _number(data.project_id, "/project_id") if data.project_id else project_id
        other = _number(data.record_id, "/record_id")
        async with self._parts.writing(actor, project_id, record_id) as writing:
            await self._lock(writing)
            known = await self._known(writing, [(other_project, other), (project_id, record_id)])
            if other not in known:
                raise InvalidInputError(faults=[Fault("/record_id", "There is no such record to name.")])
            here, there = (record_id, project_id), (other, other_project)
            first, second = (here, there) if data.relation == "blocks" else (there, here)
            await self._check_circle(writing, first, second)
            row = {
                "blocker_id": first[0], "blocked_id": second[0], "blocker_project": first[1],
                "blocked_project": second[1], "created_at": writing.parts.now(), "created_by": actor.user_id,
            }  # fmt: skip
            await writing.parts.rows.insert(writing.work.tx, "smalt_dependency", row)
            await self._log(writing, "dependency.created", data.relation, there)
        return Dependency(data.relation, str(other_project), str(other), *known[other])

    async def remove(self, actor: Actor, project_id: int, record_id: int, other: int) -> None:
        """Let two records no longer wait for one another."""
        async with self._parts.writing(actor, project_id, record_id) as writing:
            one, two = self._mark(1), self._mark(2)
            sql = (
                "SELECT blocker_id, blocker_project, blocked_project FROM smalt_dependency "
                f"WHERE (blocker_id = {one} AND blocked_id = {two}) "
                f"OR (blocker_id = {two} AND blocked_id = {one})"
            )
            rows = await writing.work.tx.fetch(sql, [record_id, other])
            blocks = bool(rows) and rows[0][0] == record_id
            there = rows[0][2 if blocks else 1] if rows else 0
            if not rows or other not in await self._known(writing, [(there, other)]):
                raise NotFoundError("There is no such dependency.")
            ends = [record_id, other] if blocks else [other, record_id]
            await writing.work.tx.execute(
                f"DELETE FROM smalt_dependency WHERE blocker_id = {one} AND blocked_id = {two}", ends
            )
            await self._log(
                writing, "dependency.deleted", "blocks" if blocks else "blocked_by", (other, there)
            )

    async def _log(self, writing: PartWriting, kind: str, relation: Relation, other: tuple[int, int]) -> None:
        """History of both records."""
        here = writing.work.project.id
        backwards: Relation = "blocked_by" if relation == "blocks" else "blocks"
        told, told_there = _told(relation, other[1], other[0]), _told(backwards, here, writing.record_id)
        gone = kind == "dependency.deleted"
        await writing.log(kind, NAME, told if gone else None, None if gone else told)
        change = {NAME: [told_there, None] if gone else [None, told_there]}
        await writing.parts.log.write(
            writing.work.tx, writing.work.actor, other[1], other[0], kind, None, change
        )

    async def _check_circle(
        self, writing: PartWriting, blocker: tuple[int, int], blocked: tuple[int, int]
    ) -> None:
        """Follow what the blocked record blocks in turn: the blocker must not be among it."""
        came_from: dict[int, int] = {}
        projects = {blocker[0]: blocker[1], blocked[0]: blocked[1]}
        edge = [blocked[0]]
        while edge and blocker[0] not in came_from and blocker[0] != blocked[0]:
            rows = await self._blocked_by(writing, edge)
            edge = []
            for source, target, project_id in rows:
                if source == blocker[0]:
                    continue
                if target not in came_from:
                    came_from[target] = source
                    projects[target] = project_id
                    edge.append(target)
        await self._refuse(writing, blocker[0], blocked[0], came_from, projects)
        if any(row[1] == blocked[0] for row in await self._blocked_by(writing, [blocker[0]])):
            raise ConflictError("This dependency is there already.")

    async def _refuse(
        self,
        writing: PartWriting,
        blocker: int,
        blocked: int,
        came_from: dict[int, int],
        projects: dict[int, int],
    ) -> None:
        if blocker != blocked and blocker not in came_from:
            return
        chain = [blocker]
        while chain[-1] != blocked:
            chain.append(came_from[chain[-1]])
        chain = [blocker, *reversed(chain)]
        known = await self._known(writing, [(projects[i], i) for i in chain])
        named = " → ".join(f"'{known[i][0]}'" if i in known else "a hidden record" for i in chain)
        detail = f"Records would wait for one another in a circle: {named}."
        raise InvalidInputError(detail, [Fault("/record_id", detail)])

    async def _blocked_by(self, writing: PartWriting, blockers: list[int]) -> list[tuple[int, int, int]]:
        found: list[tuple[int, int, int]] = []
        for begin in range(0, len(blockers), 500):
            use = Parameters(self._parts.parts.database.dialect)
            marks = ", ".join(use.add(i, ID) for i in blockers[begin : begin + 500])
            sql = (
                "SELECT blocker_id, blocked_id, blocked_project FROM smalt_dependency "
                f"WHERE blocker_id IN ({marks})"
            )
            found += [(r[0], r[1], r[2]) for r in await writing.work.tx.fetch(sql, use.values)]
        return found

    async def _known(self, writing: PartWriting, records: Iterable[tuple[int, int]]) -> Known:
        """Title and whether it is completed, of the records that the actor sees."""
        found: Known = {}
        for statement in self._naming(writing.work.schema, writing.work.actor, records):
            rows = await writing.work.tx.fetch(*statement)
            found |= {row[0]: (row[1], row[2] is not None) for row in rows}
        return found

    def _naming(self, schema: Schema, actor: Actor, records: Iterable[tuple[int, int]]) -> list[Statement]:
        """id, title and completed_at, by project, of live records in the actor's reach."""
        by_project: dict[int, set[int]] = defaultdict(set)
        for project_id, record_id in records:
            by_project[project_id].add(record_id)
        found = []
        for project_id, ids in by_project.items():
            project, access = schema.projects.get(project_id), actor.access(project_id)
            if project is None or project.deleted or access is None or not shown(project, access, NAME):
                continue
            parts = self._parts.parts
            compilation = start(schema, actor, parts.database.dialect, parts.clock.now())
            scope = root_scope(compilation, project)
            marks = ", ".join(compilation.parameters.add(i, ID) for i in sorted(ids))
            scope.frame.restrict(f"r.id IN ({marks})")
            title = "r.title" if access.sees("title") else "''"
            completed = "r.completed_at" if access.sees("completed_at") else "NULL"
            found.append(compilation.statement(f"SELECT r.id, {title}, {completed} {scope.frame.clause()}"))
        return found

    async def _lock(self, writing: PartWriting) -> None:
        """One at a time: two that are no circle by themselves may be one together."""
        if lock := writing.work.tx.dialect.statements.lock_table:
            await writing.work.tx.execute(lock.format(table="smalt_dependency"))


def _told(relation: Relation, project_id: int, record_id: int) -> dict[str, str]:
    return {"relation": relation, "project_id": str(project_id), "record_id": str(record_id)}


def _number(value: Any, pointer: str) -> int:
    number = number_of(value)
    if number is None:
        raise InvalidInputError(faults=[Fault(pointer, "Give an id.")])
    return number
