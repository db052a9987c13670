"""Numbers of different projects, brought to one scale."""

from __future__ import annotations

from kernel.dialects.base import Dialect
from kernel.values import Kind, Value, ValueType


def rescaled(dialect: Dialect, value: Value, scale: int | None) -> str:
    """The SQL of a number, or of an amount, with so many decimals; `None` is for floating point."""
    if value.type.kind is Kind.BLANK:
        return dialect.null(ValueType(Kind.NUMBER, scale=scale))
    if value.type.scale is None:
        return value.sql
    if scale is None:
        return dialect.to_real(value.sql, value.type.scale)
    return dialect.to_scale(value.sql, value.type.scale, scale)
