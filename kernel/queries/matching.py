"""Which records have one of many given values in a field: all of a chunk of an import in one query."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.access.actor import Actor
from kernel.dialects.base import Dialect, Parameters
from kernel.errors import BrokenSourceError, ExpressionError, InvalidInputError
from kernel.expressions import compile_condition, parse_filter
from kernel.queries.compilation import Compilation, Scope, root_scope
from kernel.queries.fields import canonical, find_field
from kernel.queries.paths import PathResolver, named_value, start, with_every_right
from kernel.schema import Field, Project, Schema
from kernel.storage.database import Statement
from kernel.values import INTEGER, Kind, Value

MATCHABLE = (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.DATETIME)

_EACH: Mapping[str, Callable[[int], str]] = {
    "sqlite": lambda number: f"(SELECT value AS v FROM json_each(?{number})) smalt_t",
    "postgres": lambda number: f"unnest(${number}::text[]) AS smalt_t(v)",
}


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
        each = self._each(parameters, texts)
        return Statement(
            f"SELECT smalt_t.v, {self._dialect.fold('smalt_t.v')} FROM {each}", parameters.values
        )

    def records(self, values: Sequence[Any], now: datetime) -> Statement:
        """`(value, how many records have it, the id of one)` for each of the values that is found.

        Texts come back folded, others as the driver reads them.
        """
        compilation = start(self._schema, self._actor, self._dialect, now)
        scope = root_scope(compilation, self._project)
        sql = f"{scope.alias}.id" if self.by_id else self._value(scope).sql
        if self.textual:
            sql = self._dialect.fold(sql)
        scope.frame.restrict(f"{sql} IN ({self._wanted(compilation, values)})")
        if self._allowed:
            self._allow(scope, self._allowed)
        selected = f"SELECT {sql}, count(*), min({scope.alias}.id) {scope.frame.clause()} GROUP BY 1"
        return Statement(selected, tuple(compilation.parameters.values))

    def _wanted(self, compilation: Compilation, values: Sequence[Any]) -> str:
        if self.textual:
            each = self._each(compilation.parameters, values)
            return f"SELECT {self._dialect.fold('smalt_t.v')} FROM {each}"
        return ", ".join(compilation.parameters.add(value, self.type) for value in values)

    def _each(self, parameters: Parameters, texts: Sequence[str]) -> str:
        as_json = self._dialect.name == "sqlite"
        parameters.values.append(json.dumps(list(texts)) if as_json else list(texts))
        return _EACH[self._dialect.name](len(parameters.values))

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
