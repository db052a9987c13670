"""Takes an import back: what it created goes to the trash, what it changed gets its old values again.

Options that it has added to selects stay, since the records in the trash hold them.
"""

from __future__ import annotations

from dataclasses import dataclass

from kernel.access.actor import Actor
from kernel.services.imports.made import MadeThings
from kernel.services.imports.model import ImportState, encode_state
from kernel.services.jobs import RunningJob
from kernel.services.records import RecordService
from kernel.services.undo import HistoryUndo

CHUNK = 1000


@dataclass(frozen=True)
class Undo:
    """Goes back through the history of an import's batch, newest first."""

    records: RecordService
    made: MadeThings

    async def run(self, running: RunningJob, actor: Actor, project_id: int, state: ImportState) -> None:
        """Undo what is left. `state.position` is the history row before which to go on."""
        undo, settled = HistoryUndo(self.records), False
        while True:
            async with self.records.writing(actor, project_id) as writing:
                position = await undo.step(writing, state.batch_id, state.position, CHUNK)
                state.undone = position is None and settled
                if state.undone:
                    state.position = state.total
                elif position is not None:
                    state.position = position
                saved = encode_state(state)
                await running.save(writing.tx, saved, state.total if state.undone else 0, state.total)
            running.state = saved
            if state.undone:
                return
            if position is None:
                await self.made.take_back(actor, project_id, state.batch_id)
                settled = True
