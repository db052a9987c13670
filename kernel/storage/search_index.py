"""What a search looks in: the words of every record, kept up after the records themselves.

A trigger notes every record that was touched, in the transaction that touches it, in
`smalt_unsearched`. Until its words are in the index again a search reads such a record itself
(`kernel.queries.searching`), so that nothing found is ever stale, while writes cost next to
nothing more. A word stands in the index behind a short mark of the place it is in, so that one
index serves readers who see different fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kernel.dialects.base import Dialect
from kernel.schema import Project
from kernel.storage.database import Database, Row, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvw"
_LOCK: Final = 5284313


def mark_of(kind: str, id_: int) -> str:
    """What stands before words: of titles `t`, of descriptions `d`, of comments `c`, each with
    the id of the project; of fields `f` with that of the field. It ends in x, which no number has."""
    digits = ""
    while id_:
        id_, rest = divmod(id_, len(_DIGITS))
        digits = _DIGITS[rest] + digits
    return f"{kind}{digits}x"


async def watch(tx: Transaction, dialect: Dialect, project: Project) -> None:
    """Let the project's table note which records are touched."""
    for statement in dialect.search.watch(project.table, project.id):
        await tx.execute(statement)


async def note_all(tx: Transaction, project: Project) -> None:
    """Note all records of a project: before its table goes, or when its fields have changed."""
    await tx.execute(
        f"INSERT INTO smalt_unsearched (project_id, record_id) SELECT {project.id}, id FROM {project.table}"
    )


class SearchIndex:
    """Reads what is to be done, and writes words."""

    def __init__(self, database: Database, rows: KernelRows) -> None:
        self._database = database
        self._rows = rows
        self._dialect = database.dialect

    async def watched(self) -> set[str]:
        """The tables that note which records are touched."""
        (rows,) = await self._database.read(Statement(self._dialect.search.watched))
        return {name for (name,) in rows}

    async def state(self) -> dict[int, str]:
        """By project, the fingerprint of the fields that the index was made for."""
        (rows,) = await self._database.read(Statement("SELECT project_id, made_for FROM smalt_search_state"))
        return dict(rows)

    async def waiting(self) -> int | None:
        """A project that has records to be looked at."""
        sql = "SELECT project_id FROM smalt_unsearched ORDER BY id LIMIT 1"
        (rows,) = await self._database.read(Statement(sql))
        return rows[0][0] if rows else None

    async def newest(self) -> int:
        """The number of the last record that waits; it grows while records are written."""
        (rows,) = await self._database.read(Statement("SELECT coalesce(max(id), 0) FROM smalt_unsearched"))
        return int(rows[0][0])

    async def set_state(self, tx: Transaction, project_id: int, made_for: str | None) -> None:
        mark = self._rows.mark
        await tx.execute(f"DELETE FROM smalt_search_state WHERE project_id = {mark(1)}", [project_id])
        if made_for is not None:
            row = {"project_id": project_id, "made_for": made_for}
            await self._rows.insert(tx, "smalt_search_state", row)

    async def lock(self, tx: Transaction) -> None:
        """Keep other processes from indexing until the transaction ends."""
        if alone := self._dialect.statements.alone:
            await tx.execute(alone.format(number=_LOCK))

    async def noted(self, tx: Transaction, project_id: int, limit: int) -> list[Row]:
        """Number and record of the notes of a project, the oldest first."""
        where = f"project_id = {self._rows.mark(1)}"
        sql = f"SELECT id, record_id FROM smalt_unsearched WHERE {where} ORDER BY id LIMIT {limit}"
        return await tx.fetch(sql, [project_id])

    async def write(self, tx: Transaction, notes: Sequence[int], words: Mapping[int, Sequence[str]]) -> None:
        """Replace the words of records; none for those that are gone. Done notes go."""
        sql, mark = self._dialect.search, self._rows.mark
        await tx.execute_many(f"DELETE FROM smalt_search WHERE {sql.key} = {mark(1)}", [(i,) for i in words])
        insertion = f"INSERT INTO smalt_search ({sql.key}, words) VALUES ({mark(1)}, {sql.written(mark(2))})"
        await tx.execute_many(insertion, [(i, sql.words(w)) for i, w in words.items() if w])
        await tx.execute_many(f"DELETE FROM smalt_unsearched WHERE id = {mark(1)}", [(i,) for i in notes])
