"""The records of all projects as they were at a moment, in relations that queries read like the tables.

The present is wound back: what a record has now, it had then, but for what its history says has
changed since. So a query of the past is compiled as any other (filters, lookups, formulas, measures),
on a schema whose projects name such relations instead of their tables. What it costs grows with what
has happened since. Fields, lists and options are those of today; records that were removed from the
trash for good are gone from the past too. Who may not see a record now does not see it then.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

from kernel.access.actor import Actor
from kernel.clock import to_milliseconds
from kernel.dialects.base import Dialect
from kernel.dialects.past import LinkRows
from kernel.ids import first_of
from kernel.queries.compilation import Compilation
from kernel.queries.paths import row_scope, start
from kernel.schema import BUILT_IN_LINKS, Field, Project, Schema
from kernel.storage.database import Statement
from kernel.storage.record_rows import BUILT_IN_COLUMNS, column_type
from kernel.values import DATETIME, ID

_NAMED = re.compile(r"\bpast_(\d+)\b")
_ROOT = re.compile(r"\bpast_(\d+) r\b")
_OF_ROOT = re.compile(r"\br\.(\w+)")
_BY_NAME = {
    "title": "title", "description": "description", "list_id": "list", "start_at": "start_at",
    "due_at": "due_at", "completed_at": "completed_at",
}  # fmt: skip
"""Columns that the history has, by the names that it has them under."""


class PastProject(Project):
    """A project whose records are those of the past."""

    @property
    def table(self) -> str:
        return f"past_{self.id}"


class PastRecord(Project):
    """A project of which one record is read: what has become of the others need not be wound back."""

    @property
    def table(self) -> str:
        return "past_one"


class PastCompilation(Compilation):
    """A statement about the past. What it asks of the time is answered for then."""

    links = "past_link"
    stays = "past_stay"
    past = True

    def __init__(
        self,
        schema: Schema,
        actor: Actor,
        dialect: Dialect,
        moment: datetime,
        now: datetime,
        measured: bool = False,
    ) -> None:
        past = replace(schema, projects={i: _past(p) for i, p in schema.projects.items()})
        super().__init__(past, actor, dialect, moment, self._reach)
        self._present = schema
        self._moment = moment
        self._measured = measured
        self._today = now
        self._one: tuple[int, str] | None = None

    def narrow(self, project_id: int, record_id: str) -> Project:
        """The project as one whose only record is the one that a placeholder names."""
        self._one = project_id, record_id
        return _past(self._present.projects[project_id], PastRecord)

    def statement(self, sql: str) -> Statement:
        """The finished statement, with the relations that it names."""
        roots: dict[int, set[str]] = {}
        if self._measured:  # measures name a column many times: it is computed once for each record
            roots = {int(number): set(_OF_ROOT.findall(sql)) for number in _ROOT.findall(sql)}
            sql = _ROOT.sub(r"past_\1_r r", sql)
        named = sorted({int(number) for number in _NAMED.findall(sql)} & self._present.projects.keys())
        relations = ", ".join(self._relations(named, roots))
        rest = f", {sql[5:]}" if sql.startswith("WITH ") else f" {sql}"
        return super().statement(f"WITH {relations}{rest}")

    def links_of(self, field_id: int, record: str, alias: str) -> LinkRows:
        """The list that a record had then."""
        if self.joined:
            return super().links_of(field_id, record, alias)
        name = next((n for n, number in BUILT_IN_LINKS.items() if number == field_id), str(field_id))
        past = self.dialect.past
        since = self._since()
        changed = f"FROM smalt_history h WHERE h.record_id = {record} AND {since.of('h')}"
        changed += f" AND {past.has('h', self.dialect.literal(name))}"
        now = f"smalt_link WHERE field_id = {field_id} AND source_id = {record}"
        then = super().links_of(field_id, record, alias)
        return past.list_of(changed, name, now, then, alias) or then

    def _since(self) -> _Since:
        add = self.parameters.add
        return _Since(f"> {add(first_of(self._moment), ID)}", f"> {add(to_milliseconds(self._moment), ID)}")

    def _reach(self, compilation: Compilation, project: Project, scope: str, alias: str) -> str:
        """Row scopes hold for the records as they are now."""
        present = start(self._present, compilation.actor, self.dialect, self._today)
        present.parameters, present.aliases = self.parameters, self.aliases
        now = self._present.projects[project.id]
        row = self.aliases.new("s")
        seen = row_scope(present, now, scope, row)
        self.timeless = self.timeless and present.timeless
        return f"{alias}.id IN (SELECT {row}.id FROM {now.table} {row} WHERE {seen})"

    def _relations(self, projects: Collection[int], roots: Mapping[int, set[str]]) -> Iterable[str]:
        add = self.parameters.add
        at = add(to_milliseconds(self._moment), ID)
        then = add(self._moment, DATETIME)
        since = self._since()
        yield f"past_link AS NOT MATERIALIZED ({self._links(since, sorted({*projects, *roots}))})"
        yield (
            "past_stay AS NOT MATERIALIZED (SELECT id, record_id, list_id, entered_at, "
            f"CASE WHEN left_at <= {at} THEN left_at END AS left_at FROM smalt_list_stay "
            f"WHERE entered_at <= {at})"
        )
        for id_ in projects:
            records = self._records(id_, at, then, since)
            yield f"past_{id_} AS NOT MATERIALIZED ({records} WHERE r.created_at <= {then})"
        for id_, columns in roots.items():
            records = self._records(id_, at, then, since, columns)
            yield f"past_{id_}_r AS MATERIALIZED ({records} WHERE r.created_at <= {then})"
        if self._one is not None:
            records = self._records(self._one[0], at, then, since)
            only = f"r.created_at <= {then} AND r.id = {self._one[1]}"
            yield f"past_one AS NOT MATERIALIZED ({records} WHERE {only})"

    def _records(self, project_id: int, at: str, then: str, since: _Since, only: Collection[str] = ()) -> str:
        """The table, or `only` some of its columns. Each looks for itself into the history of its record,
        if that has changed since, so that an engine computes no more than what a query reads."""
        columns = [
            f"r.{name}" if was is None else
            f"CASE WHEN r.updated_at <= {then} THEN r.{name} ELSE {was} END AS {name}"
            for name, was in self._columns(self._present.projects[project_id], at, since)
            if not only or name in only
        ]  # fmt: skip
        return f"SELECT {', '.join(columns)} FROM p_{project_id} r"

    def _columns(self, project: Project, at: str, since: _Since) -> Iterable[tuple[str, str | None]]:
        """The columns of a project's table with what they were; None for those that stay."""
        past = self.dialect.past
        changes = f"FROM smalt_history h WHERE h.record_id = r.id AND {since.of('h')}"
        earlier = f"FROM smalt_history h WHERE h.record_id = r.id AND h.at <= {at} AND h.kind LIKE 'record.%'"
        stay = f"FROM smalt_list_stay y WHERE y.record_id = r.id AND y.entered_at <= {at}"
        in_list = f"{changes} AND {past.has('h', self.dialect.literal('list'))}"
        moved = f"{changes} AND h.kind IN ('record.deleted', 'record.restored') ORDER BY h.id LIMIT 1"
        before = {
            "version": f"coalesce((SELECT min(h.version) - 1 {changes}), r.version)",
            "updated_at": _if_any(changes, f"(SELECT {past.moment('max(h.at)')} {earlier})", "r.updated_at"),
            "updated_by": _if_any(
                changes, f"(SELECT h.actor_id {earlier} ORDER BY h.id DESC LIMIT 1)", "r.updated_by"
            ),
            "deleted_at": (
                f"CASE (SELECT h.kind {moved}) WHEN 'record.deleted' THEN NULL "
                "WHEN 'record.restored' THEN r.updated_at ELSE r.deleted_at END"
            ),
            "list_entered_at": _if_any(
                in_list, f"(SELECT {past.moment('max(y.entered_at)')} {stay})", "r.list_entered_at"
            ),
        }
        for name, type_ in BUILT_IN_COLUMNS.items():
            known = _BY_NAME.get(name)
            if known is not None:
                yield name, self._old(name, known, past.value((known,), type_), changes)
            else:
                yield name, before.get(name)
        for field in project.fields:
            yield from self._of_field(field, changes)

    def _of_field(self, field: Field, changes: str) -> Iterable[tuple[str, str | None]]:
        for column in field.columns:
            if column.spec.many:
                continue
            if field.numbered:
                yield column.name, None
                continue
            path = (str(field.id), column.spec.name) if column.spec.name else (str(field.id),)
            value = self.dialect.past.value(path, column_type(column.spec))
            yield column.name, self._old(column.name, str(field.id), value, changes)

    def _old(self, name: str, known: str, value: str, changes: str) -> str:
        """The old value of a column where the history has one, else the present one."""
        found = f"{changes} AND {self.dialect.past.has('h', self.dialect.literal(known))}"
        return _if_any(found, f"(SELECT {value} {found} ORDER BY h.id LIMIT 1)", f"r.{name}")

    def _links(self, since: _Since, projects: Collection[int]) -> str:
        """The link table: lists that have changed since as they were, the others as they are."""
        dialect, past = self.dialect, self.dialect.past
        whens = [f"WHEN {number} THEN '{name}'" for name, number in BUILT_IN_LINKS.items()]
        name = f"(CASE l.field_id {' '.join(whens)} ELSE {dialect.text('l.field_id')} END)"
        changed = f"h.record_id = l.source_id AND {since.of('h')} AND {past.has('h', name)}"
        same = (
            "SELECT l.field_id, l.source_id, l.target_id, l.position FROM smalt_link l "
            f"WHERE NOT EXISTS (SELECT 1 FROM smalt_history h WHERE {changed})"
        )
        among = [f"h.project_id IN ({', '.join(str(i) for i in projects)})"] if projects else []
        if self._one is not None and self._one[0] not in projects:
            among.append(f"h.record_id = {self._one[1]}")
        first = (
            "NOT EXISTS (SELECT 1 FROM smalt_history e WHERE e.record_id = h.record_id AND e.id < h.id "
            f"AND {since.of('e')} AND {past.has('e', 'j.key')})"
        )
        wheres = [f"h.record_id IS NOT NULL AND {a} AND {since.of('h')} AND {first}" for a in among]
        return " UNION ALL ".join([same, *(past.links(where, BUILT_IN_LINKS) for where in wheres)])


@dataclass(frozen=True)
class _Since:
    """What is true of the identifiers and times of rows of the history after the moment."""

    id: str
    at: str

    def of(self, row: str) -> str:
        """The condition on a row that it is a change of a record since."""
        kinds = f"{row}.kind LIKE 'record.%' AND {row}.kind <> 'record.created'"
        return f"{row}.id {self.id} AND {row}.at {self.at} AND {kinds}"


def at_moment(
    schema: Schema,
    actor: Actor,
    dialect: Dialect,
    now: datetime,
    as_of: datetime | None,
    measured: bool = False,
) -> Compilation:
    """A new statement about the present or, with `as_of`, the past; `measured` where it reads all records
    of `r` to measure them."""
    if as_of is None or as_of >= now:
        return start(schema, actor, dialect, now)
    return PastCompilation(schema, actor, dialect, as_of, now, measured)


def of_record(compilation: Compilation, project: Project, record_id: str) -> Project:
    """The project to read one record of, whose id a placeholder names."""
    if isinstance(compilation, PastCompilation):
        return compilation.narrow(project.id, record_id)
    return compilation.schema.projects[project.id]


def _past(project: Project, as_type: type[Project] = PastProject) -> Project:
    return as_type(**{f.name: getattr(project, f.name) for f in fields(project)})


def _if_any(rows: str, then: str, other: str) -> str:
    return f"CASE WHEN EXISTS (SELECT 1 {rows}) THEN {then} ELSE {other} END"
