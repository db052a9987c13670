"""Expressions nobody would write: mostly right in grammar, often wrong in types, with odd values."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from kernel.expressions import CATALOGUE

FUNCTIONS = {function.name: function for function in CATALOGUE}
NUMBERS = (
    "0", "-1", "1", "0.1", "1e308", "-1e308", "1e-320", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "9" * 40, "0." + "0" * 30 + "1", "123456789.123456789", "1e400", "3000000", "2.5",
)  # fmt: skip
TEXTS = (
    "''", "'a'", "'Ääß İı Σς'", "'%'", "'_'", "'[^'", "'(a+)+$'", "'\\\\'", "'🇵🇱👨‍👩‍👧'", "'\u0301'",
    "'1e400'", "'2026-02-30'", "'2026-12-31'", "'9999-12-31T23:59:59.999Z'", "'0001-01-01'", "'month'",
    "'Europe/Warsaw'", "'YYYY-MM-DD'", "'" + "x" * 3000 + "'", "'\u202e\ufeff\uffff'", "'NaN'", "'∞'", "'٣'",
)  # fmt: skip
MOMENTS = (
    "TODAY()", "NOW()", "DATE(2026, 2, 29)", "DATE(9999, 12, 31)", "DATE(1, 1, 1)", "DATE(-1, 99, 999)",
    "DATEADD(TODAY(), 1e9, 'days')", "DATEADD(NOW(), -99999999, 'months')",
)  # fmt: skip
OTHERS = ("BLANK()", "TRUE()", "FALSE()", "TRUE", "{nothing}", "{}", "NULL", "{id}", "{version}")
BINARY = ("+", "-", "*", "/", "%", "&", "=", "!=", "<", "<=", ">", ">=", "AND", "OR")


class Soup:
    """Makes expressions over the fields of a project."""

    def __init__(self, random: Random, fields: Sequence[str]) -> None:
        self._random = random
        self._fields = [f"{{{name}}}" for name in fields]
        self._names = sorted(FUNCTIONS)

    def expression(self, depth: int = 4) -> str:
        """An expression; one in ten is damaged afterwards."""
        text = self._any(depth)
        if self._random.random() < 0.1:
            place = self._random.randrange(len(text) + 1)
            text = text[:place] + self._random.choice("'\"(){},\\\u0000\ud800;-=IN ") + text[place + 1 :]
        return text

    def measure(self, depth: int) -> str:
        """Mostly a fold of grouped records."""
        folds = ("SUM", "AVERAGE", "COUNTA", "MIN", "MAX", "MEDIAN", "COUNTUNIQUE", "ARRAYJOIN", "AND", "OR")
        inner = self.expression(depth)
        return f"{self._random.choice(folds)}({inner})" if self._random.random() < 0.8 else inner

    def deep(self) -> str:
        """Far too much of one thing."""
        many = self._random.choice((200, 3000, 40_000))
        pieces = ("(", "NOT ", "-", "1+", "IF(TRUE(),", "'a'&", "{title}=1 OR ", "ABS(", "{customer.")
        piece = self._random.choice(pieces)
        return piece * many + "1" + ")" * (many if "(" in piece else 0)

    def sort(self) -> str:
        names = [self._random.choice(self._fields).strip("{}") for _ in range(self._random.randrange(1, 9))]
        return ",".join(self._random.choice(("", "-", "--", " ")) + name for name in names)

    def _any(self, depth: int) -> str:
        choice = self._random.random()
        if depth <= 0 or choice < 0.2:
            return self._leaf("any")
        if choice < 0.6:
            return self._call(depth)
        if choice < 0.7:
            values = ", ".join(self._any(depth - 2) for _ in range(self._random.randrange(4)))
            return f"{self._any(depth - 1)} {self._random.choice(('IN', 'NOT IN'))} ({values})"
        if choice < 0.75:
            return f"{self._random.choice(('NOT ', '-', '+'))}{self._any(depth - 1)}"
        return f"({self._any(depth - 1)} {self._random.choice(BINARY)} {self._any(depth - 1)})"

    def _call(self, depth: int) -> str:
        function = FUNCTIONS[self._random.choice(self._names)]
        count = len(function.parameters)
        wanted = [p.accepts for p in function.parameters if not p.optional or self._random.random() < 0.5]
        if count and function.parameters[-1].repeated:
            wanted += [function.parameters[-1].accepts] * self._random.randrange(3)
        if self._random.random() < 0.05:
            wanted = ["any"] * self._random.randrange(5)
        return f"{function.name}({', '.join(self._argument(kind, depth - 1) for kind in wanted)})"

    def _argument(self, kind: str, depth: int) -> str:
        return self._leaf(kind) if self._random.random() < 0.6 else self._any(depth)

    def _leaf(self, kind: str) -> str:
        pool: Sequence[str] = (*NUMBERS, *TEXTS, *MOMENTS, *OTHERS)
        if kind in ("number", "real", "count"):
            pool = NUMBERS
        elif kind in ("text", "word"):
            pool = TEXTS
        elif kind in ("date", "datetime", "time"):
            pool = MOMENTS
        return self._random.choice(self._fields if self._random.random() < 0.4 else pool)
