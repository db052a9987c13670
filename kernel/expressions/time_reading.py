"""The patterns of DATETIME_PARSE, `D MMM YYYY`, as regular expressions that both engines match alike.

Each part stands in them once and numbers are bounded, so that no text makes a pattern slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel import Locale

from kernel.expressions.conversion import fold_text
from kernel.expressions.time_format import split

_UP_TO_TWO: Final = "([0-9]{1,2})"
_NUMBERS: Final[Mapping[str, tuple[str, str]]] = {
    "YYYY": ("Y", "([0-9]{4})"), "YY": ("y", "([0-9]{2})"), "MM": ("M", _UP_TO_TWO), "M": ("M", _UP_TO_TWO),
    "DD": ("D", _UP_TO_TWO), "D": ("D", _UP_TO_TWO), "Do": ("D", rf"{_UP_TO_TWO}(?:st|nd|rd|th|\.|º|er)?"),
    "HH": ("H", _UP_TO_TWO), "H": ("H", _UP_TO_TWO), "hh": ("h", _UP_TO_TWO), "h": ("h", _UP_TO_TWO),
    "mm": ("m", _UP_TO_TWO), "m": ("m", _UP_TO_TWO), "ss": ("s", _UP_TO_TWO), "s": ("s", _UP_TO_TWO),
    "SSS": ("f", "([0-9]{1,3})"), "A": ("p", "(am|pm)"), "a": ("p", "(am|pm)"),
}  # fmt: skip
_SAME: Final[Mapping[str, str]] = {"y": "Y", "N": "M", "h": "H"}
_SIGNS: Final = re.compile(r"([!-/:-@\[-^`{-~])")


@dataclass(frozen=True)
class Reading:
    """What `smalt_read_moment` takes: the expression, its parts, the names of months."""

    pattern: str
    parts: str
    names: str

    def base(self, today: date) -> str:
        """The day for what is not given: today for what is larger than all that is, else the first."""
        given = {_SAME.get(part, part) for part in self.parts}
        if "Y" in given:
            return "0001-01-01"
        if "M" in given:
            return today.replace(month=1, day=1).isoformat()
        return (today.replace(day=1) if "D" in given else today).isoformat()


def reading(pattern: str, locale: Locale) -> Reading | None:
    """None where a pattern has nothing to read, has something twice, or a quarter."""
    months = [*_months(locale)]
    pieces, parts = [], ""
    for token, text in _joined(split(pattern.strip())):
        part, expression = _piece(token, text, months, locale)
        if part:
            parts += part
        pieces.append(expression)
    alike = [_SAME.get(part, part) for part in parts]
    if not parts or len(alike) != len(set(alike)) or "?" in parts:
        return None
    return Reading("".join(pieces), parts, "|".join(months))


def _joined(pieces: Iterable[tuple[bool, str]]) -> list[tuple[bool, str]]:
    """Literal pieces that follow one another as one."""
    found: list[tuple[bool, str]] = []
    for token, text in pieces:
        if not token and found and not found[-1][0]:
            found[-1] = (False, found[-1][1] + text)
        else:
            found.append((token, text))
    return found


def _piece(token: bool, text: str, months: list[str], locale: Locale) -> tuple[str, str]:
    if not token:
        return "", _literal(text)
    if text in ("MMM", "MMMM"):
        return "N", f"({_any_of(months)})\\.?"
    if text in ("ddd", "dddd"):
        return "", f"(?:{_any_of(_weekdays(locale))})\\.?"
    return _NUMBERS.get(text, ("?", ""))


def _literal(text: str) -> str:
    return re.sub(r"\s+", "[ ]+", _SIGNS.sub(r"\\\1", fold_text(text)))


def _any_of(names: list[str]) -> str:
    return "|".join(_literal(name) for name in sorted(set(names), key=lambda name: (-len(name), name)))


def _months(locale: Locale) -> Iterable[str]:
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            yield from (_name(locale.months[form][width][n]) for n in range(1, 13))


def _weekdays(locale: Locale) -> list[str]:
    widths = ("wide", "abbreviated")
    return [_name(name) for width in widths for name in locale.days["format"][width].values()]


def _name(name: str) -> str:
    return fold_text(name).strip().rstrip(".").replace("|", "")
