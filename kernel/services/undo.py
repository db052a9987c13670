"""Goes back through the history: what was created goes to the trash, what was changed or deleted
gets back what it was. Imports, batches and single changes are taken back by the same means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kernel.errors import SmaltError
from kernel.fields import ENTITIES
from kernel.schema import Field
from kernel.services.record_input import DraftParser
from kernel.services.record_links import LinkFinder
from kernel.services.records import RecordService, Writing
from kernel.storage.database import Row
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.record_rows import Draft

_MADE = ("record.created", "record.restored")
_CHANGES = msgspec.json.Decoder(dict[str, tuple[Any, Any]])

HISTORY = "id, project_id, record_id, kind, changes, version"
"""The columns of the history rows that are taken back."""


@dataclass
class TakenBack:
    """Records by what became of them; `kept` has those that somebody has changed since."""

    trashed: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    restored: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)

    def add(self, other: TakenBack) -> None:
        for name in ("trashed", "changed", "restored", "kept"):
            getattr(self, name).extend(getattr(other, name))


@dataclass(frozen=True)
class HistoryUndo:
    """Takes back rows of the history, the newest first, within a caller's transaction."""

    records: RecordService

    async def step(self, writing: Writing, batch_id: int, before: int, most: int) -> int | None:
        """Take back the newest changes of a batch, of those before a row of the history: where to go on,
        or None when there are none left."""
        mark = KernelRows(self.records.dialect).mark
        sql = (
            f"SELECT {HISTORY} FROM smalt_history WHERE batch_id = {mark(1)} AND id < {mark(2)} "
            f"AND record_id IS NOT NULL ORDER BY id DESC LIMIT {most}"
        )
        rows = await writing.tx.fetch(sql, [batch_id, before])
        await self.take_back(writing, rows)
        return int(rows[-1][0]) if rows else None

    async def take_back(
        self, writing: Writing, rows: Sequence[Row], batch_id: int | None = None
    ) -> TakenBack:
        """Take back changes of records of any projects that the actor may write."""
        done = TakenBack()
        for project_id in {row[1] for row in rows}:
            there = self.records.within(writing.tx, writing.schema, writing.actor, project_id)
            of_project = [row for row in rows if row[1] == project_id]
            made = [row for row in of_project if row[3] in _MADE]
            deleted = [row for row in of_project if row[3] == "record.deleted"]
            changed = [row for row in of_project if row[3] not in (*_MADE, "record.deleted")]
            done.add(await self._untrash(there, deleted, batch_id))
            done.add(await self._restore(there, changed, batch_id))
            done.add(await self._trash(there, made, batch_id))
        return done

    async def _trash(self, work: Writing, rows: Sequence[Row], batch_id: int | None) -> TakenBack:
        """Into the trash what was made, and what was restored and is still as it was then."""
        if not rows:
            return TakenBack()
        work.demand("delete", "deleting records")
        current = await self.records.currents(work, [row[2] for row in rows])
        moved_on = {
            row[2]
            for row in rows
            if row[3] == "record.restored"
            and row[2] in current
            and current[row[2]].columns["version"] != row[5]
        }
        gone = {i: c for i, c in current.items() if i not in moved_on}
        await self.records.writer.remove(work.tx, work.actor, work.plan, gone, batch_id=batch_id)
        return TakenBack(trashed=list(gone), kept=list(moved_on))

    async def _untrash(self, work: Writing, rows: Sequence[Row], batch_id: int | None) -> TakenBack:
        """Out of the trash, unless somebody has been at a record in between."""
        if not rows:
            return TakenBack()
        work.demand("delete", "restoring records")
        versions = {row[2]: row[5] for row in rows}
        current = await self.records.currents(work, list(versions), trash=True)
        same = {i: c for i, c in current.items() if c.columns["version"] == versions[i]}
        await self.records.writer.remove(
            work.tx, work.actor, work.plan, same, restore=True, batch_id=batch_id
        )
        return TakenBack(restored=list(same), kept=[i for i in versions if i not in same])

    async def _restore(self, work: Writing, rows: Sequence[Row], batch_id: int | None) -> TakenBack:
        """Put back old values; a record that somebody has changed since stays as it is."""
        if not rows:
            return TakenBack()
        work.demand("edit", "changes to records")
        drafts: dict[int, Draft] = {}
        current = await self.records.currents(work, list({row[2] for row in rows}))
        for _, _, record_id, _, changes, version in rows:
            known = current.get(record_id)
            if known is None or (record_id not in drafts and known.columns["version"] != version):
                continue
            old = old_values(work, _CHANGES.decode(changes))
            draft = drafts.setdefault(record_id, Draft())
            draft.columns |= old.columns
            draft.fields |= old.fields
            draft.links |= old.links
        finder = LinkFinder(work.tx, self.records.dialect, work.schema, work.actor, work.now)
        before = {f"/{i}": current[i] for i in drafts}
        await finder.find(work.project, [(f"/{i}", draft) for i, draft in drafts.items()], before)
        await self.records.writer.update(work.tx, work.actor, work.plan, current, drafts, batch_id)
        return TakenBack(changed=list(drafts), kept=[i for i in {row[2] for row in rows} if i not in drafts])


def old_values(work: Writing, changes: dict[str, tuple[Any, Any]]) -> Draft:
    """The values from before a change, as far as they are still valid."""
    draft = Draft()
    for name, (old, _) in changes.items():
        try:
            found = parsed(work, name, old)
        except SmaltError:
            continue  # a list that is gone, a field of a plugin that is off: nothing to go back to
        draft.columns |= found.columns
        draft.fields |= found.fields
        draft.links |= found.links
    return draft


def parsed(work: Writing, name: str, value: Any) -> Draft:
    """One value of the history as a draft. Raises SmaltError for what the actor may not write now."""
    custom = work.project.by_name.get(name)
    data = {name: value} if custom is None else {"fields": {custom.key: as_input(custom, value)}}
    return DraftParser(work.project, work.access).parse(data, new=False)


def as_input(custom: Field, old: Any) -> Any:
    """A value of the history as parsers take it: identifiers are text."""
    if custom.columns and custom.columns[0].spec.column in ENTITIES:
        return [str(item) for item in old] if isinstance(old, list) else None if old is None else str(old)
    return old
