"""What would become of every row of an import: everything is checked, nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import msgspec

from kernel.importers import Row
from kernel.services.imports.mapping import Target
from kernel.services.imports.model import ERRORS_SHOWN, RowError
from kernel.services.imports.resolve import Resolver
from kernel.services.imports.rows import Work, absent_names, chunk_of, numbered
from kernel.services.imports.session import Session, Sessions
from kernel.services.imports.uploads import Uploads
from kernel.text_input import fold_name

CHUNK = 2000
NAMES_SHOWN = 100


class TrialResult(msgspec.Struct):
    """The counts of a trial, the first errors, and what would have to be created."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    errors: list[RowError] = []
    missing: dict[str, list[str]] = {}


class Trial:
    """Runs imports without writing."""

    def __init__(self, sessions: Sessions, uploads: Uploads) -> None:
        self._sessions = sessions
        self._uploads = uploads

    async def run(self, import_id: int, session: Session) -> TrialResult:
        importer, options = await self._sessions.importer(session.state)
        result = TrialResult()
        run = _Run(self._sessions, session, result)
        with self._uploads.open(import_id) as source:
            rows = numbered(importer.rows(source, options), importer.first_row(options), 0)
            while True:
                chunk, works = await asyncio.to_thread(_next, rows, session)
                if not chunk:
                    break
                result.rows += len(chunk)
                result.skipped += len(chunk) - len(works)
                await run.chunk(works)
        await run.own_references()
        return result


class _Run:
    """One trial in progress."""

    def __init__(self, sessions: Sessions, session: Session, result: TrialResult) -> None:
        self._read = sessions.database.read
        self._session = session
        self._result = result
        self._create = set(session.state.create_missing)
        self._resolver: Resolver = session.resolver(sessions.database.dialect, sessions.clock.now())
        self._keys: set[int] = set()
        self._titles: set[int] = set()
        self._wanted: dict[Target, dict[str, tuple[int, str]]] = {}

    async def chunk(self, works: list[Work]) -> None:
        session = self._session
        self._note_absent(works)
        creatable = "references" in self._create
        missing = await self._resolver.references(self._read, works, False, creatable)
        for target, titles in missing.items():
            self._note_missing(f"references: {target.column}", titles)
        if session.key is not None:
            found = await self._resolver.keys(self._read, works, session.key, session.project)
            norms = {text: match.norm for text, match in found.items()}
        else:
            norms = {}
        session.parser.check_complete(works)
        for work in works:
            self._count(work, None if work.key is None else norms.get(work.key))

    def _count(self, work: Work, norm: object) -> None:
        if work.problems:
            self._result.failed += 1
            self._note(work.errors())
            return
        known = norm is not None and hash(norm) in self._keys
        new = work.record_id is None and not known
        self._result.created += new
        self._result.updated += not new
        if norm is not None:
            self._keys.add(hash(norm))
        self._remember_own(work)

    def _note_absent(self, works: list[Work]) -> None:
        """What is created on request is no problem."""
        for (what, field_id), names in absent_names(works).items():
            field = next((t.field for t in self._session.targets if t.field and t.field.id == field_id), None)
            self._note_missing(what if field is None else f"options: {field.key}", names)
        for work in works:
            creatable = [absent for absent in work.absent if absent.what in self._create]
            if creatable:
                reasons = {absent.reason for absent in creatable}
                work.problems = [p for p in work.problems if p[1] not in reasons]

    def _note_missing(self, what: str, names: list[str]) -> None:
        known = self._result.missing.setdefault(what, [])
        known.extend(name for name in names if name not in known and len(known) < NAMES_SHOWN)

    def _remember_own(self, work: Work) -> None:
        """Titles of the file, and what its rows want of one another."""
        if not any(target.to_itself for target in self._session.targets):
            return
        title = work.draft.columns.get("title")
        if title is not None:
            self._titles.add(hash(fold_name(title)))
        for target, texts in work.wanted:
            if target.to_itself:
                wanted = self._wanted.setdefault(target, {})
                for text in texts:
                    wanted.setdefault(text, (work.number, target.column))

    async def own_references(self) -> None:
        """References to records of the same project, also to rows further down."""
        for target, wanted in self._wanted.items():
            if "references" in self._create:
                continue
            open_ = [text for text in wanted if hash(fold_name(text)) not in self._titles]
            found = await self._resolver.finder(target).find(self._read, open_)
            for text in open_:
                if text not in found or found[text].count == 0:
                    number, column = wanted[text]
                    reason = f"There is no record with '{text[:100]}' as {target.match}."
                    self._note([RowError(number, column, reason)])

    def _note(self, errors: list[RowError]) -> None:
        room = ERRORS_SHOWN - len(self._result.errors)
        self._result.errors.extend(errors[: max(room, 0)])


def _next(rows: Iterator[tuple[int, Row]], session: Session) -> tuple[list[tuple[int, Row]], list[Work]]:
    chunk = chunk_of(rows, CHUNK)
    return chunk, session.parser.parse(chunk)
