"""Conditions and choices between values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

from kernel.errors import ExpressionError
from kernel.expressions import comparison
from kernel.expressions.catalogue import define
from kernel.expressions.conversion import folded, to_condition, to_truth, unify, widest
from kernel.expressions.joining import connect
from kernel.expressions.operands import Context, Operand, constant, derived, named
from kernel.values import BOOLEAN, Kind


def _if(context: Context, operands: Sequence[Operand]) -> Operand:
    condition, *branches = operands
    if len(branches) == 1:
        branches.append(constant(None, condition.position))
    return _cases(context, "IF", [condition.sql], branches)


def _ifs(context: Context, operands: Sequence[Operand]) -> Operand:
    conditions = [to_truth(context, o) for o in operands[: len(operands) // 2 * 2 : 2]]
    results = list(operands[1::2])
    results.append(operands[-1] if len(operands) % 2 else constant(None, operands[0].position))
    return _cases(context, "IFS", conditions, results)


def _switch(context: Context, operands: Sequence[Operand]) -> Operand:
    subject, *rest = operands
    patterns, results = rest[: len(rest) // 2 * 2 : 2], list(rest[1::2])
    results.append(rest[-1] if len(rest) % 2 else constant(None, subject.position))
    if subject.many:
        raise ExpressionError("SWITCH: value must be a single one.", subject.position)
    if subject.kind is Kind.BOOLEAN or subject.blank:
        raise ExpressionError(f"SWITCH cannot choose by {named(subject)}; use IF.", subject.position)
    return _switched(context, subject, patterns, results)


def _switched(
    context: Context, subject: Operand, patterns: Sequence[Operand], results: Sequence[Operand]
) -> Operand:
    textual = subject.kind is Kind.TEXT or subject.kind.entity
    bound = {"x": folded(context, subject) if textual else context.sql(subject)}

    def conditions(sql: str) -> list[str]:
        if textual:
            return [f"{sql} = {folded(context, p)}" if not p.blank else f"{sql} IS NULL" for p in patterns]
        known = replace(subject, sql=sql, constant=None, is_constant=False)
        equal = (comparison.compare(context, "=", known, p, p.position) for p in patterns)
        return [to_condition(context, o) for o in equal]

    alike = unify(context, results, "SWITCH")
    values = [context.sql(o) for o in alike]
    sql = context.dialect.once(bound, lambda v: _case(conditions(v["x"]), values))
    units = [o.unit or "NULL" for o in alike]
    unit = (
        context.dialect.once(bound, lambda v: _case(conditions(v["x"]), units)) if any_unit(alike) else None
    )
    return _chosen(context, sql, unit, alike)


def _choose(context: Context, operands: Sequence[Operand]) -> Operand:
    patterns = [constant(Decimal(n), operands[0].position) for n in range(1, len(operands))]
    results = [*operands[1:], constant(None, operands[0].position)]
    return _switched(context, operands[0], patterns, results)


def _cases(context: Context, name: str, conditions: list[str], results: Sequence[Operand]) -> Operand:
    alike = unify(context, results, name)
    sql = _case(conditions, [context.sql(o) for o in alike])
    unit = _case(conditions, [o.unit or "NULL" for o in alike]) if any_unit(alike) else None
    return _chosen(context, sql, unit, alike)


def any_unit(operands: Sequence[Operand]) -> bool:
    return any(o.kind is Kind.MONEY for o in operands)


def _case(conditions: Sequence[str], values: Sequence[str]) -> str:
    if len(set(values)) == 1:
        return values[0]
    whens = " ".join(f"WHEN {c} THEN {v}" for c, v in zip(conditions, values, strict=False))
    return f"CASE {whens} ELSE {values[-1]} END"


def _chosen(context: Context, sql: str, unit: str | None, results: Sequence[Operand]) -> Operand:
    first = next((o for o in results if o.kind is Kind.MONEY), None)
    first = first or next((o for o in results if not o.blank), results[0])
    low, high = widest(results)
    chosen = derived(first.type.one(), sql, *results, unit=unit, low=low, high=high)
    return replace(chosen, conflict=" OR ".join({o.conflict for o in results if o.conflict}) or None)


def _coalesce(name: str, context: Context, operands: Sequence[Operand]) -> Operand:
    present = [o for o in operands if not o.blank]
    if len(present) < 2:
        return present[0] if present else operands[0]
    alike = unify(context, present, name)
    values = [context.sql(o) for o in alike]
    unit = None
    if any_unit(alike):
        filled = [f"{value} IS NOT NULL" for value in values[:-1]]
        unit = _case(filled, [o.unit or "NULL" for o in alike])
    return _chosen(context, f"coalesce({', '.join(values)})", unit, alike)


def _connect(operator: str, context: Context, operands: Sequence[Operand]) -> Operand:
    sql = connect(operator, [o.sql for o in operands])
    return Operand(BOOLEAN, operands[0].position, sql, loose=True)


def _xor(context: Context, operands: Sequence[Operand]) -> Operand:
    terms = " + ".join(f"CASE WHEN {o.sql} THEN 1 ELSE 0 END" for o in operands)
    return Operand(BOOLEAN, operands[0].position, f"(({terms}) % 2 = 1)")


def _not(context: Context, operands: Sequence[Operand]) -> Operand:
    return comparison.deny(context, operands[0])


def _truth(value: bool | None, context: Context, operands: Sequence[Operand]) -> Operand:
    return constant(value, 0)


def _is_blank(context: Context, operands: Sequence[Operand]) -> Operand:
    return comparison.is_blank(context, operands[0])


FUNCTIONS = (
    define(
        "IF", "condition: condition, then, [else]", _if,
        "One of two values, by a condition; 0 and empty count as false.",
    ),
    define("IFS", "condition: any, then, [more…]", _ifs, "The value after the first condition that holds."),
    define("SWITCH", "value, pattern, result, [more…]", _switch, "The result after the pattern that fits."),
    define(
        "CHOOSE", "place: count, value, [more…]", _choose,
        "One of the values, by its place, which begins with 1.",
    ),
    define("AND", "condition…: condition", partial(_connect, "AND"), "Whether all conditions hold."),
    define("OR", "condition…: condition", partial(_connect, "OR"), "Whether one of the conditions holds."),
    define("XOR", "condition…: condition", _xor, "Whether an odd number of the conditions holds."),
    define("NOT", "condition", _not, "Whether the condition does not hold."),
    define("TRUE", "", partial(_truth, True), "True."),
    define("FALSE", "", partial(_truth, False), "False."),
    define("BLANK", "", partial(_truth, None), "Nothing: what an empty field holds."),
    define("ISBLANK", "value: values", _is_blank, "Whether there is no value."),
    define(
        "ISERROR", "value: values", _is_blank,
        "Whether a value could not be computed, and so is empty.",
    ),
    define("ERROR", "", partial(_truth, None), "What cannot be computed: nothing."),
    define(
        "IFBLANK", "value, otherwise", partial(_coalesce, "IFBLANK"),
        "The value, or another if it is empty.",
    ),
    define("COALESCE", "value, [more…]", partial(_coalesce, "COALESCE"), "The first that is not empty."),
    define(
        "IFERROR", "value, otherwise", partial(_coalesce, "IFERROR"),
        "The value, or another when it could not be computed (and so is empty).",
    ),
)  # fmt: skip
