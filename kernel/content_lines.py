"""Files of content lines, such as address books and calendars: one component after the other."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import BinaryIO, Final, NamedTuple

LONGEST: Final = 256 * 1024
"""Bytes of a component, without the properties that are left out."""

_NAME = re.compile(rb"(?:[^.:;\s]*\.)?([^.:;\s]+)[:;]").match


class Component(NamedTuple):
    """What stands from BEGIN to END. `fault` says what it cannot be read for: only its start is kept."""

    kind: str
    text: bytes
    fault: str | None = None


def components(source: BinaryIO, kinds: Collection[str], left_out: Collection[str]) -> Iterator[Component]:
    """The components of some kinds, in order, never more than one in memory.

    Properties that are `left_out` are those nobody needs that may be large, such as portraits.
    """
    reader = _Reader(kinds, left_out)
    source.seek(0)
    whole = True
    while piece := source.readline(LONGEST):
        begins, whole = whole, piece.endswith(b"\n")
        yield from reader.take(piece, begins)
    yield from reader.end()


class _Reader:
    """Puts lines together until a component is there."""

    def __init__(self, kinds: Collection[str], left_out: Collection[str]) -> None:
        self._kinds = {f"BEGIN:{kind}".encode(): kind for kind in kinds}
        self._left_out = {name.encode() for name in left_out}
        self._kind = ""
        self._text = bytearray()
        self._size = 0
        self._leaving_out = False

    def take(self, piece: bytes, begins: bool) -> Iterator[Component]:
        """A line, or a piece of a very long one that does not begin here."""
        mark = piece.strip().removeprefix(b"\xef\xbb\xbf").upper() if begins else b""
        if mark in self._kinds:
            yield from self.end()
            self._kind, self._text, self._size = self._kinds[mark], bytearray(), 0
        if not self._kind:
            return
        if begins and not piece[:1].isspace():
            name = _NAME(piece)
            self._leaving_out = name is not None and name[1].upper() in self._left_out
        if not self._leaving_out:
            self._size += len(piece)
            if self._size <= LONGEST:
                self._text += piece
        if mark == f"END:{self._kind}".encode():
            fault = None if self._size <= LONGEST else "is too large"
            yield Component(self._kind, bytes(self._text), fault)
            self._kind = ""

    def end(self) -> Iterator[Component]:
        """What has begun and was never ended."""
        if self._kind:
            yield Component(self._kind, bytes(self._text), "is cut off")
        self._kind = ""
