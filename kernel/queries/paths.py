"""How `{customer.account_manager}` becomes SQL: names, hops, and computed fields on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.errors import BrokenSourceError, ExpressionError, InvalidInputError, PluginError
from kernel.expressions import compile_condition, parse_filter
from kernel.expressions.operands import Same
from kernel.queries.builtins import BUILT_INS
from kernel.queries.compilation import (
    MAXIMUM_DERIVATION_DEPTH,
    Compilation,
    HiddenFieldError,
    Scope,
    root_scope,
)
from kernel.queries.derivations import derived_value
from kernel.queries.fields import (
    built_in_value,
    canonical,
    find_field,
    hop,
    lifted,
    present,
    stored_value,
    unknown_field,
)
from kernel.queries.frames import Flattened, Frame, Rows
from kernel.queries.referenced_by import referenced_by_value
from kernel.schema import Field, Project, Schema
from kernel.values import Kind, Value


class PathResolver:
    """Resolves paths from one record; the `Resolver` of `kernel.expressions`."""

    def __init__(self, scope: Scope) -> None:
        compilation = scope.compilation
        self.scope = scope
        self.dialect = compilation.dialect
        self.parameters = compilation.parameters
        self.time_zone = scope.project.time_zone
        self.currency = scope.project.currency
        self.row = Same(scope.frame)  # rows reached through single references stand in one frame

    @property
    def now(self) -> datetime:
        return self.scope.compilation.now

    def resolve(self, path: Sequence[str], position: int) -> Value:
        try:
            return value_at(self.scope, path)
        except HiddenFieldError as error:
            raise HiddenFieldError(error.detail, position) from None
        except ExpressionError as error:
            raise ExpressionError(error.detail, position) from None


def value_at(scope: Scope, path: Sequence[str]) -> Value:
    """The value at the end of a path of names."""
    rows: Rows | None = None
    maybe_nowhere = False
    for name in path[:-1]:
        scope, found = hop_by_name(scope, name)
        rows = Flattened(rows, found) if rows is not None and found is not None else (found or rows)
        maybe_nowhere = found is None
    value = named_value(scope, path[-1])
    return lifted(present(scope, value) if maybe_nowhere else value, rows)


def hop_by_name(scope: Scope, name: str) -> tuple[Scope, Rows | None]:
    """Through one name, each at most once per record, so that joins and rows are shared."""
    hops = scope.compilation.hops
    key = (scope.alias, name, scope.compilation.past and scope.compilation.joined)
    if key not in hops:
        value = named_value(scope, name)
        if value.type.kind is not Kind.RECORD or value.type.project_id is None:
            raise ExpressionError(f"'{name}' does not refer to records, so nothing can be read through it.")
        hops[key] = hop(scope, value)
    return hops[key]


def named_value(scope: Scope, name: str) -> Value:
    """A built-in or custom field of the scope's record."""
    field = find_field(scope, name)
    if field is not None:
        return field_value(scope, field)
    if canonical(name) == "referenced_by":
        return referenced_by_value(scope)
    if canonical(name) in BUILT_INS:
        return built_in_value(scope, canonical(name))
    return _deleted_or_unknown(scope, name)


def _deleted_or_unknown(scope: Scope, name: str) -> Value:
    """A field in the trash breaks what reads it; any other unknown name is a mistake."""
    wanted = name.strip().lower()
    for field in scope.project.fields:
        if field.deleted and wanted in (field.key, str(field.id)) and scope.access.sees(field.key):
            raise BrokenSourceError(f"The field '{field.name}' is in the trash.")
    raise HiddenFieldError(unknown_field(scope, name))


def field_value(scope: Scope, field: Field) -> Value:
    """A custom field at the scope's record, stored or derived.

    A plugin that fails breaks its own fields and what reads them, not the query.
    """
    if field.type is None:
        raise BrokenSourceError(f"The type of '{field.name}' is not available.")
    try:
        derivation = field.type.derive(field.config)
        if derivation is None:
            return stored_value(scope, field)
    except PluginError as error:
        raise BrokenSourceError(f"The type of '{field.name}' failed.") from error
    with deeper(scope.compilation, field):
        return derived_value(scope, derivation, PathResolver, named_value)


@contextmanager
def deeper(compilation: Compilation, field: Field) -> Iterator[None]:
    """Bound how far computed fields may go through computed fields."""
    compilation.depth += 1
    if compilation.depth > MAXIMUM_DERIVATION_DEPTH:
        compilation.depth = 0
        raise BrokenSourceError(f"'{field.name}' is computed through too many other fields.")
    try:
        yield
    finally:
        compilation.depth = max(0, compilation.depth - 1)


def row_scope(compilation: Compilation, project: Project, expression: str, alias: str) -> str:
    """Whether a row scope lets the record through that `alias` names, by its own row, so that a page
    looks at no more records than it has; where the scope looks at other rows, by an EXISTS over them.

    The scope is the role's, not the reader's own question: it may use fields that the role
    hides, so it is compiled with the rights of the system. One that is broken lets nothing through.
    """
    try:
        own = _scoped(compilation, project, expression, alias)
        if not own.joins:
            return " AND ".join(own.conditions())
        row = compilation.aliases.new("s")
        other = _scoped(compilation, project, expression, row)
    except (ExpressionError, BrokenSourceError, InvalidInputError):
        return "1 = 0"
    return f"EXISTS (SELECT 1 {other.clause()} AND {row}.id = {alias}.id)"


def _scoped(compilation: Compilation, project: Project, expression: str, alias: str) -> Frame:
    """The live records that a row scope lets through."""
    inner = compilation.for_actor(with_every_right(compilation.actor))
    scope = root_scope(inner, project, alias)
    scope.frame.restrict(compile_condition(parse_filter(expression), PathResolver(scope)))
    return scope.frame


def with_every_right(actor: Actor) -> Actor:
    """The same person with every right: for conditions that an administrator wrote."""
    return replace(actor, admin=True, token_projects=None)


def start(schema: Schema, actor: Actor, dialect: Dialect, now: datetime) -> Compilation:
    """A new statement."""
    return Compilation(schema, actor, dialect, now, row_scope)
