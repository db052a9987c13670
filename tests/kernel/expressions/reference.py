"""A second opinion on the language, in plain Python: each term has its text and its meaning.

Nothing of the compiler is used here. Numbers are Decimal with a static scale, or float; texts,
dates and moments are Python's; None is empty, and there is no empty text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    getcontext,
)
from typing import Any
from zoneinfo import ZoneInfo

from tests.kernel.expressions.sample import CHOICES, ZONE

getcontext().prec = 60

Row = Mapping[str, Any]
Meaning = Callable[[Row], Any]
_ZONE = ZoneInfo(ZONE)
_ROUNDING = {
    "ROUND": ROUND_HALF_UP, "ROUNDUP": ROUND_UP, "ROUNDDOWN": ROUND_DOWN, "INT": ROUND_FLOOR,
    "FLOOR": ROUND_FLOOR, "CEILING": ROUND_CEILING, "TRUNC": ROUND_DOWN,
}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """`kind`: exact, real, text, condition, date, moment. Scale for exact numbers."""

    text: str
    kind: str
    meaning: Meaning
    scale: int = 0

    def __repr__(self) -> str:
        return self.text


def fit(number: Decimal | None, scale: int) -> Decimal | None:
    """An exact number, if it fits into 64 bits at its scale."""
    if number is None:
        return None
    return number if -(2**63) < number.scaleb(scale) < 2**63 - 1 else None


def given(combine: Callable[..., Any], *terms: Term) -> Meaning:
    """Empty as soon as one of the terms is."""

    def meaning(row: Row) -> Any:
        values = [term.meaning(row) for term in terms]
        return None if None in values else combine(*values)

    return meaning


def constant(text: str, kind: str, value: Any, scale: int = 0) -> Term:
    return Term(text, kind, lambda row: value, scale)


def column(name: str, key: str, kind: str, scale: int = 0) -> Term:
    return Term(f"{{{name}}}", kind, lambda row: row[key], scale)


def option(name: str, key: str) -> Term:
    names = {choice.id: choice.name for choice in CHOICES}
    return Term(f"{{{name}}}", "text", lambda row: names.get(row[key]))


# Numbers
def real(term: Term) -> Term:
    return Term(term.text, "real", given(float, term))


def arithmetic(operator: str, a: Term, b: Term) -> Term:
    text = f"({a.text} {operator} {b.text})"
    if operator == "/":
        return Term(text, "real", given(lambda x, y: x / y if y else None, real(a), real(b)))
    exact = a.kind == b.kind == "exact"
    combine: Callable[[Any, Any], Any] = {
        "+": lambda x, y: x + y,
        "-": lambda x, y: x - y,
        "*": lambda x, y: x * y,
    }[operator]
    scale = a.scale + b.scale if operator == "*" else max(a.scale, b.scale)
    if not exact or scale > 8:
        return Term(text, "real", given(combine, real(a), real(b)))
    if operator == "*":
        return Term(text, "exact", given(lambda x, y: fit(x * y, scale), a, b), scale)
    alike = given(lambda x, y: fit(combine(x, y), scale), aligned(a, scale), aligned(b, scale))
    return Term(text, "exact", alike, scale)


def aligned(term: Term, scale: int) -> Term:
    return Term(term.text, "exact", lambda row: fit(term.meaning(row), scale), scale)


def negated(a: Term) -> Term:
    return Term(f"(-{a.text})", a.kind, given(lambda x: -x, a), a.scale)


def remainder(a: Term, b: Term) -> Term:
    scale = max(a.scale, b.scale)

    def combine(x: Decimal, y: Decimal) -> Decimal | None:
        return x - y * (x / y).to_integral_value(ROUND_FLOOR) if y else None

    return Term(
        f"MOD({a.text}, {b.text})", "exact", given(combine, aligned(a, scale), aligned(b, scale)), scale
    )


def rounded(name: str, a: Term, places: int | None) -> Term:
    wanted = places or 0
    text = f"{name}({a.text})" if places is None else f"{name}({a.text}, {places})"

    def combine(x: Any) -> Decimal | None:
        exact = x if isinstance(x, Decimal) else Decimal(f"{x:.15g}")
        step = Decimal(1).scaleb(-wanted)
        return fit((exact / step).to_integral_value(_ROUNDING[name]) * step, max(wanted, 0))

    return Term(text, "exact", given(combine, a), max(wanted, 0))


def keeping(name: str, a: Term) -> Term:
    return Term(f"{name}({a.text})", a.kind, given(abs, a), a.scale)


def root(a: Term) -> Term:
    return Term(f"SQRT({a.text})", "real", given(lambda x: math.sqrt(x) if x >= 0 else None, real(a)))


def folded(name: str, terms: Sequence[Term]) -> Term:
    """SUM, MIN, MAX, COUNT of separate exact numbers; empty ones are passed over."""
    scale = max(t.scale for t in terms)
    fold: Callable[[list[Decimal]], Decimal] = {"SUM": sum, "MIN": min, "MAX": max}.get(name, len)  # type: ignore[assignment]

    def meaning(row: Row) -> Decimal | None:
        if name == "COUNT":
            return Decimal(sum(t.meaning(row) is not None for t in terms))
        values = [v for t in terms if (v := aligned(t, scale).meaning(row)) is not None]
        return fit(fold(values), scale) if values else None

    text = f"{name}({', '.join(t.text for t in terms)})"
    return Term(text, "exact", meaning, 0 if name == "COUNT" else scale)


# Text
def textual(function: Callable[..., str | None], text: str, *terms: Term) -> Term:
    def combine(*values: Any) -> str | None:
        return function(*values) or None

    return Term(text, "text", given(combine, *terms))


def shown(term: Term, row: Row) -> str:
    """The text that a value becomes; nothing where it is empty."""
    value = term.meaning(row)
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case Decimal():
            text = f"{value:f}"
            text = text.rstrip("0").rstrip(".") if "." in text else text
            return "0" if text == "-0" else text
        case datetime():
            return in_zone(value).isoformat(" ")[:16]
        case date():
            return value.isoformat()
    return str(value)


def joined(terms: Sequence[Term]) -> Term:
    text = f"({' & '.join(t.text for t in terms)})"
    return Term(text, "text", lambda row: "".join(shown(t, row) for t in terms) or None)


def cut(name: str, a: Term, start: int, count: int) -> Term:
    size = max(count, 0)
    if name == "LEFT":
        return textual(lambda x: x[:size], f"LEFT({a.text}, {count})", a)
    if name == "RIGHT":
        return textual(lambda x: x[-size:] if size else "", f"RIGHT({a.text}, {count})", a)
    text = f"MID({a.text}, {start}, {count})"
    return textual(lambda x: x[start - 1 : start - 1 + size] if start > 0 else "", text, a)


def fold(text: str) -> str:
    """Small letters, one for each character."""
    return "".join("i" if c == "İ" else c.lower() for c in text)


def capital(text: str) -> str:
    return "".join(
        c.upper() if len(c.upper()) == 1 else c.title() if len(c.title()) == 1 else c for c in text
    )


def cased(name: str, a: Term) -> Term:
    return textual(fold if name == "LOWER" else capital, f"{name}({a.text})", a)


def patterned(a: Term, grouped: bool, places: int, percent: bool) -> Term:
    """TEXT by a pattern of a spreadsheet."""
    step = Decimal(1).scaleb(-places)

    def combine(value: Any) -> str:
        exact = value if isinstance(value, Decimal) else Decimal(f"{value:.15g}")
        rounded = (exact * (100 if percent else 1)).quantize(step, ROUND_HALF_UP, Context(prec=300))
        return f"{rounded if rounded else abs(rounded):{',' if grouped else ''}f}{'%' if percent else ''}"

    zeros = f".{'0' * places}" if places else ""
    pattern = f"{'#,##0' if grouped else '0'}{zeros}{'%' if percent else ''}"
    return textual(combine, f"TEXT({a.text}, '{pattern}')", a)


def split(a: Term, separator: str, place: int) -> Term:
    def combine(x: str) -> str | None:
        parts = dict(enumerate(x.split(separator), 1))
        return parts.get(place if place > 0 else len(parts) + 1 + place)

    return textual(combine, f"SPLIT_PART({a.text}, {quoted(separator)}, {place})", a)


def trimmed(a: Term) -> Term:
    return textual(lambda x: x.strip(" \t\n\r\u00a0"), f"TRIM({a.text})", a)


def substituted(a: Term, old: str, new: str) -> Term:
    text = f"SUBSTITUTE({a.text}, {quoted(old)}, {quoted(new)})"
    return textual(lambda x: x.replace(old, new) if old else x, text, a)


def repeated(a: Term, count: int) -> Term:
    text = f"REPT({a.text}, {count})"
    return textual(lambda x: x * count if len(x) * count <= 10_000 else "", text, a)


def length(a: Term) -> Term:
    return Term(f"LEN({a.text})", "exact", given(lambda x: Decimal(len(x)), a))


def found(part: Term, a: Term) -> Term:
    return Term(f"FIND({part.text}, {a.text})", "exact", given(lambda p, x: Decimal(x.find(p) + 1), part, a))


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


# Conditions
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda x, y: x == y,
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
}


def compared(operator: str, a: Term, b: Term) -> Term:
    text = f"({a.text} {operator} {b.text})"
    left, right = comparable(a, b)
    test = given(_COMPARE["=" if operator == "!=" else operator], left, right)
    if operator == "!=":
        return Term(text, "condition", lambda row: not test(row))
    return Term(text, "condition", lambda row: bool(test(row)))


def comparable(a: Term, b: Term) -> tuple[Term, Term]:
    kinds = {a.kind, b.kind}
    if kinds == {"text"}:
        return Term("", "text", given(fold, a)), Term("", "text", given(fold, b))
    if kinds == {"exact", "real"}:
        return real(a), real(b)
    if kinds == {"date", "moment"}:
        return local_day(a), local_day(b)
    return a, b


def in_zone(moment: datetime) -> datetime:
    return moment.astimezone(_ZONE).replace(tzinfo=None, fold=0)


def local_day(term: Term) -> Term:
    if term.kind == "date":
        return term
    return Term(term.text, "date", given(lambda x: in_zone(x).date(), term))


def connected(operator: str, terms: Sequence[Term]) -> Term:
    text = f"({f' {operator} '.join(t.text for t in terms)})"
    fold_all = all if operator == "AND" else any
    return Term(text, "condition", lambda row: fold_all(bool(t.meaning(row)) for t in terms))


def filled(many: Term) -> Term:
    """A list as a condition: whether something is in it."""
    return Term(many.text, "condition", lambda row: any(v is not None for v in many.meaning(row)))


def denied(a: Term) -> Term:
    return Term(f"(NOT {a.text})", "condition", lambda row: not a.meaning(row))


def among(a: Term, options: Sequence[Term]) -> Term:
    tests = [compared("=", a, option) for option in options]
    text = f"({a.text} IN ({', '.join(o.text for o in options)}))"
    return Term(text, "condition", lambda row: any(t.meaning(row) for t in tests))


def blank(a: Term) -> Term:
    return Term(f"({a.text} = BLANK())", "condition", lambda row: a.meaning(row) is None)


def contains(name: str, a: Term, part: Term) -> Term:
    test: Callable[[str, str], bool] = {
        "CONTAINS": lambda x, p: fold(p) in fold(x),
        "STARTS_WITH": lambda x, p: fold(x).startswith(fold(p)),
        "ENDS_WITH": lambda x, p: fold(x).endswith(fold(p)),
    }[name]
    inner = given(test, a, part)
    return Term(f"{name}({a.text}, {part.text})", "condition", lambda row: bool(inner(row)))


# Choice between values of one kind
def chosen(condition: Term, a: Term, b: Term) -> Term:
    scale = max(a.scale, b.scale)
    x, y = (aligned(t, scale) if t.kind == "exact" else t for t in (a, b))
    text = f"IF({condition.text}, {a.text}, {b.text})"
    return Term(text, a.kind, lambda row: (x if condition.meaning(row) else y).meaning(row), scale)


def coalesced(a: Term, b: Term) -> Term:
    scale = max(a.scale, b.scale)
    x, y = (aligned(t, scale) if t.kind == "exact" else t for t in (a, b))

    def meaning(row: Row) -> Any:
        first = x.meaning(row)
        return y.meaning(row) if first is None else first

    return Term(f"COALESCE({a.text}, {b.text})", a.kind, meaning, scale)
