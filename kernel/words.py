"""Text as a search sees it: words without case and accents, the same on both engines.

`postgres_text` has `plain` in SQL; a test keeps both alike.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize

LONGEST: Final = 50_000
"""Characters of a text that are searched."""
LONGEST_WORD: Final = 40

LETTERS: Final = "łŁøØđĐħĦıŧŦŋŊðÐþÞæÆœŒß"
PLAIN_LETTERS: Final = "lLoOdDhHitTnNdDtTaAoOs"
"""Letters that no decomposition takes apart, and what people type for them."""

MARKS: Final = "[\u0300-\u036f]"
SEPARATORS: Final = (
    "[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb-\u00bf\u00d7\u00f7"
    "\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u2e00-\u2e7f\u3000-\u303f\ufe00-\ufe0f\uff00-\uff0f]+"
)

_LETTERS: Final = str.maketrans(LETTERS, PLAIN_LETTERS)
_MARKS: Final = re.compile(MARKS)
_SEPARATORS: Final = re.compile(SEPARATORS)
_ASCII_SEPARATORS: Final = re.compile("[^a-z0-9]+")


def plain(text: str | None) -> str | None:
    """Words in small letters without accents, each after one blank."""
    if text is None:
        return None
    text = text[:LONGEST]
    if text.isascii():
        return " " + _ASCII_SEPARATORS.sub(" ", text.lower()).strip()
    taken_apart = _MARKS.sub("", normalize("NFKD", text.translate(_LETTERS)))
    small = "".join(c if len(c) == 1 else o for c, o in ((o.lower(), o) for o in taken_apart))
    return " " + _SEPARATORS.sub(" ", small).strip()


def words(text: str | None) -> list[str]:
    """The different words of a text, in their order, long ones cut off."""
    found = [word for word in (plain(text) or "").split(" ") if word]
    return list(dict.fromkeys(found if len(text or "") < LONGEST_WORD else (w[:LONGEST_WORD] for w in found)))
