"""Where computed values come from: the fields and records they go through, as far as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.errors import ExpressionError, SmaltError
from kernel.expressions import parse, paths
from kernel.queries.compilation import root_scope
from kernel.queries.meanings import project_through, rows_of
from kernel.queries.paths import start, value_at
from kernel.schema import Field, Project, Schema
from kernel.storage.database import Row, Statement
from kernel.values import ID, Kind

_DEEPEST = 8
Path = tuple[str, ...]


class Read(msgspec.Struct, omit_defaults=True):
    """A field that is read. `records` are those of the reader's own record, or those it leads to."""

    project: str
    field: str
    name: str
    records: list[Any] | None = None
    computed: Origin | None = None


class Origin(msgspec.Struct, omit_defaults=True):
    """How a value is computed: the expression, for whose records, from which fields."""

    type: str
    expression: str
    reads: list[Read]
    through: str | None = None
    records: list[Any] | None = None
    filter: str | None = None
    measure: str | None = None


class Origins:
    """Explains the computed fields of a project to one reader."""

    def __init__(
        self, schema: Schema, actor: Actor, project: Project, dialect: Dialect, now: datetime
    ) -> None:
        self._schema = schema
        self._actor = actor
        self._project = project
        self._dialect = dialect
        self._now = now
        self._waiting: dict[Path, list[Read | Origin]] = {}

    def of(self, fields: Iterable[Field]) -> dict[str, Origin]:
        """By key, for those that are computed; the records are still to be filled in."""
        found = {field.key: self._origin(self._project, field, (), 0) for field in fields}
        return {key: origin for key, origin in found.items() if origin is not None}

    def statement(self, record_id: int) -> Statement | None:
        """Asks for the records that the paths of one record lead to; None where there are none."""
        compilation = start(self._schema, self._actor, self._dialect, self._now)
        scope = root_scope(compilation, self._project)
        columns, known = [], {}
        for path, readers in self._waiting.items():
            try:
                value = value_at(scope, path)
                if value.type.kind is Kind.RECORD:
                    columns.append(self._dialect.json_of(value))
                    known[path] = readers
            except SmaltError:
                continue
        self._waiting = known
        if not columns:
            return None
        scope.frame.restrict(f"{scope.alias}.id = {compilation.parameters.add(record_id, ID)}")
        return compilation.statement(f"SELECT {', '.join(columns)} {scope.frame.clause()}")

    def fill(self, rows: list[Row]) -> None:
        """Put the answer to `statement` into the origins."""
        for readers, text in zip(self._waiting.values(), rows[0] if rows else (), strict=False):
            found = msgspec.json.decode(text)
            records = found if isinstance(found, list) else [] if found is None else [found]
            for reader in readers:
                reader.records = records

    def _origin(self, project: Project, field: Field, base: Path | None, depth: int) -> Origin | None:
        derivation = None if field.type is None else field.type.derive(field.config)
        if derivation is None or depth > _DEEPEST:
            return None
        through = derivation.through
        found = Origin(field.type_key, derivation.expression, [], filter=derivation.filter)
        found.measure = derivation.measure
        here: Project | None = project if derivation.stays is None else None
        if through is not None:
            here = rows_of(self._schema, project, derivation)
            found.through = through.reference or "referenced_by"
            forwards = base is not None and through.reference is not None and not through.backwards
            base = (*(base or ()), *found.through.split(".")) if forwards else None
            self._wait(base, found)
        for text in (derivation.expression, derivation.filter):
            found.reads += [] if here is None or text is None else self._reads(here, text, base, depth)
        return found

    def _reads(self, project: Project, text: str, base: Path | None, depth: int) -> Iterable[Read]:
        try:
            named = dict.fromkeys(path for path, _ in paths(parse(text)))
        except ExpressionError:
            return
        for *hops, last in named:
            here: Project | None = project
            for hop in hops:
                here = project_through(self._schema, here, hop)
            access = None if here is None else self._actor.access(here.id)
            field = None if here is None else here.by_name.get(last)
            if here is None or access is None or not access.sees(last if field is None else field.key):
                continue
            at = None if base is None else (*base, *hops)
            read = Read(here.name, last, last)
            if field is not None:
                read = Read(here.name, field.key, field.name)
                read.computed = self._origin(here, field, at, depth + 1)
            if hops:
                self._wait(at, read)
            yield read

    def _wait(self, path: Path | None, reader: Read | Origin) -> None:
        if path:
            self._waiting.setdefault(path, []).append(reader)


def rule_for(fields: Mapping[str, str], names: Iterable[str]) -> tuple[str, str]:
    """Which of a role's rules decides, and what it says: one of these names, else `*`, else none."""
    for name in names:
        if name in fields:
            return name, fields[name]
    return ("*", fields["*"]) if "*" in fields else ("", "edit")
