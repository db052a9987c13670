"""Looks at uploaded files: which importer reads them, and what their columns are likely to be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from kernel.access.actor import Actor
from kernel.errors import Fault, InvalidInputError, InvalidValueError, UnavailableError
from kernel.fields import ParseContext
from kernel.importers import Importer
from kernel.schema import Project, Schema
from kernel.services.imports.cells import Parse, wanted_parser
from kernel.services.imports.guessing import Guess, Guesser
from kernel.services.imports.mapping import MATCH_DEFAULT, Target
from kernel.services.imports.model import Column, ImportState
from kernel.services.imports.preview import Look, look
from kernel.services.imports.resolve import Resolver
from kernel.services.imports.session import Sessions
from kernel.services.imports.uploads import Uploads
from kernel.time_limit import TimeLimit, TookTooLongError

HEAD_BYTES = 1024 * 1024
AT_ONCE = 3
"""Files that are looked at together: each takes a thread, for a minute where it is large."""

ASKED = 50
"""Distinct cells of a column that are looked up among the titles of another project."""

MOST = 0.6
"""Of those, how many must be found for the column to be a reference."""


class Looker:
    """Makes the first state of an import.

    A file is given up after `seconds`; so long, too, is its turn waited for.
    """

    def __init__(self, sessions: Sessions, uploads: Uploads, seconds: float) -> None:
        self._sessions = sessions
        self._uploads = uploads
        self._seconds = seconds
        self._room = asyncio.Semaphore(AT_ONCE)
        self._time_limit = TimeLimit(nested=True)

    async def first(
        self, import_id: int, actor: Actor, project: Project, file_name: str, wanted: str | None
    ) -> ImportState:
        """What a file seems to be. InvalidInputError when no importer can read it."""
        with self._uploads.open(import_id) as source:
            head = await asyncio.to_thread(source.read, HEAD_BYTES)
        key = _importer_for(await self._importers(), head, file_name, wanted)
        return await self._look(import_id, actor, project, key, file_name, {})

    async def again(
        self, import_id: int, actor: Actor, project: Project, before: ImportState, options: Mapping[str, Any]
    ) -> ImportState:
        """The state with other options; decisions stay for the columns that are still there."""
        given = {**before.given, **{k: v for k, v in options.items() if k != "ambiguous"}}
        state = await self._look(import_id, actor, project, before.importer, before.file_name, given)
        if before.mapping is not None:
            names = {column.name for column in state.columns}
            state.mapping = {name: m for name, m in before.mapping.items() if name in names}
        state.key, state.create_missing = before.key, before.create_missing
        return state

    async def _importers(self) -> Mapping[str, Importer[Any]]:
        schema = await self._sessions.schema.current()
        return self._sessions.importers.enabled(schema.disabled_plugins)

    async def _look(
        self,
        import_id: int,
        actor: Actor,
        project: Project,
        key: str,
        file_name: str,
        given: dict[str, Any],
    ) -> ImportState:
        importers = await self._importers()
        if key not in importers:
            raise InvalidInputError(f"The importer '{key}' is switched off.")
        seen = await self._in_turn(import_id, importers[key], given)
        guesses = await self._guesses(actor, project, seen)
        columns = [Column(*parts) for parts in zip(seen.names, guesses, seen.shown, strict=True)]
        return ImportState(
            importer=key,
            file_name=file_name[:255],
            options=seen.options,
            given=given,
            reading=seen.reading,
            columns=columns,
            total=seen.total,
        )

    async def _in_turn(self, import_id: int, importer: Importer[Any], given: Mapping[str, Any]) -> Look:
        """Look at a file beside the event loop, when there is room."""

        def seen() -> Look:
            with self._uploads.open(import_id) as source:
                return look(importer, source, given)

        try:
            async with asyncio.timeout(self._seconds):
                await self._room.acquire()
        except TimeoutError:
            raise UnavailableError("Other files are being looked at. Upload this one again later.") from None
        try:
            return await self._time_limit.run_beside(seen, limit=self._seconds)
        except TookTooLongError as error:
            raise InvalidInputError(
                f"Looking at the file took more than {self._seconds:g} seconds. Split it into several files."
            ) from error
        finally:
            self._room.release()

    async def _guesses(self, actor: Actor, project: Project, seen: Look) -> list[Guess | None]:
        schema = await self._sessions.schema.current()
        access = actor.access(project.id)
        assert access is not None  # the service has seen to it
        types = self._sessions.types.enabled(schema.disabled_plugins)
        context = seen.reading.context(project)
        guesser = Guesser(project, access, types, context)
        guesses = await asyncio.to_thread(guesser.guess, seen.names, seen.samples, seen.proposals)
        return await self._references(schema, actor, guesser, context, seen.samples, guesses)

    async def _references(
        self,
        schema: Schema,
        actor: Actor,
        guesser: Guesser,
        context: ParseContext,
        samples: Sequence[Sequence[str]],
        guesses: list[Guess | None],
    ) -> list[Guess | None]:
        """Make references of columns whose cells are titles of the records that a field points to."""
        taken = {guess["field"] for guess in guesses if guess is not None and "field" in guess}
        now = self._sessions.clock.now()
        resolver = Resolver(schema, actor, self._sessions.database.dialect, context, now)
        for field in guesser.references():
            if field.key in taken or actor.access(field.target or 0) is None:
                continue
            target = Target(0, "", field=field, match=MATCH_DEFAULT)
            finder, names = resolver.finder(target), wanted_parser(target.many)
            for place, guess in enumerate(guesses):
                asked = _asked(samples[place], names)
                if guess is None or "field" in guess or not asked:
                    continue
                found = await finder.find(self._sessions.database.read, asked)
                if sum(1 for match in found.values() if match.count) >= MOST * len(asked):
                    guesses[place] = {"field": field.key, "match": MATCH_DEFAULT}
                    break
        return guesses


def _asked(cells: Sequence[str], names: Parse) -> list[str]:
    """The first distinct names in cells; none where the cells are no names."""
    try:
        return list(dict.fromkeys(name for cell in cells for name in names(cell) or ()))[:ASKED]
    except InvalidValueError:
        return []


def _importer_for(
    importers: Mapping[str, Importer[Any]], head: bytes, file_name: str, wanted: str | None
) -> str:
    """The importer that was asked for, or the one that recognises the file best."""
    if wanted:
        if wanted not in importers:
            known = ", ".join(importers) or "none"
            detail = f"There is no importer '{wanted[:50]}'. There are: {known}."
            raise InvalidInputError(detail, [Fault("/importer", detail)])
        return wanted
    scores = {key: importer.recognises(head, file_name) for key, importer in importers.items()}
    best = max(scores, key=lambda key: scores[key], default=None)
    if best is None or scores[best] <= 0:
        raise InvalidInputError("No importer recognises this file. Say with 'importer' which one to take.")
    return best
