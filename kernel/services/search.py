"""One search over all the projects that somebody sees."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from kernel.access.actor import Actor
from kernel.clock import Clock
from kernel.queries.search_pages import best_records, texts_of
from kernel.schema import Project, Schema
from kernel.services.record_reader import RecordReader
from kernel.services.rights import visible_project
from kernel.storage.database import Database, Row
from kernel.values import Choice
from kernel.words import plain, words

BEFORE: Final = 40
AFTER: Final = 100
"""Characters of a snippet around the word that was found."""

_RUN: Final = re.compile(r"[^\W_]+")


class Matched(msgspec.Struct):
    """A field that has one of the words, and the text around it."""

    field: str
    snippet: str


class ListRef(msgspec.Struct):
    """A list as others refer to it."""

    id: str
    name: str
    color: str | None


class Found(msgspec.Struct, rename={"list_": "list"}):
    """A record that was found, and where. `list` is null where the reader does not see it."""

    project_id: str
    project_name: str
    record_id: str
    title: str
    list_: ListRef | None
    matched: list[Matched]


Hit = tuple[int, int, Project, str, int | None]
"""Rank, id, project, title, list."""


class SearchService:
    """Finds records by words of the text that the reader sees of them."""

    def __init__(self, database: Database, clock: Clock, reader: RecordReader) -> None:
        self._dialect = database.dialect
        self._clock = clock
        self._reader = reader

    async def find(
        self,
        actor: Actor,
        text: str,
        only: Sequence[int],
        limit: int,
        after: tuple[int, int] | None,
    ) -> list[tuple[tuple[int, int], Found]]:
        """Up to `limit + 1`, each with its key, behind the key `after`; the best ones first.

        Whole titles, then their beginnings, words of titles, words of other text; the newest of
        equals first. Raises NotFoundError for a project that the actor does not see.
        """

        async def read(schema: Schema) -> list[tuple[tuple[int, int], Found]]:
            hits = await self._hits(schema, actor, text, only, limit + 1, after)
            reasons = await self._reasons(schema, actor, text, hits)
            return [((hit[0], hit[1]), _found(hit, reasons.get(hit[1], []))) for hit in hits]

        return await self._reader.on_current_schema(read)

    async def _hits(
        self,
        schema: Schema,
        actor: Actor,
        text: str,
        only: Sequence[int],
        limit: int,
        after: tuple[int, int] | None,
    ) -> list[Hit]:
        projects = [visible_project(schema, actor, id_) for id_ in dict.fromkeys(only)]
        if not only:
            seen = (p for p in schema.projects.values() if not p.deleted and actor.access(p.id) is not None)
            projects = list(seen)
        now = self._clock.now()
        statements = [
            best_records(schema, actor, p, text, limit, after, self._dialect, now) for p in projects
        ]
        answers = await self._reader.read(actor, schema, *statements)
        found = [
            (int(place), id_, project, title, list_id)
            for project, rows in zip(projects, answers, strict=True)
            for place, id_, title, list_id in rows
        ]
        return sorted(found, key=lambda hit: (hit[0], -hit[1]))[:limit]

    async def _reasons(
        self, schema: Schema, actor: Actor, text: str, hits: Sequence[Hit]
    ) -> Mapping[int, list[Matched]]:
        """Why each record was found, by id: one read for each project."""
        by_project: dict[int, list[int]] = defaultdict(list)
        for _, id_, project, _, _ in hits:
            by_project[project.id].append(id_)
        found: dict[int, list[Matched]] = {}
        for project_id, ids in by_project.items():
            project, now = schema.projects[project_id], self._clock.now()
            names, texts, comments = texts_of(schema, actor, project, ids, self._dialect, now)
            statements = [texts] if comments is None else [texts, comments]
            rows, *rest = await self._reader.read(actor, schema, *statements)
            found |= await asyncio.to_thread(_matches, words(text), names, rows, rest[0] if rest else [])
        return found


def _found(hit: Hit, matched: list[Matched]) -> Found:
    _, id_, project, title, list_id = hit
    choice = next((c for c in project.lists if c.id == list_id), None)
    return Found(str(project.id), project.name, str(id_), title, _list(choice), matched)


def _list(choice: Choice | None) -> ListRef | None:
    return None if choice is None else ListRef(str(choice.id), choice.name, choice.color)


def _matches(
    wanted: Sequence[str], names: Sequence[str], rows: Sequence[Row], comments: Sequence[Row]
) -> dict[int, list[Matched]]:
    found: dict[int, list[Matched]] = {}
    for id_, *texts in rows:
        pairs = zip(names, (snippet(text, wanted) for text in texts), strict=True)
        found[id_] = [Matched(name, shown) for name, shown in pairs if shown is not None]
    told: set[Any] = set()
    for id_, body in comments:
        shown = None if id_ in told else snippet(body, wanted)
        if shown is not None:
            told.add(id_)
            found[id_].append(Matched("comments", shown))
    return found


def snippet(text: str | None, wanted: Sequence[str]) -> str | None:
    """The text around the first of the wanted words that is in it; None where there is none."""
    for run in _RUN.finditer(text or ""):
        if any(_fits(word, w) for word in (plain(run[0]) or "").split() for w in wanted):
            return _around(text or "", run.start())
    return None


def _fits(word: str, wanted: str) -> bool:
    return word == wanted if len(wanted) == 1 else word.startswith(wanted)


def _around(text: str, at: int) -> str:
    first = max(0, at - BEFORE)
    if first:
        blank = text.find(" ", first, at)
        first = blank + 1 if blank != -1 else first
    last = min(len(text), at + AFTER)
    cut = " ".join(text[first:last].split())
    return f"{'…' if first else ''}{cut}{'…' if last < len(text) else ''}"
