"""What an automation wants to know about one record, all of it in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect
from kernel.expressions import compile, compile_condition, parse, parse_filter
from kernel.queries.compilation import Scope, root_scope
from kernel.queries.paths import PathResolver, start
from kernel.schema import Project, Schema
from kernel.storage.database import Row, Statement
from kernel.values import ID, Kind


class Question(NamedTuple):
    """Something to know: the text of a field path, the value of an expression, whether a filter holds."""

    kind: Literal["text", "value", "filter"]
    text: str


class Answer(NamedTuple):
    """What was asked for, as JSON gives it, and the kind of value that it is."""

    value: Any
    kind: Kind


@dataclass(frozen=True)
class FactQuery:
    """Reads what is asked about any one record; no row when it is not there for the actor."""

    questions: tuple[Question, ...]
    kinds: tuple[Kind, ...]
    sql: str
    parameters: Sequence[Any]
    timeless: bool

    def of(self, record_id: int) -> Statement:
        return Statement(self.sql, (record_id, *self.parameters[1:]))

    def record(self, row: Row) -> Mapping[str, Any]:
        """The record itself."""
        return {"id": str(row[0]), "title": row[1], "version": row[2]}

    def answers(self, row: Row) -> dict[Question, Answer]:
        """The answers by question."""
        found = zip(self.questions, self.kinds, row[3:], strict=True)
        return {question: Answer(_read(question, value), kind) for question, kind, value in found}


def _read(question: Question, value: Any) -> Any:
    if question.kind == "value":
        return None if value is None else msgspec.json.decode(value)
    return bool(value) if question.kind == "filter" else value


def fact_query(
    schema: Schema,
    actor: Actor,
    project: Project,
    questions: Sequence[Question],
    dialect: Dialect,
    now: datetime,
) -> FactQuery:
    """Compile questions for one actor. Raises ExpressionError or BrokenSourceError."""
    compilation = start(schema, actor, dialect, now)
    record_id = compilation.parameters.add(0, ID)
    scope = root_scope(compilation, project)
    compiled = [_compiled(scope, question) for question in questions]
    scope.frame.restrict(f"{scope.alias}.id = {record_id}")
    columns = [scope.column(name) for name in ("id", "title", "version")] + [sql for sql, _ in compiled]
    sql = f"SELECT {', '.join(columns)} {scope.frame.clause()}"
    statement = compilation.statement(sql)
    kinds = tuple(kind for _, kind in compiled)
    return FactQuery(tuple(questions), kinds, *statement, compilation.timeless)


def _compiled(scope: Scope, question: Question) -> tuple[str, Kind]:
    resolver = PathResolver(scope)
    if question.kind == "filter":
        condition = compile_condition(parse_filter(question.text), resolver)
        return f"CASE WHEN {condition} THEN 1 ELSE 0 END", Kind.BOOLEAN
    text = f"'' & {question.text}" if question.kind == "text" else question.text
    value = compile(parse(text), resolver)
    sql = value.sql if question.kind == "text" else scope.compilation.dialect.json_of(value)
    return sql, value.type.kind
