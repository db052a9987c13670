"""The second opinion on what holds many values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.kernel.expressions.reference import (
    Row,
    Term,
    compared,
    constant,
    fit,
    quoted,
    shown,
)
from tests.kernel.expressions.sample import CHOICES, ITEMS


def items(name: str, kind: str, scale: int = 0) -> Term:
    """The values of a row's items, in order: a list, some of them empty."""
    names = {choice.id: choice.name for choice in CHOICES}

    def meaning(row: Row) -> list[Any]:
        of_row = sorted((i for i in ITEMS if i["parent"] == row["id"]), key=lambda i: i["place"])
        values = [i[name] for i in of_row]
        return [names.get(v) for v in values] if name == "stage" else values

    return Term(f"{{items.{name}}}", kind, meaning, scale)


def folded_items(name: str, many: Term, factor: Term | None) -> Term:
    """An aggregate of exact numbers, each multiplied by a number of the row."""
    scale = many.scale + (factor.scale if factor else 0)
    text = f"{many.text} * {factor.text}" if factor else many.text

    def meaning(row: Row) -> Decimal | None:
        times = factor.meaning(row) if factor else Decimal(1)
        products = (fit(v * times, scale) for v in many.meaning(row) if v is not None and times is not None)
        values = [v for v in products if v is not None]
        if name == "COUNT":
            return Decimal(len(values))
        fold: Any = {"SUM": sum, "MIN": min, "MAX": max}[name]
        return fit(fold(values), scale) if values else None

    return Term(f"{name}({text})", "exact", meaning, 0 if name == "COUNT" else scale)


def any_item(operator: str, many: Term, b: Term) -> Term:
    """True when one of the items compares so; `!=` when none is equal."""

    def meaning(row: Row) -> bool:
        test = "=" if operator == "!=" else operator
        tests = (compared(test, constant("", many.kind, v), b).meaning(row) for v in many.meaning(row))
        return any(tests) != (operator == "!=")

    return Term(f"({many.text} {operator} {b.text})", "condition", meaning)


def joined_items(many: Term, separator: str) -> Term:
    def meaning(row: Row) -> str | None:
        return (
            separator.join(shown(constant("", "", v), row) for v in many.meaning(row) if v is not None)
            or None
        )

    return Term(f"ARRAYJOIN({many.text}, {quoted(separator)})", "text", meaning)
