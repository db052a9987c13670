"""The date patterns of TEXT, as spreadsheets have them: `dd.mm.yyyy hh:mm`, without regard to case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

_PART: Final = re.compile(r'"([^"]*)"|\\(.)|(\.000|am/pm|a/p|y+|m+|d+|h+|s+)|(.)', re.IGNORECASE | re.DOTALL)
_TOKENS: Final = {
    "y": "YY", "yy": "YY", "yyy": "YYYY", "yyyy": "YYYY", "m": "M", "mm": "MM", "mmm": "MMM", "mmmm": "MMMM",
    "d": "D", "dd": "DD", "ddd": "ddd", "dddd": "dddd", "h": "H", "hh": "HH", "s": "s", "ss": "ss",
    ".000": "SSS", "am/pm": "A", "a/p": "A",
}  # fmt: skip

Pieces = list[tuple[bool, str]]
"""As `time_format.split` gives them: whether each is a token, and its text."""


def date_pieces(pattern: str) -> Pieces | None:
    """None where a pattern has a letter that stands for nothing, or no part of a date."""
    parts = [_read(found) for found in _PART.finditer(pattern)]
    tokens = [text for token, text in parts if token]
    if not tokens or any(text not in _TOKENS for text in tokens):
        return None
    if any(not token and text.startswith("\0") for token, text in parts):
        return None
    return list(_pieces(parts, "am/pm" in tokens or "a/p" in tokens))


def _read(found: re.Match[str]) -> tuple[bool, str]:
    """A token, or a text as it is; a letter on its own is marked with a NUL."""
    if found[3]:
        return True, found[3].lower()
    if found[4]:
        return False, f"\0{found[4]}" if found[4].isalpha() else found[4]
    return False, found[1] or found[2] or ""


def _pieces(parts: Sequence[tuple[bool, str]], twelve: bool) -> Iterable[tuple[bool, str]]:
    tokens = [text if token else "" for token, text in parts]
    for place, (token, text) in enumerate(parts):
        if token:
            as_it_is = _minutes(tokens, place) or (twelve and text[0] == "h")
            yield from [(False, ".")] if text == ".000" else []
            yield True, text if as_it_is else _TOKENS[text]
        elif text:
            yield False, text


def _minutes(tokens: Sequence[str], place: int) -> bool:
    """Whether this is `m` or `mm` and stands for minutes: after hours, or before seconds."""
    if tokens[place] not in ("m", "mm"):
        return False
    before = next((t for t in reversed(tokens[:place]) if t), "")
    after = next((t for t in tokens[place + 1 :] if t), "")
    return before.startswith("h") or after.startswith("s")
