"""Effects on records, by the same roads and rules as everybody's writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.effects import ChangeLinked, ChangeRecord, CopyRecord, CreateRecord
from kernel.errors import ConflictError, InvalidInputError
from kernel.queries.fields import canonical
from kernel.schema import BUILT_IN_LINKS, Field, Project
from kernel.services.automations.stage import Stage
from kernel.services.record_input import WRITABLE, DraftParser
from kernel.services.record_writer import Current, as_unique_fault
from kernel.services.records import RecordService, Writing
from kernel.storage.record_rows import Draft
from kernel.values import ID

MOST_LINKED = 1000


class RecordEffects:
    """Changes, adds and copies records inside the transaction of a run."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    async def change(self, stage: Stage, effect: ChangeRecord) -> Any:
        """Write to the record of the run; what has changed."""
        work = self._work(stage, stage.project)
        work.demand("edit", "changes to records")
        before = await self._records.current(work, stage.record)
        draft = DraftParser(work.project, work.access).parse(as_input(work.project, effect.values), new=False)
        self._merge(work, draft, before, effect)
        return {"changed": await self._write(work, {stage.record: before}, {stage.record: draft})}

    async def change_linked(self, stage: Stage, effect: ChangeLinked) -> Any:
        """Write to the records that are linked to that of the run; which have changed."""
        target, ids = await self._linked(stage, effect)
        work = self._work(stage, target)
        work.demand("edit", "changes to records")
        before = await self._records.currents(work, ids)
        parser = DraftParser(work.project, work.access)
        drafts = {
            record_id: parser.parse(as_input(work.project, effect.values), new=False) for record_id in before
        }
        changed = await self._write(work, before, drafts)
        return {"linked": len(ids), "changed": changed, "records": [str(i) for i in list(before)[:20]]}

    async def create(self, stage: Stage, effect: CreateRecord) -> Any:
        """Add a record; its id."""
        work = self._work(stage, stage.other_project(effect.project_id))
        work.demand("create", "new records")
        draft = DraftParser(work.project, work.access).parse(as_input(work.project, effect.values), new=True)
        await self._records.resolve(work, [("", draft)])
        try:
            (record_id,) = await self._records.writer.create(work.tx, work.actor, work.plan, [draft])
        except ConflictError as error:
            raise as_unique_fault(error, work.project) from error
        await self._records.keep_in_reach(work, [record_id])
        return {"record_id": str(record_id), "project_id": str(work.project.id)}

    async def copy(self, stage: Stage, effect: CopyRecord) -> Any:
        """Copy the record of the run; the id of the copy."""
        work = self._work(stage, stage.project)
        copied = await self._records.copy_in(work, stage.record, as_input(work.project, effect.values))
        await self._records.keep_in_reach(work, [copied])
        return {"record_id": str(copied), "project_id": str(work.project.id)}

    def _work(self, stage: Stage, project: Project) -> Writing:
        return self._records.within(stage.tx, stage.schema, stage.actor, project.id)

    async def _write(self, work: Writing, before: Mapping[int, Current], drafts: Mapping[int, Draft]) -> int:
        """Write drafts to records; how many did change."""
        pointers = {str(record_id): record_id for record_id in drafts}
        known = {pointer: before[record_id] for pointer, record_id in pointers.items()}
        await self._records.resolve(work, [(p, drafts[i]) for p, i in pointers.items()], known)
        try:
            changed = await self._records.writer.update(work.tx, work.actor, work.plan, before, drafts)
        except ConflictError as error:
            raise as_unique_fault(error, work.project) from error
        await self._records.keep_in_reach(work, list(drafts))
        return len(changed)

    def _merge(self, work: Writing, draft: Draft, before: Current, effect: ChangeRecord) -> None:
        """Tags and people that come and go, beside those that are there."""
        parser = DraftParser(work.project, work.access)
        for name in {*effect.add, *effect.remove}:
            if name not in BUILT_IN_LINKS:
                raise InvalidInputError(f"Nothing can be added to '{name}'.")
            link = BUILT_IN_LINKS[name]
            come = parser.parse({name: list(effect.add.get(name, ()))}, new=False).links[link]
            gone = parser.parse({name: list(effect.remove.get(name, ()))}, new=False).links[link]
            leaving = {str(one) for one in gone}
            kept = [one for one in before.links.get(link, []) if str(one) not in leaving]
            known = {str(one) for one in kept}
            fitting = kept if name == "tags" else [str(one) for one in kept]
            draft.links[link] = [*fitting, *(one for one in come if str(one) not in known)]

    async def _linked(self, stage: Stage, effect: ChangeLinked) -> tuple[Project, list[int]]:
        """The project and ids of the linked records, forwards or backwards."""
        if effect.project_id is None:
            field = reference_of(stage.project, effect.reference)
            target = stage.other_project(str(field.target))
            work = self._work(stage, stage.project)
            before = await self._records.current(work, stage.record)
            return target, _targets(field, before)
        target = stage.other_project(effect.project_id)
        field = reference_of(target, effect.reference)
        if field.target != stage.project.id:
            raise InvalidInputError(f"'{field.name}' of '{target.name}' does not refer to this project.")
        return target, await self._referring(stage, target, field)

    async def _referring(self, stage: Stage, target: Project, field: Field) -> list[int]:
        mark = stage.tx.dialect.placeholder(1, ID)
        column = field.columns[0]
        if column.spec.many:
            sql = (
                f"SELECT l.source_id FROM smalt_link l JOIN {target.table} r ON r.id = l.source_id "
                f"WHERE l.field_id = {field.id} AND l.target_id = {mark} AND r.deleted_at IS NULL"
            )
        else:
            sql = f"SELECT id FROM {target.table} WHERE {column.name} = {mark} AND deleted_at IS NULL"
        rows = await stage.tx.fetch(f"{sql} ORDER BY 1 LIMIT {MOST_LINKED + 1}", [stage.record])
        if len(rows) > MOST_LINKED:
            raise InvalidInputError(f"More than {MOST_LINKED} records are linked.")
        return [row[0] for row in rows]


def reference_of(project: Project, name: str) -> Field:
    """A reference of a project by key or id. InvalidInputError where it has none of that name."""
    found = project.by_name.get(name) or project.by_name.get(canonical(name))
    if found is None or found.target is None:
        raise InvalidInputError(f"'{project.name}' has no reference '{name[:100]}'.")
    return found


def _targets(field: Field, before: Current) -> list[int]:
    column = field.columns[0]
    if column.spec.many:
        return list(before.links.get(field.id, []))
    target = before.columns.get(column.name)
    return [] if target is None else [target]


def as_input(project: Project, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Values as the REST API takes them: custom fields that stand beside built-in ones go below `fields`."""
    custom = {n: v for n, v in values.items() if canonical(n) not in WRITABLE and n in project.by_name}
    if not custom:
        return values
    rest = {name: value for name, value in values.items() if name not in custom}
    given = rest.get("fields")
    return {**rest, "fields": {**(given if isinstance(given, Mapping) else {}), **custom}}
