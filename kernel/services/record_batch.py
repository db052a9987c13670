"""Many records in one request: one transaction, or each for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec

from kernel.access.actor import Actor, ProjectAccess
from kernel.errors import ConflictError, Fault, FieldConflict, ForbiddenError, InvalidInputError, SmaltError
from kernel.ids import IdGenerator, number_of
from kernel.schema import Project
from kernel.services.parsing_ahead import Parse
from kernel.services.record_input import DraftParser
from kernel.services.record_links import LinkFinder
from kernel.services.record_unique import Item, repeated
from kernel.services.record_writer import Current
from kernel.services.records import RecordService, Writing, demand
from kernel.services.version_conflicts import VersionConflicts
from kernel.storage.record_rows import Draft

MAXIMUM_BATCH = 10_000
CONFLICTS_TOLD = 100
"""Of how many outdated items it is told what stands in the way: each has to be looked up."""


class BatchInput(msgspec.Struct, forbid_unknown_fields=True):
    """Records to make, change and delete; 10,000 in all. An update has its `id` among its members."""

    create: Annotated[list[dict[str, Any]], msgspec.Meta(max_length=MAXIMUM_BATCH)] = []
    update: Annotated[list[dict[str, Any]], msgspec.Meta(max_length=MAXIMUM_BATCH)] = []
    delete: Annotated[list[str], msgspec.Meta(max_length=MAXIMUM_BATCH)] = []
    atomic: bool = True


class BatchFault(msgspec.Struct, omit_defaults=True):
    """What was wrong with one item, by JSON pointer into the request. `conflict` comes with an outdated
    version, as a single change has it."""

    pointer: str
    detail: str
    conflict: Sequence[FieldConflict] = ()


class BatchResult(msgspec.Struct):
    """The ids in the order of the request, null for items that failed."""

    created: list[str | None]
    updated: list[str | None]
    deleted: list[str | None]
    errors: list[BatchFault]
    batch_id: str


@dataclass
class Items:
    """The parsed items of a batch, by their pointer."""

    create: dict[str, Draft] = field(default_factory=dict)
    update: dict[str, tuple[int, int | None, Draft]] = field(default_factory=dict)
    delete: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def drop(self, faults: Sequence[Fault]) -> None:
        """Leave out the items that faults point into."""
        self.faults.extend(faults)
        for pointer in {"/".join(f.pointer.split("/")[:3]) for f in faults}:
            self.create.pop(pointer, None)
            self.update.pop(pointer, None)
            self.delete.pop(pointer, None)


class RecordBatch:
    """Writes batches through the records service."""

    def __init__(self, records: RecordService, ids: IdGenerator) -> None:
        self._records = records
        self._ids = ids
        self._conflicts = VersionConflicts()

    async def write(self, actor: Actor, project_id: int, data: BatchInput) -> BatchResult:
        """All or nothing when `atomic`; else everything that is valid, and errors for the rest."""
        if len(data.create) + len(data.update) + len(data.delete) > MAXIMUM_BATCH:
            raise InvalidInputError(f"A batch has {MAXIMUM_BATCH} items at the most.")
        batch_id = self._ids.new()
        parsed = await self._records.ahead.run(actor, project_id, _parser(data), long=True)
        async with self._records.writing(actor, project_id) as work:
            items = parsed.within(work)
            current = await self._checked(work, items)
            await self._find_links(work, items, current)
            clashes = await self._clashes(work, items)
            if data.atomic:
                _refuse(items.faults, clashes)
            items.drop(clashes)
            created = await self._apply(work, items, current, batch_id)
        return _result(data, items, created, batch_id)

    async def _checked(self, work: Writing, items: Items) -> dict[int, Current]:
        """Load what is changed or deleted, and leave out what is not there or has moved on."""
        ids = [i for i, _, _ in items.update.values()] + list(items.delete.values())
        current = await self._records.currents(work, ids)
        faults = []
        told = 0
        for pointer, (record_id, version, draft) in items.update.items():
            if record_id not in current:
                faults.append(Fault(f"{pointer}/id", "There is no such record."))
            elif version is not None and version != current[record_id].columns["version"]:
                found, before = current[record_id].columns["version"], current[record_id]
                told += 1
                conflict = (
                    await self._conflicts.conflict(work, record_id, before, draft, [version])
                    if told <= CONFLICTS_TOLD
                    else ()
                )
                detail = f"It is at version {found} now. Read it again."
                faults.append(Fault(f"{pointer}/version", detail, conflict=conflict))
        for pointer, record_id in items.delete.items():
            if record_id not in current:
                faults.append(Fault(pointer, "There is no such record."))
        items.drop(faults)
        return current

    async def _find_links(self, work: Writing, items: Items, current: Mapping[int, Current]) -> None:
        """Leave out what names people or records that are not there."""
        finder = LinkFinder(work.tx, self._records.dialect, work.schema, work.actor, work.now)
        drafts = [*items.create.items(), *((p, d) for p, (_, _, d) in items.update.items())]
        before = {pointer: current[record_id] for pointer, (record_id, _, _) in items.update.items()}
        items.drop(await finder.find(work.project, drafts, before))

    async def _clashes(self, work: Writing, items: Items) -> list[Fault]:
        """Values that must be unique and are not, by item."""
        drafts: list[Item] = [(p, record_id, draft) for p, (record_id, _, draft) in items.update.items()]
        drafts += [(p, None, draft) for p, draft in items.create.items()]
        leaving = set(items.delete.values())
        return await repeated(work.tx, self._records.dialect, work.plan, drafts, leaving)

    async def _apply(
        self, work: Writing, items: Items, current: Mapping[int, Current], batch_id: int
    ) -> Mapping[str, int]:
        """Deletions first, additions last, so that unique values can pass from one to another."""
        writer = self._records.writer
        gone = {record_id: current[record_id] for record_id in items.delete.values()}
        await writer.remove(work.tx, work.actor, work.plan, gone, batch_id=batch_id)
        drafts = {record_id: draft for record_id, _, draft in items.update.values()}
        await writer.update(work.tx, work.actor, work.plan, current, drafts, batch_id)
        created = await writer.create(work.tx, work.actor, work.plan, list(items.create.values()), batch_id)
        await self._records.keep_in_reach(work, [*drafts, *created])
        return dict(zip(items.create, created, strict=True))


def _refuse(faults: Sequence[Fault], clashes: Sequence[Fault]) -> None:
    """Nothing is written when anything is wrong."""
    found = [*faults, *clashes]
    if found:
        error = InvalidInputError if faults else ConflictError
        raise error("Nothing was written: some items are not valid.", sorted(found, key=_place))


def _place(fault: Fault) -> tuple[int, int]:
    """Where the item of a fault stands in the request."""
    section, number = fault.pointer.split("/")[1:3]
    return ("create", "update", "delete").index(section), int(number)


def _parser(data: BatchInput) -> Parse[Items]:
    def parse(project: Project, access: ProjectAccess) -> Items:
        for ability, wanted in (("create", data.create), ("edit", data.update), ("delete", data.delete)):
            if wanted:
                demand(access, ability, f"'{ability}' in batches")
        return _parsed(DraftParser(project, access), data)

    return parse


def _parsed(parser: DraftParser, data: BatchInput) -> Items:
    items = Items()
    for number, given in enumerate(data.create):
        with _collecting(items, f"/create/{number}") as pointer:
            items.create[pointer] = parser.parse(given, True, pointer)
    seen: set[int] = set()
    for number, given in enumerate(data.update):
        with _collecting(items, f"/update/{number}") as pointer:
            _parse_update(items, parser, seen, pointer, given)
    for number, record_id in enumerate(data.delete):
        with _collecting(items, f"/delete/{number}") as pointer:
            items.delete[pointer] = _identified(record_id, seen, pointer)
    return items


@contextmanager
def _collecting(items: Items, pointer: str) -> Iterator[str]:
    """Turn what is wrong with one item into faults under its pointer."""
    try:
        yield pointer
    except ForbiddenError as error:
        items.faults.append(Fault(pointer, error.detail))
    except SmaltError as error:
        items.faults.extend(error.faults or [Fault(pointer, error.detail)])


def _parse_update(
    items: Items, parser: DraftParser, seen: set[int], pointer: str, given: Mapping[str, Any]
) -> None:
    record_id = _identified(given.get("id"), seen, f"{pointer}/id")
    version = given.get("version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise InvalidInputError(faults=[Fault(f"{pointer}/version", "Give the version as a whole number.")])
    values = {name: value for name, value in given.items() if name not in ("id", "version")}
    items.update[pointer] = (record_id, version, parser.parse(values, False, pointer))


def _identified(value: Any, seen: set[int], pointer: str) -> int:
    number = number_of(value)
    if number is None:
        raise InvalidInputError(faults=[Fault(pointer, "Give the id of a record.")])
    if number in seen:
        raise InvalidInputError(faults=[Fault(pointer, "This record is in the batch twice.")])
    seen.add(number)
    return number


def _result(data: BatchInput, items: Items, created: Mapping[str, int], batch_id: int) -> BatchResult:
    def ids(name: str, count: int, found: Callable[[str], int | None]) -> list[str | None]:
        numbers = (found(f"/{name}/{n}") for n in range(count))
        return [None if number is None else str(number) for number in numbers]

    return BatchResult(
        created=ids("create", len(data.create), created.get),
        updated=ids("update", len(data.update), lambda p: items.update[p][0] if p in items.update else None),
        deleted=ids("delete", len(data.delete), items.delete.get),
        errors=[BatchFault(f.pointer, f.detail, f.conflict) for f in sorted(items.faults, key=_place)],
        batch_id=str(batch_id),
    )
