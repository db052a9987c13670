"""`&`, and what AND and OR connect."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.expressions.conversion import to_text
from kernel.expressions.operands import Context, Operand, constant, derived
from kernel.values import TEXT


def join(context: Context, operands: Sequence[Operand], position: int) -> Operand:
    """`&`: empty counts as no text."""
    texts = [to_text(context, o) for o in operands if not o.blank]
    if not texts:
        return constant(None, position)
    pieces = [context.sql(t) if t.is_constant else f"coalesce({context.sql(t)}, '')" for t in texts]
    joined = context.dialect.concat(pieces)
    never_empty = any(t.is_constant for t in texts)
    return derived(TEXT, joined if never_empty else f"nullif({joined}, '')", *texts, position=position)


def connect(operator: str, conditions: Sequence[str]) -> str:
    """AND, OR; in halves, since engines limit the depth of expressions."""
    if len(conditions) <= 8:
        return f"({f' {operator} '.join(conditions)})"
    middle = len(conditions) // 2
    halves = (connect(operator, conditions[:middle]), connect(operator, conditions[middle:]))
    return f"({f' {operator} '.join(halves)})"
