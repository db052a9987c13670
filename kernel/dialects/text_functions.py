"""Text functions in Python, for SQLite; `postgres_text` has the same for PostgreSQL."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

import re2

LONGEST_REPEATED: Final = 10_000
LONGEST_REPLACED: Final = 1_000_000
LONGEST_MATCHED: Final = 10_000


def fold(text: str | None) -> str | None:
    """Small letters, character by character: the same as PostgreSQL's `pg_c_utf8`."""
    if text is None:
        return None
    return text.replace("Σ", "σ").replace("İ", "i").lower()


def upper(text: str | None) -> str | None:
    """Capitals, character by character: `ß` stays."""
    if text is None or text.isascii():
        return text and text.upper()
    return "".join(map(_capital, text))


def _capital(character: str) -> str:
    capital = character.upper()
    if len(capital) > 1:
        capital = character.title()
    return capital if len(capital) == 1 else character


def proper(text: str | None) -> str | None:
    """A capital at the beginning of each run of letters and digits."""
    if text is None:
        return None
    characters: list[str] = []
    inside = False
    for character in text:
        characters.append(fold(character) or "" if inside else _capital(character))
        inside = character.isalpha() or character.isdecimal()
    return "".join(characters)


def replace(text: str | None, old: str | None, new: str | None, place: int | None) -> str | None:
    """Every occurrence, or only the one at a `place`, which begins with 1."""
    if text is None or not old:
        return text
    if place is not None and place > 0:
        parts = text.split(old, place)
        return text if len(parts) <= place else f"{old.join(parts[:-1])}{new or ''}{parts[-1]}"
    growth = text.count(old) * (len(new or "") - len(old))
    return text.replace(old, new or "") if len(text) + growth <= LONGEST_REPLACED else None


def repeat(text: str | None, count: int | None) -> str | None:
    if text is None or count is None or len(text) * count > LONGEST_REPEATED:
        return None
    return text * count


def split(text: str | None, separator: str | None, place: int | None) -> str | None:
    """The part at a `place`, from 1, or from the end below 0; nothing where there is none."""
    if text is None or separator is None or not place:
        return None
    parts = text.split(separator)
    index = place - 1 if place > 0 else place
    return parts[index] if -len(parts) <= index < len(parts) else None


def find(part: str | None, text: str | None, start: int | None) -> int | None:
    """The position, from 1, of a text in another; 0 when it is not there."""
    if part is None or text is None or start is None:
        return None
    return text.find(part, max(start, 1) - 1) + 1


def url(text: str | None) -> str | None:
    return None if text is None else quote(text, safe="-_.!~*'()")


@lru_cache(maxsize=256)
def _pattern(source: str) -> Any:
    """RE2 takes time linear in the text; the leftmost, longest match is PostgreSQL's as well."""
    options = re2.Options()
    options.longest_match = True
    options.never_capture = True
    options.log_errors = False
    return re2.compile(source, options)


def regex_match(text: str | None, pattern: str) -> bool | None:
    if text is None:
        return None
    return _pattern(pattern).search(text[:LONGEST_MATCHED]) is not None


def regex_extract(text: str | None, pattern: str) -> str | None:
    found = _pattern(pattern).search(text[:LONGEST_MATCHED]) if text is not None else None
    return str(found.group()) if found else None


def regex_replace(text: str | None, pattern: str, new: str | None) -> str | None:
    if text is None or len(text) > LONGEST_MATCHED:
        return None
    pieces: list[str] = []
    end = 0
    for found in _pattern(pattern).finditer(text):
        pieces.append(text[end : found.start()])
        end = found.end()
    if len(text) + len(pieces) * len(new or "") > LONGEST_REPLACED:
        return None
    return (new or "").join([*pieces, text[end:]])
