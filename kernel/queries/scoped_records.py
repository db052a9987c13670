"""Which of some records, live or in the trash, the row scope of a reader lets through."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect, Parameters
from kernel.errors import BrokenSourceError, ExpressionError, InvalidInputError
from kernel.expressions import compile_condition, parse_filter
from kernel.queries.compilation import root_scope
from kernel.queries.paths import PathResolver, start, with_every_right
from kernel.schema import Project, Schema
from kernel.storage.database import Statement
from kernel.values import ID

Among = Callable[[Parameters], str]
"""Writes the condition on `r.id` that says which records are asked about."""


def scoped_records(
    schema: Schema,
    actor: Actor,
    project: Project,
    expression: str,
    among: Among,
    trash: bool,
    dialect: Dialect,
    now: datetime,
) -> Statement | None:
    """Their ids; None for a scope that is broken, which lets nothing through.

    The scope is the role's, not the reader's own question: it may use what the role hides.
    """
    compilation = start(schema, with_every_right(actor), dialect, now)
    scope = root_scope(compilation, project, trash=trash)
    try:
        scope.frame.restrict(compile_condition(parse_filter(expression), PathResolver(scope)))
    except (ExpressionError, BrokenSourceError, InvalidInputError):
        return None
    scope.frame.restrict(among(compilation.parameters))
    return compilation.statement(f"SELECT r.id {scope.frame.clause()}")


def these(ids: Collection[int]) -> Among:
    """The records of these ids."""

    def write(parameters: Parameters) -> str:
        return f"r.id IN ({', '.join(parameters.add(id_, ID) for id_ in ids)})"

    return write


def with_events(project_id: int, after: int, until: int) -> Among:
    """The records that have events between two places of the feed."""

    def write(parameters: Parameters) -> str:
        mine, begin, end = (parameters.add(n, ID) for n in (project_id, after, until))
        return (
            f"r.id IN (SELECT o.record_id FROM smalt_outbox o WHERE o.project_id = {mine} "
            f"AND o.seq > {begin} AND o.seq <= {end})"
        )

    return write
