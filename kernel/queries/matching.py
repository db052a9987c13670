"""Which records have one of many given values in a field: all of a chunk of an import in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect, Parameters
from kernel.errors import BrokenSourceError, ExpressionError, InvalidInputError
from kernel.expressions import compile_condition, parse_filter
from kernel.queries.compilation import Scope, root_scope
from kernel.queries.fields import canonical, find_field
from kernel.queries.paths import PathResolver, named_value, start, with_every_right
from kernel.schema import Field, Project, Schema
from kernel.storage.database import Statement
from kernel.values import INTEGER, Kind, Value

MATCHABLE = (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.DATETIME)


class Match:
    """The records of a project by the value of one field, for one reader.

    `allowed` is a filter expression that narrows the records. Raises InvalidInputError for a
    field that does not exist or that records cannot be found by.
    """

    def __init__(
        self,
        schema: Schema,
        actor: Actor,
        dialect: Dialect,
        project: Project,
        name: str,
        allowed: str | None = None,
    ) -> None:
        self._schema = schema
        self._actor = actor
        self._dialect = dialect
        self._project = project
        self._name = name
        self._allowed = allowed
        scope = root_scope(start(schema, actor, dialect, datetime.min), project)
        self.by_id = canonical(name) == "id"
        self.field: Field | None = None if self.by_id else find_field(scope, name)
        self.type = INTEGER if self.by_id else self._value(scope).type

    @property
    def _derived(self) -> bool:
        return self.field is not None and self.field.derived

    @property
    def textual(self) -> bool:
        return self.type.kind is Kind.TEXT

    def folding(self, texts: Sequence[str]) -> Statement:
        """Each text with what it is compared by: `(text, folded)`."""
        parameters = Parameters(self._dialect)
        return Statement(
            f"SELECT v, f FROM ({self._dialect.folded_texts(parameters, texts)}) smalt_t", parameters.values
        )

    def records(self, values: Sequence[Any], now: datetime) -> Statement:
        """`(value, how many records have it, the id of one)` for each of the values that is found,
        and perhaps, with no records, of those that are not.

        Texts come back as they were given, others as the driver reads them.
        """
        compilation = start(self._schema, self._actor, self._dialect, now)
        scope = root_scope(compilation, self._project)
        sql = f"{scope.alias}.id" if self.by_id else self._value(scope).sql
        if self._allowed:
            self._allow(scope, self._allowed)
        write = self._by_texts if self.textual else self._by_values
        return Statement(write(scope, sql, values), tuple(compilation.parameters.values))

    def _by_texts(self, scope: Scope, sql: str, texts: Sequence[str]) -> str:
        """Through the index from each text, or, without one, through the records once.

        Not as a join in the first case: SQLite 3.40 may put a Bloom filter before an index on an
        expression, and then finds nothing.
        """
        wanted = self._dialect.folded_texts(scope.compilation.parameters, texts)
        scope.frame.restrict(f"{self._dialect.fold(sql)} = smalt_t.f")
        count, record_id = "count(*)", f"min({scope.alias}.id)"
        if self._indexed:
            clause = scope.frame.clause()
            found = f"SELECT smalt_t.v, (SELECT {count} {clause}), (SELECT {record_id} {clause}) FROM smalt_t"
        else:
            conditions = " AND ".join(scope.frame.conditions())
            source = f"{scope.frame.tables()} CROSS JOIN smalt_t WHERE {conditions}"
            found = f"SELECT smalt_t.v, {count}, {record_id} FROM {source} GROUP BY 1"
        return f"WITH smalt_t AS MATERIALIZED ({wanted}) {found}"

    def _by_values(self, scope: Scope, sql: str, values: Sequence[Any]) -> str:
        marks = ", ".join(scope.compilation.parameters.add(value, self.type) for value in values)
        scope.frame.restrict(f"{sql} IN ({marks})")
        return f"SELECT {sql}, count(*), min({scope.alias}.id) {scope.frame.clause()} GROUP BY 1"

    @property
    def _indexed(self) -> bool:
        return canonical(self._name) == "title" or (self.field is not None and self.field.indexed)

    def _value(self, scope: Scope) -> Value:
        try:
            value = named_value(scope, self._name)
        except (ExpressionError, BrokenSourceError) as error:
            raise InvalidInputError(error.detail) from error
        plain = self.field is None or self.field.derived or [c.spec.name for c in self.field.columns] == [""]
        comparable = value.type.kind is Kind.TEXT or (value.type.kind in MATCHABLE and not self._derived)
        if value.type.many or not plain or not comparable:
            raise InvalidInputError(
                f"Records cannot be found by '{self._name}'. Take a field of text, numbers or dates."
            )
        return value

    def _allow(self, scope: Scope, allowed: str) -> None:
        """Narrow by a filter that an administrator wrote, whatever the reader may see."""
        outer = scope.compilation
        inner = start(self._schema, with_every_right(self._actor), self._dialect, outer.now)
        inner.parameters, inner.aliases = outer.parameters, outer.aliases
        resolver = PathResolver(replace(scope, compilation=inner))
        scope.frame.restrict(compile_condition(parse_filter(allowed), resolver))
