"""Computed fields as SQL: formulas, lookups and roll-ups are all one `Derivation`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from kernel.errors import BrokenSourceError, ExpressionError
from kernel.expressions import Expression, compile, compile_condition, parse, parse_filter
from kernel.expressions.resolver import Resolver
from kernel.fields import Derivation, Through
from kernel.queries.compilation import HiddenFieldError, Scope
from kernel.queries.exchange import exchanged
from kernel.queries.fields import hop, lifted, present
from kernel.queries.folding import Given, fold_values, format_number
from kernel.queries.frames import Narrowed, Rows
from kernel.queries.referenced_by import backward_scope, referencing_fields
from kernel.queries.stays import stays_of
from kernel.values import Kind, Value

ResolverOf = Callable[[Scope], Resolver]
NamedValue = Callable[[Scope, str], Value]

parse_cached = lru_cache(maxsize=4096)(parse)
parse_filter_cached = lru_cache(maxsize=4096)(parse_filter)


def derived_value(scope: Scope, derivation: Derivation, resolver_of: ResolverOf, named: NamedValue) -> Value:
    """The value of a computed field at the scope's record.

    Raises HiddenFieldError when the reader may not see an input, BrokenSourceError when an
    input is gone or no longer fits.
    """
    try:
        return evaluated(scope, derivation, resolver_of, named)
    except HiddenFieldError:
        raise
    except ExpressionError as error:
        raise BrokenSourceError(error.detail) from error


def evaluated(scope: Scope, derivation: Derivation, resolver_of: ResolverOf, named: NamedValue) -> Value:
    """The value of a derivation, with the faults of its expressions where they are."""
    value = _unformatted(scope, derivation, resolver_of, named)
    if derivation.exchange is not None:
        value = exchanged(value, derivation.exchange, resolver_of(scope))
    return format_number(value, derivation.format, resolver_of(scope))


def _unformatted(scope: Scope, derivation: Derivation, resolver_of: ResolverOf, named: NamedValue) -> Value:
    expression = parse_cached(derivation.expression)
    if derivation.stays is not None:
        return _over_stays(scope, derivation, expression, resolver_of(scope))
    if derivation.through is None:
        return compile(expression, resolver_of(scope))
    target, rows = _through(scope, derivation.through, named)
    element = _element(target, rows, expression, derivation, resolver_of)
    value = lifted(element if rows is not None else present(target, element), rows)
    if derivation.measure is None:
        return _filled(value)
    return fold_values(value, derivation.measure, derivation.separator, resolver_of(scope))


def _filled(value: Value) -> Value:
    """A list without its empty values."""
    if not isinstance(value.rows, Rows):
        return value
    return replace(value, rows=Narrowed(value.rows, f"{value.sql} IS NOT NULL"))


def _over_stays(scope: Scope, derivation: Derivation, expression: Expression, resolver: Resolver) -> Value:
    assert derivation.stays is not None  # the caller has looked
    rows, names = stays_of(scope, derivation.stays)
    given = Given(resolver, names)
    if derivation.filter is not None:
        rows.restrict(compile_condition(parse_filter_cached(derivation.filter), given))
    value = lifted(compile(expression, given), rows)
    if derivation.measure is None:
        return value
    return fold_values(value, derivation.measure, derivation.separator, resolver)


def _element(
    target: Scope,
    rows: Rows | None,
    expression: Expression,
    derivation: Derivation,
    resolver_of: ResolverOf,
) -> Value:
    """What is read at each row, after the filter."""
    if derivation.filter is None:
        return compile(expression, resolver_of(target))
    condition = compile_condition(parse_filter_cached(derivation.filter), resolver_of(target))
    if rows is not None:
        rows.inner.restrict(condition)
        return compile(expression, resolver_of(target))
    element = compile(expression, resolver_of(target))
    return replace(element, sql=f"CASE WHEN {condition} THEN {element.sql} END")


def _through(scope: Scope, through: Through, named: NamedValue) -> tuple[Scope, Rows | None]:
    """The records at the other end of a derivation's hop."""
    if through.backwards:
        target = backward_scope(scope, _project_id(scope, through), through.reference)
        return target, target.frame
    value = named(scope, through.reference or "")
    if value.type.kind is not Kind.RECORD:
        raise BrokenSourceError(f"'{through.reference}' is not a reference any more.")
    return hop(scope, value)


def _project_id(scope: Scope, through: Through) -> int:
    if through.project_id is not None:
        return int(through.project_id) if through.project_id.isdecimal() else 0
    projects = {f.project_id for f in referencing_fields(scope.compilation, scope.project.id)}
    if len(projects) != 1:
        raise BrokenSourceError("Several projects point here. Choose one of them.")
    return projects.pop()
