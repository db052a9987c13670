"""Finds the people, records and files that drafts name, all of a write in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect, Parameters
from kernel.errors import BrokenSourceError, Fault, InvalidInputError
from kernel.fields import Column
from kernel.ids import number_of
from kernel.queries.compilation import root_scope
from kernel.queries.pages import allow
from kernel.queries.paths import start
from kernel.schema import BUILT_IN_LINKS, Field, Project, Schema
from kernel.services.files.linking import FileFinder
from kernel.services.files.model import Reader
from kernel.services.record_writer import Current
from kernel.storage.database import Statement, Transaction
from kernel.storage.record_rows import Draft
from kernel.values import ID, TEXT

ASSIGNEES = BUILT_IN_LINKS["assignees"]
_CHUNK = 500


class LinkFinder:
    """Turns ids and emails in drafts into ids that exist and that the writer may use."""

    def __init__(self, tx: Transaction, dialect: Dialect, schema: Schema, actor: Actor, now: Any) -> None:
        self._tx = tx
        self._dialect = dialect
        self._schema = schema
        self._actor = actor
        self._now = now
        self._files = FileFinder(tx, Reader(dialect, schema, actor, now))

    async def find(
        self,
        project: Project,
        drafts: Sequence[tuple[str, Draft]],
        before: Mapping[str, Current] | None = None,
    ) -> list[Fault]:
        """Resolve in place. `drafts` carry the JSON pointer under which faults are reported.

        `before` has the records that drafts change, by the same pointers: who or what is linked
        already may stay, though it could not be chosen now.
        """
        faults: list[Fault] = []
        fields = {f.id: f for f in project.live_fields}
        people = await self._people(_tokens(drafts, fields, Column.PERSON))
        for pointer, draft in drafts:
            known = people | _linked(before, pointer, ASSIGNEES, None)
            self._assignees(draft, known, pointer, faults)
        for field_id in _used(drafts, fields, Column.PERSON):
            _replace(drafts, fields[field_id], people, before, "There is no person '{}'.", faults)
        for field_id in _used(drafts, fields, Column.RECORD):
            field = fields[field_id]
            try:
                records = await self._records(field, _tokens_of(drafts, field_id), field.config)
            except (InvalidInputError, BrokenSourceError) as error:
                faults += _refusals(drafts, field, f"The filter of the field is broken: {error.detail}")
                continue
            _replace(drafts, field, records, before, "There is no record '{}' to refer to.", faults)
            if field.columns[0].spec.many:
                await self._keep_unseen(drafts, field, before or {})
        for field_id in _used(drafts, fields, Column.FILE):
            faults += await self._find_files(drafts, fields[field_id], before or {})
        return faults

    async def _find_files(
        self, drafts: Sequence[tuple[str, Draft]], field: Field, before: Mapping[str, Current]
    ) -> list[Fault]:
        """What a record holds already may stay, whatever the field takes now."""
        held = {str(i) for pointer, _ in drafts for i in _linked(before, pointer, field.id, field)}
        wanted = _tokens_of(drafts, field.id) - held
        found = await self._files.find(wanted)
        changed = [before[pointer].columns["id"] for pointer, _ in drafts if pointer in before]
        found |= await self._files.find_former(wanted - found.keys(), field, changed)
        faults: list[Fault] = []
        _replace(drafts, field, found, before, "There is no file '{}', or you may not see it.", faults)
        return faults or self._files.faults(drafts, field, found.values())

    def _assignees(self, draft: Draft, people: dict[str, int], pointer: str, faults: list[Fault]) -> None:
        wanted = draft.links.get(ASSIGNEES)
        if wanted is None:
            return
        for missing in (w for w in wanted if str(w).lower() not in people):
            faults.append(Fault(f"{pointer}/assignees", f"There is no person '{str(missing)[:100]}'."))
        found = [people[str(w).lower()] for w in wanted if str(w).lower() in people]
        draft.links[ASSIGNEES] = list(dict.fromkeys(found))

    async def _keep_unseen(
        self, drafts: Sequence[tuple[str, Draft]], field: Field, before: Mapping[str, Current]
    ) -> None:
        """A list leaves out what its writer cannot see: such links stay, behind the others."""
        changes = [
            (d, before[p].links.get(field.id, [])) for p, d in drafts if p in before and field.id in d.fields
        ]
        left_out = {t for draft, links in changes for t in links if t not in (draft.fields[field.id] or ())}
        if not left_out:
            return
        seen = await self._records(field, {str(t) for t in left_out}, None)
        for draft, links in changes:
            chosen = draft.fields[field.id] or []
            unseen = [t for t in links if t not in chosen and str(t) not in seen]
            draft.fields[field.id] = [*chosen, *unseen]

    async def _people(self, tokens: set[str]) -> dict[str, int]:
        """Active users by id and by lower-case email."""
        found: dict[str, int] = {}
        for part in _chunks(sorted({t.lower() for t in tokens})):
            parameters = Parameters(self._dialect)
            marks = ", ".join(parameters.add(t, TEXT) for t in part)
            id_text = self._dialect.text("id")
            named = f"lower(email) IN ({marks}) OR {id_text} IN ({marks})"
            sql = f"SELECT id, lower(email) FROM smalt_user WHERE active AND ({named})"
            for id_, email in await self._tx.fetch(sql, parameters.values):
                found[email] = found[str(id_)] = id_
        return found

    async def _records(self, field: Field, tokens: set[str], config: Any) -> dict[str, int]:
        """Live records of the target project that the writer may see and the filter of `config` allows."""
        target = self._schema.projects.get(field.target or 0)
        ids = [number for token in tokens if (number := number_of(token)) is not None]
        if target is None or target.deleted or self._actor.access(target.id) is None:
            return {}
        found: dict[str, int] = {}
        for part in _chunks(ids):
            for (id_,) in await self._tx.fetch(*self._candidates(target, config, part)):
                found[str(id_)] = id_
        return found

    def _candidates(self, target: Project, config: Any, ids: Sequence[int]) -> Statement:
        compilation = start(self._schema, self._actor, self._dialect, self._now)
        scope = root_scope(compilation, target)
        marks = ", ".join(compilation.parameters.add(i, ID) for i in ids)
        scope.frame.restrict(f"{scope.alias}.id IN ({marks})")
        allowed = getattr(config, "filter", None)
        if allowed:
            allow(scope, allowed)
        return compilation.statement(f"SELECT {scope.alias}.id {scope.frame.clause()}")


def _refusals(drafts: Sequence[tuple[str, Draft]], field: Field, detail: str) -> list[Fault]:
    """The same fault for every draft that gives a field a value."""
    written = (pointer for pointer, draft in drafts if draft.fields.get(field.id) is not None)
    return [Fault(f"{pointer}/fields/{field.key}", detail) for pointer in written]


def _replace(
    drafts: Sequence[tuple[str, Draft]],
    field: Field,
    found: dict[str, int],
    before: Mapping[str, Current] | None,
    refusal: str,
    faults: list[Fault],
) -> None:
    """Put ids for tokens in every draft's value of a field."""
    many = field.columns[0].spec.many
    for pointer, draft in drafts:
        value = draft.fields.get(field.id)
        if value is None:
            continue
        known = found | _linked(before, pointer, field.id, field)
        wanted = [str(v) for v in (value if isinstance(value, list | tuple) else [value])]
        for missing in (w for w in wanted if w.lower() not in known):
            faults.append(Fault(f"{pointer}/fields/{field.key}", refusal.format(missing[:100])))
        chosen = list(dict.fromkeys(known[w.lower()] for w in wanted if w.lower() in known))
        draft.fields[field.id] = chosen if many else (chosen[0] if chosen else None)


def _linked(
    before: Mapping[str, Current] | None, pointer: str, link_id: int, field: Field | None
) -> dict[str, int]:
    """The ids that a record has in a field before the change, by their text."""
    current = None if before is None else before.get(pointer)
    if current is None:
        return {}
    if field is None or field.columns[0].spec.many:
        return {str(target): target for target in current.links.get(link_id, [])}
    target = current.columns.get(field.columns[0].name)
    return {} if target is None else {str(target): target}


def _tokens(drafts: Iterable[tuple[str, Draft]], fields: dict[int, Field], column: Column) -> set[str]:
    listed = list(drafts)
    found = {str(w) for _, d in listed for w in d.links.get(ASSIGNEES, ())}
    for field_id in _used(listed, fields, column):
        found |= _tokens_of(listed, field_id)
    return found


def _tokens_of(drafts: Iterable[tuple[str, Draft]], field_id: int) -> set[str]:
    found: set[str] = set()
    for _, draft in drafts:
        value = draft.fields.get(field_id)
        if value is not None:
            found |= {str(v) for v in (value if isinstance(value, list | tuple) else [value])}
    return found


def _used(drafts: Iterable[tuple[str, Draft]], fields: dict[int, Field], column: Column) -> list[int]:
    """The ids of the fields of a column kind that any draft writes."""
    used: dict[int, None] = {}
    for _, draft in drafts:
        for field_id in draft.fields:
            columns = fields[field_id].columns
            if columns and columns[0].spec.column is column:
                used[field_id] = None
    return list(used)


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(values), _CHUNK):
        yield values[begin : begin + _CHUNK]


def checked(faults: Sequence[Fault]) -> None:
    """Raise InvalidInputError when there are faults."""
    if faults:
        raise InvalidInputError("The record is not valid.", faults)
