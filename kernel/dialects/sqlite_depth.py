"""Keeping SQL shallow for SQLite, whose parser (until 3.46) holds 100 symbols at a time.

A deep expression is cut into a chain of common table expressions, which read one another:
`(WITH smalt_e1 AS (SELECT … AS v), smalt_e2 AS (SELECT abs((SELECT v FROM smalt_e1)) AS v) …)`.
What was cut before is taken apart again, so that the chain grows in length and not in depth.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, MutableMapping
from typing import Final, NamedTuple

DEEPEST: Final = 20
"""The weight from which SQL is cut. The statement around it needs the rest."""

DEEPEST_CONDITION: Final = 45
"""The same for conditions, which an index can only serve while they are whole."""

DEEPEST_AROUND: Final = 14
"""And for conditions around what was cut."""

DEEPEST_OF_ALL: Final = 75
"""What cannot be cut (aggregates of a measure) and is deeper than this is refused."""

_FEW: Final = 4
_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|\w+|[(),]|<>|[<>]=?|\|\||[-+*/%=&|]")
_BEFORE: Final = frozenset([*"-+*/%=<>&|,", "<=", ">=", "<>", "||", ">>", "AND", "OR", "IN"])
_NOT_CALLED: Final = frozenset(
    [*_BEFORE, "NOT", "WHEN", "THEN", "ELSE", "AS", "FROM", "SELECT", "WHERE", "BY"]
)
_CLAUSES: Final = {"SELECT": 5, "FROM": 2, "WITH": 4}


class Piece(NamedTuple):
    """A cut expression: for which row it holds, its chain, and the SQL that reads its end."""

    row: Hashable
    chain: tuple[tuple[str, str], ...]
    reference: str


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
            levels.append(own + (2 if before in _BEFORE else 0))
            depth += levels[-1]
        elif token in (")", "END"):
            depth -= levels.pop() if len(levels) > 1 else 0
        elif token in _CLAUSES:
            levels[-1] += _CLAUSES[token]
            depth += _CLAUSES[token]
        deepest = max(deepest, depth)
        earlier, previous = previous, token
    return deepest


def shallow(sql: str, pieces: Pieces, row: Hashable, visible: Collection[Hashable], condition: bool) -> str:
    """The same value in SQL that is not deep. `visible`: the rows whose pieces may be taken apart."""
    if sql in pieces or (sql.count("(") <= _FEW and sql.count("CASE") <= 1):
        return sql
    opened, chain = _open(sql, pieces, visible)
    limit = (DEEPEST_AROUND if chain else DEEPEST_CONDITION) if condition else DEEPEST
    if weight(opened) <= limit and (condition or not chain):
        return sql
    name = f"smalt_e{len(pieces) + 1}"
    chain[name] = opened
    listed = ", ".join(f"{each} AS (SELECT {inner} AS v)" for each, inner in chain.items())
    closed = f"(WITH {listed} SELECT v FROM {name})"
    pieces[closed] = Piece(row, tuple(chain.items()), f"(SELECT v FROM {name})")
    return closed


def _open(sql: str, pieces: Pieces, visible: Collection[Hashable]) -> tuple[str, dict[str, str]]:
    """Take apart what was cut before: the chains in it, and references in their places."""
    chain: dict[str, str] = {}
    if "(WITH smalt_e" not in sql:
        return sql, chain
    for closed, piece in pieces.items():
        if piece.row in visible and closed in sql:
            sql = sql.replace(closed, piece.reference)
            chain.update(piece.chain)
    return sql, chain
