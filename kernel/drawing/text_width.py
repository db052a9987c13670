"""How wide text becomes, without a font at hand: by classes of letters, rather too wide than too narrow."""

from __future__ import annotations

import unicodedata

_NARROW = frozenset("iIjlrtf.,;:!|'()[] -\u00a0\u202f")
_WIDE = frozenset("mwMW%@€—…")
_EM = {"narrow": 0.37, "normal": 0.6, "upper": 0.7, "wide": 0.95, "full": 1.05}


def text_width(text: str, size: float = 12) -> float:
    """About how many pixels wide a text is in a sans-serif font of `size` pixels."""
    return size * sum(map(_em, text))


def cut(text: str, width: float, size: float = 12) -> str:
    """The text, shortened by `…` until it fits into `width` pixels."""
    if text_width(text, size) <= width:
        return text
    left = text
    while left and text_width(left + "…", size) > width:
        left = left[:-1]
    return left.rstrip() + "…"


def wrapped(text: str, width: float, size: float = 12, most: int = 3) -> list[str]:
    """The text in at most so many lines of `width` pixels, broken between words, the last cut by `…`."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most - 1:
        count = next((n for n in range(len(words), 0, -1) if _fits(words[:n], width, size)), 1)
        lines.append(cut(" ".join(words[:count]), width, size))
        words = words[count:]
    return [*lines, cut(" ".join(words), width, size)] if words else lines


def _fits(words: list[str], width: float, size: float) -> bool:
    return text_width(" ".join(words), size) <= width


def _em(letter: str) -> float:
    if letter in _NARROW:
        return _EM["narrow"]
    if unicodedata.combining(letter):
        return 0.0
    if letter in _WIDE:
        return _EM["wide"]
    if unicodedata.east_asian_width(letter) in "WF":
        return _EM["full"]
    return _EM["upper"] if letter.isupper() else _EM["normal"]
