"""Writes the rows of a chunk inside one transaction; what cannot be written is told row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kernel.errors import ConflictError, InvalidInputError, SmaltError
from kernel.importers import Cell
from kernel.services.imports.mapping import Target
from kernel.services.imports.matching import Found
from kernel.services.imports.model import RowError
from kernel.services.imports.rows import Work
from kernel.services.record_writer import as_unique_fault
from kernel.services.records import RecordService, Writing
from kernel.storage.database import Transaction
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.record_rows import Draft
from kernel.text_input import fold_name


@dataclass(slots=True)
class Outcome:
    """What became of the rows of a chunk."""

    created: int = 0
    updated: int = 0
    failed: list[Work] = field(default_factory=list)

    def errors(self) -> list[RowError]:
        return [error for work in sorted(self.failed, key=lambda w: w.number) for error in work.errors()]


class ChunkWriter:
    """Creates and updates the records of one chunk."""

    def __init__(self, records: RecordService, work: Writing, batch_id: int) -> None:
        self._records = records
        self._work = work
        self._batch_id = batch_id

    async def write(self, works: Sequence[Work], keys: dict[str, Found]) -> tuple[Outcome, dict[int, int]]:
        """Write the rows without problems; also gives the record of each row's number."""
        outcome = Outcome(failed=[work for work in works if work.problems])
        ids: dict[int, int] = {}
        await self._attempt(_groups(works, keys), outcome, ids)
        return outcome, ids

    async def _attempt(self, groups: Sequence[list[Work]], outcome: Outcome, ids: dict[int, int]) -> None:
        """All in one go; where the database refuses, halves, until the culprits stand alone."""
        if not groups:
            return
        try:
            async with self._work.tx.savepoint():
                found = await self._write(groups)
        except (ConflictError, InvalidInputError) as error:
            if len(groups) > 1:
                middle = len(groups) // 2
                await self._attempt(groups[:middle], outcome, ids)
                await self._attempt(groups[middle:], outcome, ids)
                return
            self._refuse(groups[0], error, outcome)
            return
        for group, record_id in zip(groups, found, strict=True):
            new = group[0].record_id is None
            outcome.created += new
            outcome.updated += len(group) - new
            for row in group:
                ids[row.number] = record_id

    def _refuse(self, group: list[Work], error: SmaltError, outcome: Outcome) -> None:
        if isinstance(error, ConflictError):
            error = as_unique_fault(error, self._work.project)
        reason = error.faults[0].detail if error.faults else error.detail
        for row in group:
            row.fail(None, reason)
            outcome.failed.append(row)

    async def _write(self, groups: Sequence[list[Work]]) -> list[int]:
        """The record ids, in the order of the groups."""
        new = [group for group in groups if group[0].record_id is None]
        known = {group[0].record_id: _merged(group) for group in groups if group[0].record_id is not None}
        updates = {id_: draft for id_, draft in known.items() if id_ is not None}
        creates = [_merged(group) for group in new]
        created = await self._records.write_many(self._work, creates, updates, self._batch_id)
        fresh = iter(created)
        return [next(fresh) if g[0].record_id is None else g[0].record_id for g in groups]

    async def create_titled(self, titles: Iterable[str]) -> None:
        """Add records that have a title and nothing else, once for each distinct title."""
        distinct: dict[str, str] = {}
        for title in titles:
            distinct.setdefault(fold_name(title), title)
        drafts = [Draft(columns={"title": title}) for title in distinct.values()]
        await self._records.write_many(self._work, drafts, {}, self._batch_id)


def _groups(works: Sequence[Work], keys: dict[str, Found]) -> list[list[Work]]:
    """The rows to write; those that mean the same record stand together, in their order."""
    if not keys:
        return [[work] for work in works if not work.problems]
    groups: dict[Any, list[Work]] = {}
    for work in works:
        if work.problems:
            continue
        found = None if work.key is None else keys.get(work.key)
        mark = ("row", work.number) if found is None else ("key", found.norm)
        groups.setdefault(mark, []).append(work)
    return list(groups.values())


def _merged(group: list[Work]) -> Draft:
    """One draft of several rows; a later row has the last word."""
    first = group[0].draft
    if len(group) == 1:
        return first
    draft = Draft(dict(first.columns), dict(first.fields), dict(first.links))
    for work in group[1:]:
        draft.columns |= work.draft.columns
        draft.fields |= work.draft.fields
        draft.links |= work.draft.links
    return draft


class RejectedRows:
    """The rows that an import refused, as they stood in the file, with the reasons."""

    def __init__(self, rows: KernelRows) -> None:
        self._rows = rows

    async def add(self, tx: Transaction, job_id: int, works: Iterable[Work]) -> None:
        encode = msgspec.json.encode
        rows = [
            (job_id, w.number, encode(w.errors()).decode(), encode(list(w.cells)).decode()) for w in works
        ]
        if rows:
            marks = ", ".join(self._rows.mark(number) for number in range(1, 5))
            await tx.execute_many(
                f"INSERT INTO smalt_import_error (job_id, row_number, faults, cells) VALUES ({marks}) "
                "ON CONFLICT (job_id, row_number) DO NOTHING",
                rows,
            )


class OwnLinks:
    """References among the rows of one file: kept until all rows are in, since they may come later."""

    def __init__(self, rows: KernelRows) -> None:
        self._rows = rows

    async def add(self, tx: Transaction, job_id: int, works: Iterable[Work], ids: dict[int, int]) -> None:
        """Remember what the written rows still want."""
        rows = [
            (job_id, work.number, target.index, ids[work.number], _wanted(texts, work))
            for work in works
            if work.wanted and work.number in ids
            for target, texts in work.wanted
            if target.to_itself
        ]
        if rows:
            names = ("job_id", "row_number", "column_index", "record_id", "wanted")
            await self._rows.insert_many(tx, "smalt_import_link", names, rows)

    async def take(self, tx: Transaction, job_id: int, targets: dict[int, Target], limit: int) -> list[Work]:
        """Some of what is left, which is thereby no longer left: a row for each record."""
        mark = self._rows.mark
        sql = (
            "SELECT row_number, column_index, record_id, wanted FROM smalt_import_link "
            f"WHERE job_id = {mark(1)} ORDER BY row_number, column_index LIMIT {limit}"
        )
        rows = await tx.fetch(sql, [job_id])
        works: dict[int, Work] = {}
        for number, index, record_id, wanted in rows:
            texts, cells = msgspec.json.decode(wanted, type=tuple[list[str], list[Cell]])
            work = works.setdefault(number, Work(number, cells, Draft(), record_id=record_id))
            if index in targets:
                work.want(targets[index], texts)
        if rows:
            key = f"job_id = {mark(1)} AND row_number = {mark(2)} AND column_index = {mark(3)}"
            gone = [(job_id, row[0], row[1]) for row in rows]
            await tx.execute_many(f"DELETE FROM smalt_import_link WHERE {key}", gone)
        return list(works.values())


def _wanted(texts: Sequence[str], work: Work) -> str:
    """What a row wants, and the row itself in case that it cannot be had."""
    return msgspec.json.encode((texts, list(work.cells))).decode()
