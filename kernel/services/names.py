"""Checks of what people type when they name things."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from kernel.errors import Fault, InvalidInputError

MAXIMUM_NAME = 200
MAXIMUM_DESCRIPTION = 10_000
COLORS = (
    "red", "orange", "amber", "yellow", "lime", "green", "emerald", "teal", "cyan", "sky",
    "blue", "indigo", "violet", "purple", "fuchsia", "pink", "rose", "brown", "gray", "slate",
    "black", "white",
)  # fmt: skip
"""Names of colors that a page knows; beside them `#rrggbb`."""

_HEX = re.compile(r"#[0-9a-f]{6}")


class Faults:
    """Collects what is wrong, so that several faults are reported together."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, pointer: str, detail: str) -> None:
        self.found.append(Fault(pointer, detail))

    def check(self) -> None:
        """Raise InvalidInputError when anything was found."""
        if self.found:
            raise InvalidInputError(faults=self.found)

    @contextmanager
    def before(self) -> Iterator[None]:
        """Faults that the block raises are reported together with those found before it."""
        try:
            yield
        except InvalidInputError as error:
            raise InvalidInputError(error.detail, [*self.found, *error.faults]) from error

    def name(self, text: str, pointer: str = "/name", maximum: int = MAXIMUM_NAME) -> str:
        """A name: NFC, trimmed, one line, not blank."""
        cleaned = " ".join(unicodedata.normalize("NFC", text).split())
        if not cleaned:
            self.add(pointer, "A name must not be blank.")
        elif len(cleaned) > maximum:
            self.add(pointer, f"A name may have {maximum} characters, this has {len(cleaned)}.")
        self._storable(cleaned, pointer)
        return cleaned

    def text(self, text: str | None, pointer: str = "/description") -> str | None:
        """A description: NFC, None when blank."""
        if text is None or not text.strip():
            return None
        cleaned = unicodedata.normalize("NFC", text)
        if len(cleaned) > MAXIMUM_DESCRIPTION:
            self.add(pointer, f"A description may have {MAXIMUM_DESCRIPTION} characters.")
        self._storable(cleaned, pointer)
        return cleaned

    def color(self, color: str | None, pointer: str = "/color") -> str | None:
        """A color: a name from `COLORS` or `#rrggbb`."""
        if color is None:
            return None
        cleaned = color.strip().lower()
        if cleaned not in COLORS and not _HEX.fullmatch(cleaned):
            self.add(pointer, f"A color is #rrggbb or one of {', '.join(COLORS)}.")
        return cleaned

    def _storable(self, text: str, pointer: str) -> None:
        if "\0" in text:
            self.add(pointer, "Text must not contain the character NUL.")
        elif any("\ud800" <= c <= "\udfff" for c in text):
            self.add(pointer, "Text must be valid Unicode.")


def same_name(text: str) -> str:
    """What names are compared by: trimmed, NFC, without regard to case."""
    return unicodedata.normalize("NFC", text.strip()).casefold()
