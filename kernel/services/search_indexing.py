"""Puts the words of records into the index of the search, a little after they were written."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from time import monotonic
from typing import Any, Final

import structlog

from kernel.access.actor import SYSTEM
from kernel.errors import UnavailableError
from kernel.queries.compilation import Scope
from kernel.queries.frames import Frame
from kernel.queries.paths import start
from kernel.queries.searching import fingerprint, places
from kernel.schema import Project, Schema
from kernel.services.entries import ProjectParts
from kernel.storage.database import Transaction
from kernel.storage.search_index import SearchIndex, mark_of, note_all, watch
from kernel.values import ID
from kernel.words import LONGEST_WORD, words

EVERY_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 0.02
REST: Final = 24
"""Times as long as a batch took it rests as long as more comes in: imports go first."""
BATCH: Final = 1000
MOST_OF_A_RECORD: Final = 240_000
"""Characters of the words of one record, all its comments included: PostgreSQL has room for so many."""

_log = structlog.get_logger("smalt.search")


class SearchIndexing:
    """Looks every other second for records that were touched. Several processes may do so at once."""

    def __init__(self, parts: ProjectParts) -> None:
        self._parts = parts
        self._index = SearchIndex(parts.database, parts.rows)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Watch the tables that are not watched yet, and begin to look."""
        await self._watch()
        self._task = asyncio.create_task(self._forever(), name="smalt-search")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def catch_up(self) -> None:
        """Index all that is waiting."""
        await self._prepare()
        more = True
        newest = await self._index.newest()
        while more:
            begun = monotonic()
            more = await self._some()
            spent, known, newest = monotonic() - begun, newest, await self._index.newest()
            await asyncio.sleep(max(PAUSE_SECONDS, REST * spent if newest > known else 0))

    async def _forever(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                with contextlib.suppress(UnavailableError):
                    await self.catch_up()
            except Exception:
                _log.exception("indexing failed")

    async def _watch(self) -> None:
        """Projects that were made before there was a search have no trigger yet."""
        schema, watched = await self._parts.schema.current(), await self._index.watched()
        if all(p.table in watched for p in schema.projects.values()):
            return
        async with self._parts.database.transaction(schema_change=True) as tx:
            watched = await self._index.watched()
            for project in (await self._parts.schema.in_transaction(tx)).projects.values():
                if project.table not in watched:
                    await watch(tx, tx.dialect, project)

    async def _prepare(self) -> None:
        """Note all records of the projects whose fields have changed."""
        schema, state = await self._parts.schema.current(), await self._index.state()
        for project_id in {*state, *schema.projects}:
            project = schema.projects.get(project_id)
            wanted = None if project is None or project.deleted else fingerprint(project)
            if state.get(project_id) != wanted:
                await self._renew(project_id)

    async def _renew(self, project_id: int) -> None:
        async with self._parts.database.transaction() as tx:
            await self._index.lock(tx)
            project = (await self._parts.schema.in_transaction(tx)).projects.get(project_id)
            alive = project is not None and not project.deleted
            if project is not None and alive:
                await note_all(tx, project)
            await self._index.set_state(
                tx, project_id, fingerprint(project) if project is not None and alive else None
            )

    async def _some(self) -> bool:
        """Index some of what is waiting; whether there was something."""
        project_id = await self._index.waiting()
        if project_id is None:
            return False
        async with self._parts.database.transaction() as tx:
            await self._index.lock(tx)
            notes = await self._index.noted(tx, project_id, BATCH)
            schema = await self._parts.schema.in_transaction(tx)
            project = schema.projects.get(project_id)
            ids = sorted({record_id for _, record_id in notes})
            found: dict[int, Sequence[str]] = dict.fromkeys(ids, ())
            if project is not None and ids:
                found |= await self._words(tx, schema, project, ids)
            await self._index.write(tx, [number for number, _ in notes], found)
        return True

    async def _words(
        self, tx: Transaction, schema: Schema, project: Project, ids: Sequence[int]
    ) -> dict[int, list[str]]:
        """The marked words of those records that are there."""
        compilation = start(schema, SYSTEM, tx.dialect, self._parts.clock.now())
        scope = Scope(compilation, project, Frame(compilation.aliases, f"{project.table} r"), "r")
        found = [place for place in places(scope) if place.sql]
        marks = ", ".join(compilation.parameters.add(i, ID) for i in ids)
        texts = ", ".join(place.sql for place in found)
        sql = f"SELECT r.id, {texts} {scope.frame.clause()} WHERE r.id IN ({marks})"
        rows = await tx.fetch(*compilation.statement(sql))
        comments = await self._comments(tx, ids)
        names = [place.mark for place in found]
        return await asyncio.to_thread(_marked_words, project, names, rows, comments)

    async def _comments(self, tx: Transaction, ids: Sequence[int]) -> Mapping[int, list[str]]:
        marks = ", ".join(self._parts.rows.mark(n) for n in range(1, len(ids) + 1))
        where = f"record_id IN ({marks}) AND deleted_at IS NULL"
        found: dict[int, list[str]] = defaultdict(list)
        for id_, body in await tx.fetch(f"SELECT record_id, body FROM smalt_comment WHERE {where}", ids):
            found[id_].append(body)
        return found


def _marked_words(
    project: Project, marks: Sequence[str], rows: Sequence[Any], comments: Mapping[int, Sequence[str]]
) -> dict[int, list[str]]:
    """`marks` belong to the texts of each row, the title's first."""
    begins, whole = mark_of("b", project.id), mark_of("e", project.id)
    of_comments = mark_of("c", project.id)
    found = {}
    for id_, *texts in rows:
        title = "".join(words(texts[0]))[:LONGEST_WORD]
        marked = [f"{begins}{title}", f"{whole}{title}"] if title else []
        for mark, text in zip(marks, texts, strict=True):
            marked += [f"{mark}{word}" for word in words(text)]
        for body in comments.get(id_, ()):
            marked += [f"{of_comments}{word}" for word in words(body)]
        found[id_] = _bounded(dict.fromkeys(marked))
    return found


def _bounded(marked: Iterable[str]) -> list[str]:
    listed = list(marked)
    lengths = accumulate(map(len, listed))
    return [word for word, length in zip(listed, lengths, strict=True) if length <= MOST_OF_A_RECORD]
