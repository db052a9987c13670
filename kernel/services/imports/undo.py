"""Takes an import back: what it created goes to the trash, what it changed gets its old values again.

Options that it has added to selects stay, since the records in the trash hold them.
"""

from __future__ import annotations

from dataclasses import dataclass

from kernel.access.actor import Actor
from kernel.services.imports.made import MadeThings
from kernel.services.imports.model import ImportState, encode_state
from kernel.services.jobs import RunningJob
from kernel.services.records import RecordService, Writing
from kernel.services.undo import HISTORY, HistoryUndo
from kernel.storage.database import Row
from kernel.storage.kernel_rows import KernelRows

CHUNK = 1000


@dataclass(frozen=True)
class Undo:
    """Goes back through the history of an import's batch, newest first."""

    records: RecordService
    rows: KernelRows
    made: MadeThings

    async def run(self, running: RunningJob, actor: Actor, project_id: int, state: ImportState) -> None:
        """Undo what is left. `state.position` is the history row before which to go on."""
        settled = False
        while True:
            async with self.records.writing(actor, project_id) as writing:
                rows = await self._history(writing, state)
                if not rows and settled:
                    state.undone = True
                    state.position = state.total
                await HistoryUndo(self.records).take_back(writing, rows)
                if rows:
                    state.position = rows[-1][0]
                saved = encode_state(state)
                await running.save(writing.tx, saved, state.total if state.undone else 0, state.total)
            running.state = saved
            if state.undone:
                return
            if not rows:
                await self.made.take_back(actor, project_id, state.batch_id)
                settled = True

    async def _history(self, writing: Writing, state: ImportState) -> list[Row]:
        mark = self.rows.mark
        sql = (
            f"SELECT {HISTORY} FROM smalt_history WHERE batch_id = {mark(1)} AND id < {mark(2)} "
            f"AND record_id IS NOT NULL ORDER BY id DESC LIMIT {CHUNK}"
        )
        return await writing.tx.fetch(sql, [state.batch_id, state.position])
