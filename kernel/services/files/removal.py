"""Files that nothing holds any more go: counted by query, swept in the background.

A file that is taken out of the last thing that held it stays for as long as the trash keeps what is
in it, so that the change can be taken back. The row of a file goes after its content: whatever is
killed on the way is found again. Any number of processes may do this at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kernel.queries.files import UNHELD
from kernel.services.entries import ProjectParts
from kernel.services.process_owner import is_gone
from kernel.services.rounds import Rounds
from kernel.storage.database import Statement, Transaction
from kernel.storage.file_store import FileStore

FIRST_SECONDS: Final = 2.0
EVERY_SECONDS: Final = 600.0
AT_ONCE: Final = 500

_FORGOTTEN = (
    "DELETE FROM smalt_comment_file WHERE NOT EXISTS (SELECT 1 FROM smalt_comment c WHERE c.id = comment_id)"
)
_IN_USE = (
    "UPDATE smalt_file AS f SET expires_at = NULL "
    f"WHERE f.state = 'ready' AND f.expires_at IS NOT NULL AND NOT ({UNHELD})"
)


class FileRemoval(Rounds):
    """Removes files. `days` is how long one that was in use is kept."""

    def __init__(self, parts: ProjectParts, store: FileStore, days: float) -> None:
        super().__init__("files", FIRST_SECONDS, EVERY_SECONDS)
        self._parts = parts
        self._store = store
        self._kept = int(days * 86_400_000)
        self._mark = parts.rows.mark

    async def round(self) -> None:
        await self.sweep()

    async def sweep(self) -> None:
        """Remove what broke off, what is due, and what was being removed when somebody was killed."""
        await self._note_use()
        for file_id in await self._broken_off():
            await self.discard(file_id)
        due = f"state = 'ready' AND expires_at < {self._mark(1)} AND {UNHELD}"
        now, gone = self._parts.now(), True
        while gone:
            gone = any([await self.give_up(i, due=True) for i in await self._ids(due, now)])
        while left := await self._ids("state = 'removing'"):
            for file_id in left:
                await self._remove(file_id)

    async def discard(self, file_id: int) -> None:
        """Remove an upload that came to no end."""
        async with self._parts.database.transaction() as tx:
            gone = await self._give_up(tx, file_id, "state = 'uploading'")
        if gone:
            await self._remove(file_id)

    async def give_up(self, file_id: int, due: bool = False) -> bool:
        """Remove a file that nothing holds, with `due` only if its time has come; whether it went."""
        condition = f"state = 'ready' AND {UNHELD}"
        if due:
            condition += f" AND expires_at < {self._parts.now()}"
        async with self._parts.database.transaction() as tx:
            # first the lock, then a look, so that nobody comes to hold it in between
            await tx.execute(f"UPDATE smalt_file SET state = state WHERE id = {self._mark(1)}", [file_id])
            gone = await self._give_up(tx, file_id, condition)
        if gone:
            await self._remove(file_id)
        return gone

    async def _give_up(self, tx: Transaction, file_id: int, condition: str) -> bool:
        sql = f"UPDATE smalt_file AS f SET state = 'removing' WHERE f.id = {self._mark(1)} AND {condition}"
        return bool(await tx.execute(sql, [file_id]))

    async def _remove(self, file_id: int) -> None:
        await self._store.remove(file_id)
        async with self._parts.database.transaction() as tx:
            await tx.execute(f"DELETE FROM smalt_file WHERE id = {self._mark(1)}", [file_id])

    async def _note_use(self) -> None:
        """What is held has no end; what has lost its last holder gets one."""
        async with self._parts.database.transaction() as tx:
            await tx.execute(_FORGOTTEN)
            await tx.execute(_IN_USE)
        still = f"f.id = {self._mark(1)} AND {UNHELD}"
        end = f"UPDATE smalt_file AS f SET expires_at = {self._mark(2)} WHERE {still}"
        while lost := await self._ids(f"state = 'ready' AND expires_at IS NULL AND {UNHELD}"):
            async with self._parts.database.transaction() as tx:
                await tx.execute_many(end, [(i, self._parts.now() + self._kept) for i in lost])

    async def _broken_off(self) -> Sequence[int]:
        """Uploads whose process is gone, or that have been on their way for too long."""
        sql = "SELECT id, owner, expires_at FROM smalt_file WHERE state = 'uploading'"
        (rows,) = await self._parts.database.read(Statement(sql))
        return [row[0] for row in rows if is_gone(row[1]) or row[2] < self._parts.now()]

    async def _ids(self, condition: str, *use: int) -> Sequence[int]:
        sql = f"SELECT f.id FROM smalt_file f WHERE {condition} ORDER BY f.id LIMIT {AT_ONCE}"
        (rows,) = await self._parts.database.read(Statement(sql, use))
        return [row[0] for row in rows]
