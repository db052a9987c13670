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
from kernel.queries.fields import hop, lifted
from kernel.queries.folding import fold_values, format_number
from kernel.queries.frames import Flattened, Frame
from kernel.queries.referenced_by import backward_scope, referencing_fields
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
    return format_number(value, derivation.format, resolver_of(scope))


def _unformatted(scope: Scope, derivation: Derivation, resolver_of: ResolverOf, named: NamedValue) -> Value:
    expression = parse_cached(derivation.expression)
    if derivation.through is None:
        return compile(expression, resolver_of(scope))
    target, rows = _through(scope, derivation.through, named)
    value = lifted(_element(target, rows, expression, derivation, resolver_of), rows)
    if derivation.measure is None:
        return value
    return fold_values(value, derivation.measure, derivation.separator, resolver_of(scope))


def _element(
    target: Scope,
    rows: Frame | Flattened | None,
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


def _through(scope: Scope, through: Through, named: NamedValue) -> tuple[Scope, Frame | Flattened | None]:
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
