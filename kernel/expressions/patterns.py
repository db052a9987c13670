"""Regular expressions: a subset that both engines answer alike, in time linear in the text.

Characters, `.`, classes, `\\d \\w \\s` (ASCII), `^ $`, groups, `|` and the greedy quantifiers
`* + ? {m,n}`. A match is the leftmost and, of those, the longest. No back references, no
look-around, no lazy quantifiers: those let a pattern run for years, or differ by engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kernel.errors import ExpressionError

MAXIMUM_PATTERN: Final = 200
MAXIMUM_SIZE: Final = 1000
"""Characters of a pattern once what it repeats is written out."""

_DEEPEST: Final = 20
_MOST_TIMES: Final = 250

_CLASSES: Final = {"d": "0-9", "w": "0-9A-Za-z_", "s": " \\t\\n\\r\\f\\v"}
_CONTROLS: Final = {"n": "\\n", "t": "\\t", "r": "\\r", "f": "\\f", "v": "\\v"}
_QUANTIFIER: Final = re.compile(r"[*+?]|\{([0-9]{1,4})(,([0-9]{0,4}))?\}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """`source` is understood by RE2 and PostgreSQL alike; `empty`: it may match no character."""

    source: str
    empty: bool
    size: int = 1


def read_pattern(text: str, position: int) -> Pattern:
    """Check a pattern and write it anew. Raises ExpressionError at `position`."""
    if len(text) > MAXIMUM_PATTERN:
        raise ExpressionError(f"A pattern has at most {MAXIMUM_PATTERN} characters.", position)
    reader = _Reader(text, position)
    pattern = reader.alternatives(0)
    if not reader.ended():
        raise reader.fault("has a ')' without its '('")
    return pattern


class _Reader:
    """Descends through a pattern; every level of groups is one level of calls."""

    def __init__(self, text: str, position: int) -> None:
        self._text = text
        self._position = position
        self._at = 0

    def fault(self, what: str) -> ExpressionError:
        return ExpressionError(f"The pattern {what}, at its character {self._at + 1}.", self._position)

    def ended(self) -> bool:
        return self._at >= len(self._text)

    def alternatives(self, depth: int) -> Pattern:
        if depth > _DEEPEST:
            raise self.fault("has too many groups in groups")
        branches = [self._branch(depth)]
        while self._take("|"):
            branches.append(self._branch(depth))
        return self._sized("|".join(b.source for b in branches), any(b.empty for b in branches), branches)

    def _branch(self, depth: int) -> Pattern:
        pieces: list[Pattern] = []
        while not self.ended() and self._text[self._at] not in "|)":
            pieces.append(self._piece(depth))
        return self._sized("".join(p.source for p in pieces), all(p.empty for p in pieces), pieces)

    def _sized(self, source: str, empty: bool, parts: list[Pattern]) -> Pattern:
        size = sum(part.size for part in parts)
        if size > MAXIMUM_SIZE:
            raise self.fault("repeats too much")
        return Pattern(source, empty, size)

    def _piece(self, depth: int) -> Pattern:
        if self._text[self._at] in "^$":
            return self._anchor()
        atom = self._atom(depth)
        found = _QUANTIFIER.match(self._text, self._at)
        if not found:
            return atom
        least, most = _range(found)
        if most is not None and most < least:
            raise self.fault("repeats at least more than at most")
        size = atom.size * max(least, most or 0, 1)
        if size > MAXIMUM_SIZE or max(least, most or 0) > _MOST_TIMES:
            raise self.fault("repeats too much")
        self._at = found.end()
        if _QUANTIFIER.match(self._text, self._at):
            raise self.fault("has a quantifier after a quantifier")
        return Pattern(atom.source + found[0], atom.empty or least == 0, size)

    def _anchor(self) -> Pattern:
        anchor = self._next()
        if _QUANTIFIER.match(self._text, self._at):
            raise self.fault("repeats a place instead of a character")
        return Pattern(anchor, True)

    def _atom(self, depth: int) -> Pattern:
        character = self._next()
        if character == "(":
            return self._group(depth)
        if character == "[":
            return Pattern(self._class(), False)
        if character == "\\":
            return Pattern(self._escape(), False)
        if character == ".":
            return Pattern("[^\\n]", False)
        if character in "*+?{}])":
            self._at -= 1
            raise self.fault(f"has a '{character}' with nothing before it; write \\{character} for the sign")
        return Pattern(_literal(character), False)

    def _group(self, depth: int) -> Pattern:
        if self._text.startswith("?:", self._at):
            self._at += 2
        elif self._text.startswith("?", self._at):
            raise self.fault("has a group that is not supported")
        inner = self.alternatives(depth + 1)
        if not self._take(")"):
            raise self.fault("has a '(' without its ')'")
        return Pattern(f"(?:{inner.source})", inner.empty, inner.size)

    def _escape(self) -> str:
        if self.ended():
            raise self.fault("ends with a '\\'")
        character = self._next()
        if character.lower() in _CLASSES:
            return f"[{'^' if character.isupper() else ''}{_CLASSES[character.lower()]}]"
        return self._escaped(character)

    def _escaped(self, character: str) -> str:
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character.isalnum() or character == "_":
            raise self.fault(f"has '\\{character}', which is not supported")
        return _literal(character)

    def _class(self) -> str:
        negated = "^" if self._take("^") else ""
        members: list[str] = []
        while not self._take("]"):
            if self.ended():
                raise self.fault("has a '[' without its ']'")
            members.append(self._member())
        if not members:
            raise self.fault("has an empty '[]'")
        return f"[{negated}{''.join(members)}]"

    def _member(self) -> str:
        character = self._next()
        if character == "\\" and not self.ended() and self._text[self._at] in _CLASSES:
            return _CLASSES[self._next()]
        low, first = self._single(character)
        if not (self._text.startswith("-", self._at) and not self._text.startswith("-]", self._at)):
            return low
        self._at += 1
        if self.ended():
            raise self.fault("has a '[' without its ']'")
        high, last = self._single(self._next())
        if last < first:
            raise self.fault("has a range from high to low")
        return f"{low}-{high}"

    def _single(self, character: str) -> tuple[str, str]:
        """A character of a class: as it is written, and the character meant."""
        if character == "[":
            raise self.fault("has a '[' in a class; write \\[ for the sign")
        if character != "\\":
            return _literal(character), character
        if self.ended():
            raise self.fault("ends with a '\\'")
        escaped = self._next()
        meant = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}.get(escaped, escaped)
        return self._escaped(escaped), meant

    def _next(self) -> str:
        self._at += 1
        return self._text[self._at - 1]

    def _take(self, character: str) -> bool:
        if self._text.startswith(character, self._at):
            self._at += 1
            return True
        return False


def _literal(character: str) -> str:
    """A character that means itself, inside and outside of classes."""
    if character.isalnum() or ord(character) > 127 or character in " _\n\t\r\f\v":
        return character
    return f"\\{character}"


def _range(found: re.Match[str]) -> tuple[int, int | None]:
    if found[1] is None:
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[found[0]]
    least = int(found[1])
    if found[2] is None:
        return least, least
    return least, int(found[3]) if found[3] else None
