"""Keeping SQL shallow for SQLite, whose parser (until 3.46) holds 100 symbols at a time.

A deep expression is cut into a chain of common table expressions, which read one another:
`(WITH smalt_e1 AS (SELECT … AS v), smalt_e2 AS (SELECT abs((SELECT v FROM smalt_e1)) AS v) …)`.
What was cut before is taken apart again, so that the chain grows in length and not in depth.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Mapping, MutableMapping
from typing import Final, NamedTuple

from kernel.errors import ExpressionError

DEEPEST: Final = 20
"""The weight from which SQL is cut. The statement around it needs the rest."""

DEEPEST_CONDITION: Final = 40
"""The same for conditions, which an index can only serve while they are whole."""

DEEPEST_AROUND: Final = 14
"""The same around what was cut before."""

DEEPEST_OF_ALL: Final = 75
"""What cannot be cut (aggregates of a measure) and is deeper than this is refused."""

HIGHEST: Final = 900
"""The height of a whole chain, from link to link; the statement around it needs the rest."""

LONGEST: Final = 100_000
"""Characters of a whole chain, counting a link as often as it is read."""

_FEW: Final = 4
_REFERENCE: Final = re.compile(r"SELECT v FROM (smalt_e[0-9]+)")
_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|\w+|[(),]|<>|[<>]=?|\|\||[-+*/%=&|]")
_BEFORE: Final = frozenset([*"-+*/%=<>&|,", "<=", ">=", "<>", "||", ">>", "AND", "OR", "IN"])
_NOT_CALLED: Final = frozenset(
    [*_BEFORE, "NOT", "WHEN", "THEN", "ELSE", "AS", "FROM", "SELECT", "WHERE", "BY"]
)
_SEPARATORS: Final = frozenset([",", "WHEN", "THEN", "ELSE", "SELECT", "FROM", "WHERE", "AS", "ON"])
_CLAUSES: Final = {"SELECT": 5, "FROM": 2, "WITH": 4}


class Cut(NamedTuple):
    """One link of a chain: its SQL, and how high and long it would be with the links it reads."""

    sql: str
    height: int
    length: int


class Piece(NamedTuple):
    """A cut expression: for which row it holds, its chain, and the name of the last link."""

    row: Hashable
    chain: Mapping[str, Cut]
    end: str

    @property
    def reference(self) -> str:
        return f"(SELECT v FROM {self.end})"


Pieces = MutableMapping[str, Piece]
"""The cut expressions of one statement, by their SQL."""


def weight(sql: str) -> int:
    """About how many symbols the parser holds at the deepest place."""
    levels = [0]
    depth = deepest = 0
    earlier = previous = ""
    for found in _TOKEN.finditer(sql):
        token = found[0]
        if token in ("(", "CASE"):
            word = previous[:1].isalnum() or previous[:1] == "_"
            called = token == "(" and word and previous not in _NOT_CALLED
            before = earlier if called else previous
            own = 6 if token == "CASE" else 3 if called else 1
            levels.append(own + (2 if before in _BEFORE else 1 if before == "NOT" else 0))
            depth += levels[-1]
        elif token in (")", "END"):
            depth -= levels.pop() if len(levels) > 1 else 0
        elif token in _CLAUSES:
            levels[-1] += _CLAUSES[token]
            depth += _CLAUSES[token]
        deepest = max(deepest, depth)
        earlier, previous = previous, token
    return deepest


def height(sql: str) -> int:
    """At most how many levels the expression has; SQLite takes 1000."""
    frames = [[0, 0, 0]]  # for each bracket: operators and levels in this operand, levels in all
    for found in _TOKEN.finditer(sql):
        token = found[0]
        frame = frames[-1]
        if token in ("(", "CASE"):
            frames.append([0, 0, 0])
        elif token in (")", "END"):
            if len(frames) > 1:
                frames.pop()
                inner = max(frame[2], frame[0] + frame[1]) + 1
                frames[-1][1] = max(frames[-1][1], inner)
        elif token in _SEPARATORS:
            frame[:] = [0, 0, max(frame[2], frame[0] + frame[1])]
        elif token in _BEFORE:
            frame[0] += 1
    operators, inside, levels = frames[0]
    return max(levels, operators + inside)


def too_deep(sql: str, pieces: Pieces) -> bool:
    """Whether SQLite would refuse SQL that could not be cut, or not enough."""
    if weight(sql) > DEEPEST_OF_ALL:
        return True
    highest = max((p.chain[p.end].height for closed, p in pieces.items() if closed in sql), default=0)
    return height(sql) + highest > HIGHEST


def shallow(sql: str, pieces: Pieces, row: Hashable, visible: Collection[Hashable], condition: bool) -> str:
    """The same value in SQL that is not deep. `visible`: the rows whose pieces may be taken apart."""
    if sql in pieces or (sql.count("(") <= _FEW and sql.count("CASE") <= 1):
        return sql
    opened, chain = _open(sql, pieces, visible)
    limit = DEEPEST_AROUND if chain else DEEPEST_CONDITION if condition else DEEPEST
    if weight(opened) <= limit:
        return sql
    name = f"smalt_e{len(pieces) + 1}"
    chain[name] = _cut(opened, chain)
    listed = ", ".join(f"{each} AS (SELECT {cut.sql} AS v)" for each, cut in chain.items())
    closed = f"(WITH {listed} SELECT v FROM {name})"
    pieces[closed] = Piece(row, chain, name)
    return closed


def _cut(sql: str, chain: Mapping[str, Cut]) -> Cut:
    """Refuse what SQLite cannot nest, or what reads the same links over and over again."""
    read = [chain[name] for name in _REFERENCE.findall(sql) if name in chain]
    levels = height(sql) + 1 + max((cut.height for cut in read), default=0)
    length = len(sql) + sum(cut.length for cut in read)
    if levels > HIGHEST or length > LONGEST:
        raise ExpressionError("The expression is too large, with the formulas that it reads.")
    return Cut(sql, levels, length)


def _open(sql: str, pieces: Pieces, visible: Collection[Hashable]) -> tuple[str, dict[str, Cut]]:
    """Take apart what was cut before: the chains in it, and references in their places."""
    chain: dict[str, Cut] = {}
    if "(WITH smalt_e" not in sql:
        return sql, chain
    for closed, piece in pieces.items():
        if piece.row in visible and closed in sql:
            sql = sql.replace(closed, piece.reference)
            chain.update(piece.chain)
    return sql, chain
