"""The records of all projects as they were at a moment, in relations that queries read like the tables.

The present is wound back: what a record has now, it had then, but for what its history says has
changed since. So a query of the past is compiled as any other (filters, lookups, formulas, measures),
on a schema whose projects name such relations instead of their tables. What it costs grows with what
has happened since. Fields, lists and options are those of today; records that were removed from the
trash for good are gone from the past too. Who may not see a record now does not see it then.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import fields, replace
from datetime import datetime

from kernel.access.actor import Actor
from kernel.clock import to_milliseconds
from kernel.dialects.base import Dialect
from kernel.ids import first_of
from kernel.queries.compilation import Compilation
from kernel.queries.paths import row_scope, start
from kernel.schema import BUILT_IN_LINKS, Field, Project, Schema
from kernel.storage.database import Statement
from kernel.storage.record_rows import BUILT_IN_COLUMNS, column_type
from kernel.values import DATETIME, ID

_NAMED = re.compile(r"\bpast_(\d+)\b")
_BY_NAME = {
    "title": "title", "description": "description", "list_id": "list", "start_at": "start_at",
    "due_at": "due_at", "completed_at": "completed_at",
}  # fmt: skip
"""Columns that the history has, by the names that it has them under."""

_CHANGED = "h.record_id IS NOT NULL AND h.kind LIKE 'record.%' AND h.kind <> 'record.created'"


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
        self, schema: Schema, actor: Actor, dialect: Dialect, moment: datetime, now: datetime
    ) -> None:
        past = replace(schema, projects={i: _past(p) for i, p in schema.projects.items()})
        super().__init__(past, actor, dialect, moment, self._reach)
        self._present = schema
        self._moment = moment
        self._today = now
        self._one: tuple[int, str] | None = None

    def narrow(self, project_id: int, record_id: str) -> Project:
        """The project as one whose only record is the one that a placeholder names."""
        self._one = project_id, record_id
        return _past(self._present.projects[project_id], PastRecord)

    def statement(self, sql: str) -> Statement:
        """The finished statement, with the relations that it names."""
        named = sorted({int(number) for number in _NAMED.findall(sql)} & self._present.projects.keys())
        relations = ", ".join(self._relations(named))
        rest = f", {sql[5:]}" if sql.startswith("WITH ") else f" {sql}"
        return super().statement(f"WITH {relations}{rest}")

    def _reach(self, compilation: Compilation, project: Project, scope: str, alias: str) -> str:
        """Row scopes hold for the records as they are now."""
        present = start(self._present, compilation.actor, self.dialect, self._today)
        present.parameters, present.aliases = self.parameters, self.aliases
        now = self._present.projects[project.id]
        row = self.aliases.new("s")
        seen = row_scope(present, now, scope, row)
        return f"{alias}.id IN (SELECT {row}.id FROM {now.table} {row} WHERE {seen})"

    def _relations(self, projects: Collection[int]) -> Iterable[str]:
        listed = ", ".join(str(i) for i in projects)
        add = self.parameters.add
        at = add(to_milliseconds(self._moment), ID)
        then = add(self._moment, DATETIME)
        since = f"h.id > {add(first_of(self._moment), ID)} AND h.at > {at}"
        wheres = [f"{since} AND h.project_id IN ({listed}) AND {_CHANGED}"] if listed else []
        if self._one is not None and self._one[0] not in projects:
            wheres.append(f"{since} AND h.record_id = {self._one[1]} AND {_CHANGED}")
        yield f"past_was AS MATERIALIZED ({' UNION ALL '.join(map(self.dialect.past.was, wheres))})"
        yield f"past_step AS MATERIALIZED ({' UNION ALL '.join(map(_steps, wheres))})"
        yield f"past_link AS NOT MATERIALIZED ({self._links()})"
        yield (
            "past_stay AS NOT MATERIALIZED (SELECT id, record_id, list_id, entered_at, "
            f"CASE WHEN left_at <= {at} THEN left_at END AS left_at FROM smalt_list_stay "
            f"WHERE entered_at <= {at})"
        )
        for id_ in projects:
            yield f"past_{id_} AS NOT MATERIALIZED ({self._records(id_, at)} WHERE r.created_at <= {then})"
        if self._one is not None:
            only = f"r.created_at <= {then} AND r.id = {self._one[1]}"
            yield f"past_one AS NOT MATERIALIZED ({self._records(self._one[0], at)} WHERE {only})"

    def _records(self, project_id: int, at: str) -> str:
        columns = ", ".join(self._columns(self._present.projects[project_id], at))
        return (
            f"SELECT {columns} FROM p_{project_id} r LEFT JOIN past_was w ON w.record_id = r.id "
            "LEFT JOIN past_step s ON s.record_id = r.id"
        )

    def _columns(self, project: Project, at: str) -> Iterable[str]:
        """The columns of a project's table, as they were."""
        past = self.dialect.past
        earlier = f"FROM smalt_history h WHERE h.record_id = r.id AND h.at <= {at} AND h.kind LIKE 'record.%'"
        stay = f"FROM smalt_list_stay y WHERE y.record_id = r.id AND y.entered_at <= {at}"
        before = {
            "version": "CASE WHEN s.record_id IS NULL THEN r.version ELSE s.version END",
            "updated_at": _stepped(f"(SELECT {past.moment('max(h.at)')} {earlier})", "r.updated_at"),
            "updated_by": _stepped(
                f"(SELECT h.actor_id {earlier} ORDER BY h.id DESC LIMIT 1)", "r.updated_by"
            ),
            "deleted_at": (
                "CASE WHEN s.deleted IS NULL AND s.restored IS NULL THEN r.deleted_at "
                "WHEN s.restored IS NULL OR s.deleted < s.restored THEN NULL ELSE r.updated_at END"
            ),
            "list_entered_at": (
                f"CASE WHEN {past.has(self.dialect.literal('list'))} "
                f"THEN (SELECT {past.moment('max(y.entered_at)')} {stay}) ELSE r.list_entered_at END"
            ),
        }
        for name, type_ in BUILT_IN_COLUMNS.items():
            known = _BY_NAME.get(name)
            if known is not None:
                yield self._column(name, known, past.value((known,), type_))
            else:
                yield f"{before.get(name, f'r.{name}')} AS {name}"
        for field in project.fields:
            yield from self._of_field(field)

    def _of_field(self, field: Field) -> Iterable[str]:
        for column in field.columns:
            if column.spec.many:
                continue
            if field.numbered:
                yield f"r.{column.name} AS {column.name}"
                continue
            path = (str(field.id), column.spec.name) if column.spec.name else (str(field.id),)
            value = self.dialect.past.value(path, column_type(column.spec))
            yield self._column(column.name, str(field.id), value)

    def _column(self, name: str, known: str, value: str) -> str:
        """A column: its old value where the history has one, else the present one."""
        has = self.dialect.past.has(self.dialect.literal(known))
        return f"CASE WHEN {has} THEN {value} ELSE r.{name} END AS {name}"

    def _links(self) -> str:
        """The link table: lists that have changed since as they were, the others as they are."""
        dialect = self.dialect
        whens = [f"WHEN {number} THEN '{name}'" for name, number in BUILT_IN_LINKS.items()]
        name = f"(CASE l.field_id {' '.join(whens)} ELSE {dialect.text('l.field_id')} END)"
        return (
            "SELECT l.field_id, l.source_id, l.target_id, l.position FROM smalt_link l "
            f"LEFT JOIN past_was w ON w.record_id = l.source_id WHERE NOT ({dialect.past.has(name)}) "
            f"UNION ALL {dialect.past.links('past_was', BUILT_IN_LINKS)}"
        )


def at_moment(
    schema: Schema, actor: Actor, dialect: Dialect, now: datetime, as_of: datetime | None
) -> Compilation:
    """A new statement about the present or, with `as_of`, the past."""
    if as_of is None or as_of >= now:
        return start(schema, actor, dialect, now)
    return PastCompilation(schema, actor, dialect, as_of, now)


def of_record(compilation: Compilation, project: Project, record_id: str) -> Project:
    """The project to read one record of, whose id a placeholder names."""
    if isinstance(compilation, PastCompilation):
        return compilation.narrow(project.id, record_id)
    return compilation.schema.projects[project.id]


def _past(project: Project, as_type: type[Project] = PastProject) -> Project:
    return as_type(**{f.name: getattr(project, f.name) for f in fields(project)})


def _steps(where: str) -> str:
    """By record: its version then, and which came first since, the trash or the way out of it."""
    return (
        "SELECT h.record_id, min(h.version) - 1 AS version, "
        "min(CASE WHEN h.kind = 'record.deleted' THEN h.id END) AS deleted, "
        "min(CASE WHEN h.kind = 'record.restored' THEN h.id END) AS restored "
        f"FROM smalt_history h WHERE {where} GROUP BY h.record_id"
    )


def _stepped(then: str, now: str) -> str:
    return f"CASE WHEN s.record_id IS NULL THEN {now} ELSE {then} END"
