"""Text from outside, made fit to be stored: NFC, without characters that no one can see or save."""

from __future__ import annotations

import re
from unicodedata import normalize

from kernel.errors import InvalidValueError

_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_DROPPED = re.compile("[\x7f-\x9f\ufeff]")
_UNSEEN = re.compile("[\\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*")
_LINE_BREAK = re.compile("\r\n?")


def clean_line(value: object, maximum: int) -> str | None:
    """One line of text without blanks around it; None when nothing is left.

    Raises InvalidValueError for what is not text, has a line break or control characters, or
    is longer than `maximum` characters.
    """
    if type(value) is not str:
        raise InvalidValueError("This must be text.")
    text = value.strip()
    if not (text.isascii() and text.isprintable()):
        text = _visible(text).strip()
        if "\n" in text:
            raise InvalidValueError("This must be one line of text.")
        if is_unseen(text):
            return None
    return _within(text, maximum)


def clean_lines(value: object, maximum: int) -> str | None:
    """Text of any number of lines, broken by `\\n`; None when it is blank. Errors as above."""
    if type(value) is not str:
        raise InvalidValueError("This must be text.")
    text = value
    if not (text.isascii() and text.isprintable()):
        text = _visible(text)
    return None if is_unseen(text) else _within(text, maximum)


def is_unseen(text: str) -> bool:
    """Whether there is nothing to see: only blanks, and signs without width that steer others."""
    return _UNSEEN.fullmatch(text) is not None


def fold_name(name: str) -> str:
    """A name for comparing: trimmed, without regard to case and to how Unicode composes it."""
    return normalize("NFC", name.strip().casefold())


def _visible(text: str) -> str:
    if _REFUSED.search(text):
        raise InvalidValueError("This text has control characters that cannot be stored.")
    return normalize("NFC", _DROPPED.sub("", _LINE_BREAK.sub("\n", text)))


def _within(text: str, maximum: int) -> str | None:
    if len(text) > maximum:
        raise InvalidValueError(f"This is longer than {maximum} characters.")
    return text or None
