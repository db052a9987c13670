"""Takes an import back: what it created goes to the trash, what it changed gets its old values again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.errors import SmaltError
from kernel.fields import Column
from kernel.schema import Field
from kernel.services.imports.model import ImportState, encode_state
from kernel.services.jobs import RunningJob
from kernel.services.record_input import DraftParser
from kernel.services.record_links import LinkFinder
from kernel.services.records import RecordService, Writing
from kernel.storage.database import Row
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.record_rows import Draft

CHUNK = 1000

_CHANGES = msgspec.json.Decoder(dict[str, tuple[Any, Any]])


@dataclass(frozen=True)
class Undo:
    """Goes back through the history of an import's batch, newest first."""

    records: RecordService
    rows: KernelRows

    async def run(self, running: RunningJob, actor: Actor, project_id: int, state: ImportState) -> None:
        """Undo what is left. `state.position` is the history row before which to go on."""
        while True:
            async with self.records.writing(actor, project_id) as writing:
                rows = await self._history(writing, state)
                if not rows:
                    state.undone = True
                    state.position = state.total
                await self._take_back(writing, rows)
                if rows:
                    state.position = rows[-1][0]
                saved = encode_state(state)
                await running.save(writing.tx, saved, state.total if state.undone else 0, state.total)
            running.state = saved
            if state.undone:
                return

    async def _history(self, writing: Writing, state: ImportState) -> list[Row]:
        mark = self.rows.mark
        sql = (
            "SELECT id, project_id, record_id, kind, changes, version FROM smalt_history "
            f"WHERE batch_id = {mark(1)} AND id < {mark(2)} ORDER BY id DESC LIMIT {CHUNK}"
        )
        return await writing.tx.fetch(sql, [state.batch_id, state.position])

    async def _take_back(self, writing: Writing, rows: Sequence[Row]) -> None:
        for project_id in {row[1] for row in rows}:
            there = self.records.within(writing.tx, writing.schema, writing.actor, project_id)
            of_project = [row for row in rows if row[1] == project_id]
            await self._restore(there, [row for row in of_project if row[3] != "record.created"])
            await self._trash(there, [row[2] for row in of_project if row[3] == "record.created"])

    async def _trash(self, work: Writing, ids: Sequence[int]) -> None:
        work.demand("delete", "deleting records")
        current = await self.records.currents(work, list(ids))
        await self.records.writer.remove(work.tx, work.actor, work.plan, current)

    async def _restore(self, work: Writing, rows: Sequence[Row]) -> None:
        """Put back old values; a record that somebody has changed since the import stays as it is."""
        drafts: dict[int, Draft] = {}
        current = await self.records.currents(work, list({row[2] for row in rows}))
        for _, _, record_id, _, changes, version in rows:
            known = current.get(record_id)
            if known is None or (record_id not in drafts and known.columns["version"] != version):
                continue
            old = _old(work, _CHANGES.decode(changes))
            draft = drafts.setdefault(record_id, Draft())
            draft.columns |= old.columns
            draft.fields |= old.fields
            draft.links |= old.links
        finder = LinkFinder(work.tx, self.records.dialect, work.schema, work.actor, work.now)
        await finder.find(work.project, [("", draft) for draft in drafts.values()])
        await self.records.writer.update(work.tx, work.actor, work.plan, current, drafts)


def _old(work: Writing, changes: dict[str, tuple[Any, Any]]) -> Draft:
    """The values from before a change, as far as they are still valid."""
    parser = DraftParser(work.project, work.access)
    draft = Draft()
    for name, (old, _) in changes.items():
        custom = work.project.by_name.get(name)
        data = {name: old} if custom is None else {"fields": {custom.key: _as_input(custom, old)}}
        try:
            found = parser.parse(data, new=False)
        except SmaltError:
            continue  # a list that is gone, a field of a plugin that is off: nothing to go back to
        draft.columns |= found.columns
        draft.fields |= found.fields
        draft.links |= found.links
    return draft


def _as_input(custom: Field, old: Any) -> Any:
    """A value of the history as parsers take it: identifiers are text."""
    if custom.columns and custom.columns[0].spec.column in (Column.CHOICE, Column.PERSON, Column.RECORD):
        return [str(item) for item in old] if isinstance(old, list) else None if old is None else str(old)
    return old
