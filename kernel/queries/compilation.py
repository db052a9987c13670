"""One statement under construction: the schema, the reader and the parameters it is built for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from kernel.access.actor import Actor, ProjectAccess
from kernel.dialects.base import Dialect, Parameters
from kernel.dialects.past import LinkRows
from kernel.errors import BrokenSourceError, ExpressionError
from kernel.queries.frames import Aliases, Frame, Rows
from kernel.schema import Project, Schema
from kernel.storage.database import Statement

MAXIMUM_DERIVATION_DEPTH = 24
"""Derived values through derived values; definitions have no loops, this bounds the SQL."""

MAXIMUM_JOINS = 400
"""Tables that one statement may read, however its fields are defined."""


class HiddenFieldError(ExpressionError):
    """There is no such field."""


RowScope = Callable[["Compilation", Project, str, str], str]
"""SQL for whether a row scope (a filter expression) lets the record through that an alias names."""


class Compilation:
    """Everything that one statement shares: parameters, table names, the reader's rights."""

    links = "smalt_link"
    """The relation of the lists that records have: tags, assignees, references."""
    stays = "smalt_list_stay"
    """The relation of the stays of records in lists."""
    past = False
    """Whether it asks how things were."""
    joined = False
    """Whether rows of links are to be joined to those of records, and not looked up for each."""

    def __init__(
        self, schema: Schema, actor: Actor, dialect: Dialect, now: datetime, row_scope: RowScope
    ) -> None:
        self.row_scope = row_scope
        self.hops: dict[tuple[str, str, bool], tuple[Scope, Rows | None]] = {}
        self.schema = schema
        self.actor = actor
        self.dialect = dialect
        self._now = now
        self.timeless = True
        self.outer: Compilation | None = None
        self.parameters = Parameters(dialect)
        self.aliases = Aliases()
        self.depth = 0

    def statement(self, sql: str) -> Statement:
        """The finished statement with its parameters."""
        return Statement(*self.parameters.prune(sql))

    @contextmanager
    def joining(self) -> Iterator[None]:
        """For what is compiled in the block, rows of links are joined."""
        before, self.joined = self.joined, True
        try:
            yield
        finally:
            self.joined = before

    def links_of(self, field_id: int, record: str, alias: str) -> LinkRows:
        """The rows of the link table of a field and a record, given by the SQL of its id."""
        where = f"{alias}.field_id = {field_id} AND {alias}.source_id = {record}"
        return LinkRows(f"{self.links} {alias}", where, f"{alias}.position", f"{alias}.target_id")

    @property
    def now(self) -> datetime:
        """The moment of the query. SQL that asked for it is good for this moment only, and so is what it
        is a part of."""
        self.timeless = False
        return self._now if self.outer is None else self.outer.now

    def for_actor(self, actor: Actor) -> Compilation:
        """The same statement, for a part that is compiled with other rights."""
        other = Compilation(self.schema, actor, self.dialect, self._now, self.row_scope)
        other.outer = self
        other.parameters, other.aliases = self.parameters, self.aliases
        other.links, other.stays = self.links, self.stays
        return other

    def access(self, project_id: int) -> ProjectAccess | None:
        return self.actor.access(project_id)

    def project(self, project_id: int) -> Project:
        """A live project, or BrokenSourceError."""
        project = self.schema.projects.get(project_id)
        if project is None or project.deleted:
            raise BrokenSourceError("The project it points to is gone.")
        return project

    def visible_project(self, project_id: int) -> Project:
        """A live project that the reader may see, or HiddenFieldError."""
        project = self.project(project_id)
        if self.access(project_id) is None:
            raise HiddenFieldError("The project it points to is not visible.")
        return project


@dataclass(frozen=True)
class Scope:
    """The row that names are looked up in: a table of a frame, standing for a record."""

    compilation: Compilation
    project: Project
    frame: Frame
    alias: str

    @property
    def access(self) -> ProjectAccess:
        access = self.compilation.access(self.project.id)
        if access is None:
            raise HiddenFieldError("There is no such project.")
        return access

    def column(self, name: str) -> str:
        return f"{self.alias}.{name}"


def reach(compilation: Compilation, project: Project, alias: str) -> str:
    """The condition that keeps the records of a project that the reader may see; "" for all."""
    access = compilation.access(project.id)
    if access is None:
        return "1 = 0"
    if access.scope is None:
        return ""
    return compilation.row_scope(compilation, project, access.scope, alias)


def root_scope(compilation: Compilation, project: Project, alias: str = "r", trash: bool = False) -> Scope:
    """The records of a project, live or in the trash, as the rows of the outermost query."""
    live = f"{alias}.deleted_at IS {'NOT ' if trash else ''}NULL"
    frame = Frame(compilation.aliases, f"{project.table} {alias}", live)
    narrowed = reach(compilation, project, alias)
    if narrowed:
        frame.restrict(narrowed)
    return Scope(compilation, project, frame, alias)
