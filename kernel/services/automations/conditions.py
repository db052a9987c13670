"""Which of some records meet the condition of an automation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.expressions import compile_condition, parse_filter
from kernel.queries.compilation import root_scope
from kernel.queries.pages import restrict
from kernel.queries.past import at_moment
from kernel.queries.paths import PathResolver, start
from kernel.schema import Project, Schema
from kernel.storage.database import Statement, Transaction
from kernel.values import ID

_CHUNK = 500


async def meeting(
    tx: Transaction,
    schema: Schema,
    actor: Actor,
    project: Project,
    condition: str | dict[str, Any] | None,
    records: Sequence[int],
    now: datetime,
) -> dict[int, bool]:
    """Of the records that are there, live and in the actor's reach: whether each meets the condition.

    Raises InvalidInputError or BrokenSourceError for a condition that does not work any more.
    """
    found: dict[int, bool] = {}
    for begin in range(0, len(records), _CHUNK):
        part = records[begin : begin + _CHUNK]
        compilation = start(schema, actor, tx.dialect, now)
        scope = root_scope(compilation, project)
        marks = ", ".join(compilation.parameters.add(id_, ID) for id_ in part)
        scope.frame.restrict(f"{scope.alias}.id IN ({marks})")
        met = "1"
        if condition is not None:
            holds = compile_condition(parse_filter(condition), PathResolver(scope))
            met = f"CASE WHEN {holds} THEN 1 ELSE 0 END"
        rows = await tx.fetch(
            *compilation.statement(f"SELECT {scope.alias}.id, {met} {scope.frame.clause()}")
        )
        found |= {row[0]: bool(row[1]) for row in rows}
    return found


def met_at(
    schema: Schema,
    actor: Actor,
    project: Project,
    condition: str | dict[str, Any],
    record_id: int,
    dialect: Dialect,
    now: datetime,
    then: datetime,
) -> Statement:
    """Whether a record met a condition at a past moment; no row where it was not there."""
    compilation = at_moment(schema, actor, dialect, now, then)
    scope = root_scope(compilation, compilation.project(project.id))
    holds = compile_condition(parse_filter(condition), PathResolver(scope))
    scope.frame.restrict(f"{scope.alias}.id = {compilation.parameters.add(record_id, ID)}")
    return compilation.statement(f"SELECT CASE WHEN {holds} THEN 1 ELSE 0 END {scope.frame.clause()}")


def all_meeting(
    schema: Schema,
    actor: Actor,
    project: Project,
    condition: str | dict[str, Any],
    tx: Transaction,
    now: datetime,
    limit: int,
) -> Statement:
    """The ids of all records that meet a condition, up to a limit."""
    compilation = start(schema, actor, tx.dialect, now)
    scope = root_scope(compilation, project)
    restrict(scope, condition)
    sql = f"SELECT {scope.alias}.id {scope.frame.clause()} ORDER BY {scope.alias}.id LIMIT {limit}"
    return compilation.statement(sql)
