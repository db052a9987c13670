"""The number patterns of TEXT, as spreadsheets have them: `#,##0.00`, `0%`, `0.0,,"m"`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(r'"([^"]*)"|\\(.)|((?:[#0][#0,]*(?:\.[#0]*)?|\.[#0]+),*)|(.)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """How a number is written. `shift`: by how many places the point moves first, 2 for per cent;
    `whole`, `least`, `most`: digits before the point and after it."""

    shift: int
    whole: int
    least: int
    most: int
    grouped: bool
    before: str
    after: str


def read_number_pattern(pattern: str) -> NumberPattern | None:
    """None unless the places of the digits stand in it exactly once."""
    before, after, core, shift = "", "", "", 0
    for digits, sign in _tokens(pattern):
        if (digits and core) or sign == ";":
            return None
        core = core or digits
        shift += 2 if sign == "%" else 0
        if core:
            after += sign.lstrip("\0")
        else:
            before += sign.lstrip("\0")
    return _pattern(core, shift, before, after) if core else None


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    """The digits or the sign of each place. What is quoted begins with a NUL, and so means itself."""
    for found in _TOKEN.finditer(pattern.replace("\0", "")):
        quoted = found[1] if found[1] is not None else found[2]
        yield found[3] or "", found[4] or (f"\0{quoted}" if quoted is not None else "")


def _pattern(core: str, shift: int, before: str, after: str) -> NumberPattern:
    front, _, places = core.rstrip(",").partition(".")
    whole = front.rstrip(",")
    thousands = core.count(",") - whole.count(",")
    return NumberPattern(
        shift=shift - 3 * thousands,
        whole=whole.count("0"),
        least=places.count("0"),
        most=len(places),
        grouped="," in whole,
        before=before,
        after=after,
    )
