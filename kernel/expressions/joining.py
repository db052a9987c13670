"""`&`, and what AND and OR connect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from kernel.expressions.conversion import to_text
from kernel.expressions.operands import LONGEST_TEXT, Context, Operand, constant, derived
from kernel.values import TEXT

_LONGEST_PIECE: Final = 50_000


def join(context: Context, operands: Sequence[Operand], position: int) -> Operand:
    """`&`: empty counts as no text."""
    texts = [to_text(context, o) for o in operands if not o.blank]
    if not texts:
        return constant(None, position)
    characters = sum(10**text.high for text in texts)
    long = characters > 2 * 10**LONGEST_TEXT
    pieces = [_piece(context, text, long) for text in texts]
    joined = context.dialect.concat(pieces)
    if long:
        joined = f"substr({joined}, 1, {10 ** int(LONGEST_TEXT)})"
    never_empty = any(text.is_constant for text in texts)
    sql = joined if never_empty else f"nullif({joined}, '')"
    return derived(TEXT, sql, *texts, position=position, high=min(math.log10(characters), LONGEST_TEXT))


def _piece(context: Context, text: Operand, cut: bool) -> str:
    """Text that may be long is cut where there is much of it: a chain of joins must not explode."""
    sql = context.sql(text)
    if cut and text.high > math.log10(_LONGEST_PIECE):
        sql = f"substr({sql}, 1, {_LONGEST_PIECE})"
    return sql if text.is_constant else f"coalesce({sql}, '')"


def connect(operator: str, conditions: Sequence[str]) -> str:
    """AND, OR; in halves, since engines limit the depth of expressions."""
    if len(conditions) <= 8:
        return f"({f' {operator} '.join(conditions)})"
    middle = len(conditions) // 2
    halves = (connect(operator, conditions[:middle]), connect(operator, conditions[middle:]))
    return f"({f' {operator} '.join(halves)})"
