"""The one path on which records change: rows, links, stays in lists, history and outbox together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from kernel.access.actor import Actor
from kernel.clock import Clock, to_milliseconds
from kernel.errors import ConflictError, Fault, VersionMismatchError
from kernel.ids import IdGenerator
from kernel.schema import Project
from kernel.services.changes import Change, ChangeLog, Logged
from kernel.services.new_records import LINK_NAMES, NewRecords, Prepared, encode, link_rows
from kernel.storage.database import Batch, Transaction
from kernel.storage.record_rows import Draft, TablePlan
from kernel.storage.sequences import take_numbers

_QUIET = frozenset(
    {"position", "version", "updated_at", "updated_by", "list_entered_at", "created_at", "created_by"}
)


@dataclass(slots=True)
class Current:
    """A record as it stands before a change: decoded columns, and targets by link id."""

    columns: dict[str, Any]
    links: dict[int, list[int]] = field(default_factory=dict)


class _Part(NamedTuple):
    """Some new records as rows of all tables, ready to be written; `past` goes to the history alone."""

    rows: Sequence[Batch]
    logged: Logged
    past: Sequence[tuple[int, Change]]


class RecordWriter:
    """Writes drafts whose people and records have been found, inside a caller's transaction."""

    def __init__(self, ids: IdGenerator, clock: Clock, changes: ChangeLog) -> None:
        self._ids = ids
        self._clock = clock
        self._changes = changes

    async def create(
        self,
        tx: Transaction,
        actor: Actor,
        plan: TablePlan,
        drafts: Sequence[Draft],
        batch_id: int | None = None,
        kind: str = "record.created",
    ) -> Sequence[int]:
        """Add records to the ends of their lists; their ids, in order."""
        if not drafts:
            return []
        now = self._clock.now()
        ids = list(self._ids.many(len(drafts)))
        numbers = await take_numbers(tx, tx.dialect, plan.sequences, len(drafts))

        def ready(part: Prepared) -> _Part:
            stays = self._stays(plan, part.entries, now), part.past.stays_as_rows(plan, self._ids)
            rows = (Batch(plan.insertion(), part.rows), _links(plan, part.links), *stays)
            return _Part(rows, self._changes.logged(actor, part.log, batch_id, now), part.past.log)

        async def write(part: _Part) -> None:
            await self._changes.write_logged(tx, actor, part.logged, *part.rows)
            if part.past:
                await self._changes.write_past(tx, actor, part.past, batch_id)

        await NewRecords(plan, actor, now, ids, drafts, kind, numbers).each_part(ready, write)
        return ids

    async def update(
        self,
        tx: Transaction,
        actor: Actor,
        plan: TablePlan,
        current: Mapping[int, Current],
        drafts: Mapping[int, Draft],
        batch_id: int | None = None,
        kind: str = "record.updated",
    ) -> list[int]:
        """Change records; gives the ids of those that did change."""
        now = self._clock.now()
        changed: dict[int, dict[str, list[Any]]] = {}
        by_columns: dict[tuple[str, ...], list[list[Any]]] = defaultdict(list)
        log = []
        for record_id, draft in drafts.items():
            before = current[record_id]
            draft.settle(now, before.columns["completed_at"])
            values, found = differences(plan, before, draft)
            if not found and not values:
                continue
            changed[record_id] = found
            version = before.columns["version"] + 1
            values |= {"version": version, "updated_at": now, "updated_by": actor.user_id}
            if "list_id" in values:
                values["list_entered_at"] = now
            row = [plan.encode(n, v) for n, v in values.items()]
            by_columns[tuple(values)].append([*row, record_id])
            log.append(Change(plan.project.id, record_id, _kind(kind, found), version, encode(found)))
        for names, rows in by_columns.items():
            await tx.execute_many(plan.update(names), rows)
        await self._replace_links(tx, plan, {i: drafts[i] for i in changed})
        await self._change_lists(tx, plan, current, {i: drafts[i] for i in changed}, now)
        await self._changes.write_many(tx, actor, log, batch_id, now)
        return list(changed)

    async def remove(
        self,
        tx: Transaction,
        actor: Actor,
        plan: TablePlan,
        current: Mapping[int, Current],
        restore: bool = False,
        batch_id: int | None = None,
    ) -> None:
        """Move records to the trash, or back with everything they had."""
        now = self._clock.now()
        kind = "record.restored" if restore else "record.deleted"
        names = ("deleted_at", "deleted_by", "version", "updated_at", "updated_by")
        rows, log = [], []
        for record_id, before in current.items():
            version = before.columns["version"] + 1
            gone = (None, None) if restore else (now, actor.user_id)
            values = (*gone, version, now, actor.user_id)
            rows.append([*(plan.encode(n, v) for n, v in zip(names, values, strict=True)), record_id])
            log.append(Change(plan.project.id, record_id, kind, version, {}))
        await tx.execute_many(plan.update(names), rows)
        await self._changes.write_many(tx, actor, log, batch_id, now)

    async def _replace_links(self, tx: Transaction, plan: TablePlan, drafts: Mapping[int, Draft]) -> None:
        gone: list[tuple[int, int]] = []
        rows: list[tuple[int, ...]] = []
        for record_id, draft in drafts.items():
            found = list(link_rows(plan, record_id, draft, cleared=gone))
            rows.extend(found)
        if gone:
            one, two = plan.integers(2).split(", ")
            sql = f"DELETE FROM smalt_link WHERE field_id = {one} AND source_id = {two}"
            await tx.execute_many(sql, gone)
        await tx.execute_batches(_links(plan, rows))

    def _stays(self, plan: TablePlan, entries: Sequence[tuple[int, int | None]], now: datetime) -> Batch:
        """The beginnings of the stays by which time spent in a list is measured."""
        at = to_milliseconds(now)
        ids = self._ids.many(len(entries))
        found = zip(ids, entries, strict=True)
        rows = [(i, record_id, list_id, at) for i, (record_id, list_id) in found if list_id is not None]
        sql = f"INSERT INTO smalt_list_stay (id, record_id, list_id, entered_at) VALUES ({plan.integers(4)})"
        return Batch(sql, rows)

    async def _change_lists(
        self,
        tx: Transaction,
        plan: TablePlan,
        current: Mapping[int, Current],
        drafts: Mapping[int, Draft],
        now: datetime,
    ) -> None:
        moved = {
            i: d.columns["list_id"]
            for i, d in drafts.items()
            if "list_id" in d.columns and d.columns["list_id"] != current[i].columns["list_id"]
        }
        if moved:
            one, two = plan.integers(2).split(", ")
            sql = f"UPDATE smalt_list_stay SET left_at = {one} WHERE record_id = {two} AND left_at IS NULL"
            await tx.execute_many(sql, [(to_milliseconds(now), i) for i in moved])
            await tx.execute_batches(self._stays(plan, list(moved.items()), now))


def _links(plan: TablePlan, rows: Sequence[tuple[int, ...]]) -> Batch:
    sql = "INSERT INTO smalt_link (field_id, source_id, target_id, position) VALUES "
    return Batch(f"{sql}({plan.integers(4)})", rows)


def differences(
    plan: TablePlan, before: Current, draft: Draft
) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """The columns to write, and the history: `{name: [old, new]}`, custom fields by id."""
    values: dict[str, Any] = {}
    found: dict[str, list[Any]] = {}
    for name, value in draft.columns.items():
        if before.columns[name] != value:
            values[name] = value
            _note_column(found, name, before.columns[name], value)
    for number, targets in draft.links.items():
        if before.links.get(number, []) != targets:
            found[LINK_NAMES[number]] = [_ids(before.links.get(number, [])), _ids(targets)]
    for field_id, value in draft.fields.items():
        targets_now = plan.links(field_id, value)
        if targets_now is not None:
            old_targets = before.links.get(field_id, [])
            if old_targets != targets_now:
                found[str(field_id)] = [old_targets, targets_now]
        elif (old := plan.value(field_id, before.columns)) != value:
            values |= dict(plan.parts(field_id, value))
            found[str(field_id)] = [old, value]
    return values, found


def _kind(kind: str, differences: Mapping[str, Any]) -> str:
    """A change of the list alone is a move; of no value at all, a new place in the same list."""
    if kind != "record.updated":
        return kind
    if not differences:
        return "record.reordered"
    return "record.moved" if list(differences) == ["list"] else kind


def _note_column(found: dict[str, list[Any]], name: str, old: Any, new: Any) -> None:
    if name == "list_id":
        found["list"] = [None if value is None else str(value) for value in (old, new)]
    elif name not in _QUIET:
        found[name] = [old, new]


def _ids(targets: Iterable[int]) -> list[str]:
    return [str(t) for t in targets]


def check_version(before: Current, expected: Collection[int] | None) -> None:
    """Raise VersionMismatchError when a client has read none but other versions."""
    found = before.columns["version"]
    if expected is not None and found not in expected:
        raise VersionMismatchError(
            f"You read another version of it; it is at version {found} now. Read it again."
        )


def as_unique_fault(error: ConflictError, project: Project) -> ConflictError:
    """A violated unique index as a fault of the field that it stands on."""
    constraint = getattr(error, "constraint", None) or ""
    for found in project.live_fields:
        if found.unique and str(found.id) in constraint:
            fault = Fault(f"/fields/{found.key}", f"Another record has this '{found.name}' already.")
            return ConflictError(f"'{found.name}' must be different in every record.", [fault])
    return error
