"""Finds what the rows of a chunk refer to: records for references, and the records to update."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.errors import InvalidInputError
from kernel.fields import ParseContext
from kernel.queries.matching import Match
from kernel.schema import Project, Schema
from kernel.services.imports.mapping import MATCH_DEFAULT, Target
from kernel.services.imports.matching import Fetch, Finder, Found
from kernel.services.imports.rows import Work
from kernel.text_input import fold_name


@dataclass(frozen=True)
class Resolver:
    """Looks up the records of one import, as its actor may see them."""

    schema: Schema
    actor: Actor
    dialect: Dialect
    context: ParseContext
    now: datetime

    async def references(
        self, fetch: Fetch, works: Sequence[Work], to_itself: bool, creatable: bool
    ) -> dict[Target, list[str]]:
        """Put the found ids into the drafts; gives the titles that no record has yet.

        What is ambiguous becomes a problem of its row; what is missing too, unless it is
        `creatable` by its title. References of a project to itself are left alone unless asked for.
        """
        wanted: dict[Target, list[tuple[Work, list[str]]]] = defaultdict(list)
        for work in works:
            for target, texts in work.wanted:
                if target.to_itself is to_itself:
                    wanted[target].append((work, texts))
        missing: dict[Target, list[str]] = {}
        for target, rows in wanted.items():
            found = await self.finder(target).find(fetch, {t for _, texts in rows for t in texts})
            may_create = creatable and target.match == MATCH_DEFAULT
            lacking = missing.setdefault(target, [])
            for work, texts in rows:
                lacking += _apply(work, target, texts, found, may_create)
        return {target: list(dict.fromkeys(titles)) for target, titles in missing.items() if titles}

    async def keys(
        self, fetch: Fetch, works: Sequence[Work], key: Target, project: Project
    ) -> dict[str, Found]:
        """Mark the rows whose record exists already; gives what each key was found to be."""
        texts = {work.key for work in works if work.key is not None}
        if key.new:
            return {text: Found(fold_name(text)) for text in texts}
        found = await self.key_finder(key, project).find(fetch, texts, fold=True)
        for work in works:
            known = None if work.key is None else found.get(work.key)
            if known is not None and known.count > 1:
                work.fail(key.column, f"{known.count} records have '{work.key}' as {key.key}.")
            elif known is not None and known.count == 1:
                work.record_id = known.record_id
        return found

    def key_finder(self, key: Target, project: Project) -> Finder:
        """Finds the records to update. InvalidInputError for a field that cannot be a key."""
        name = key.key if key.field is None else str(key.field.id)
        return Finder(self._match(project, name), self.dialect, self.context, self.now)

    def finder(self, target: Target) -> Finder:
        """Finds records that a reference may point to. InvalidInputError when it cannot be done."""
        assert target.field is not None  # only reference fields are asked about
        project = self.schema.projects.get(target.field.target or 0)
        if project is None or project.deleted or self.actor.access(project.id) is None:
            raise InvalidInputError(f"The project that '{target.field.name}' refers to is not there.")
        allowed = getattr(target.field.config, "filter", None)
        match = self._match(project, target.match or MATCH_DEFAULT, allowed)
        return Finder(match, self.dialect, self.context, self.now)

    def _match(self, project: Project, name: str, allowed: str | None = None) -> Match:
        return Match(self.schema, self.actor, self.dialect, project, name, allowed)


def _apply(
    work: Work, target: Target, texts: Sequence[str], found: dict[str, Found], may_create: bool
) -> list[str]:
    """Put what was found into a draft; gives the texts to create records for."""
    if len(texts) == 1 and (only := found.get(texts[0])) is not None and only.count == 1:
        put(work, target, [only.record_id])
        return []
    ids: list[int] = []
    lacking: list[str] = []
    for text in texts:
        match = found.get(text)
        if match is None or match.count == 0:
            lacking.append(text)
        elif match.count > 1:
            reason = f"{match.count} records have '{text[:100]}' as {target.match}; which one is meant?"
            work.fail(target.column, reason)
        else:
            ids.append(match.record_id)
    put(work, target, ids)
    if lacking and not may_create:
        work.fail(target.column, f"There is no record with '{lacking[0][:100]}' as {target.match}.")
    return lacking if may_create else []


def put(work: Work, target: Target, ids: Sequence[int]) -> None:
    """Make records the value of a reference."""
    assert target.field is not None  # only references come here
    unique = ids if len(ids) < 2 else list(dict.fromkeys(ids))
    work.draft.fields[target.field.id] = list(unique) if target.many else (unique[0] if unique else None)
