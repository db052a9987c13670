"""The patterns of DATETIME_FORMAT: `DD.MM.YYYY HH:mm`, with English names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

MAXIMUM_PATTERN: Final = 100

_TOKEN: Final = re.compile(
    r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DD|Do|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|SSS|A|a|Q"
)
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

_POSTGRES: Final[Mapping[str, str]] = {
    "YYYY": "YYYY", "YY": "YY", "MMMM": "FMMonth", "MMM": "Mon", "MM": "MM", "M": "FMMM",
    "DD": "DD", "Do": "FMDDth", "D": "FMDD", "dddd": "FMDay", "ddd": "Dy", "HH": "HH24", "H": "FMHH24",
    "hh": "HH12", "h": "FMHH12", "mm": "MI", "m": "FMMI", "ss": "SS", "s": "FMSS", "SSS": "MS",
    "A": "AM", "a": "am", "Q": "Q",
}  # fmt: skip


def split(pattern: str) -> list[tuple[bool, str]]:
    """The pieces of a pattern: whether each is a token, and its text."""
    pieces: list[tuple[bool, str]] = []
    end = 0
    for found in _TOKEN.finditer(pattern):
        pieces.append((False, pattern[end : found.start()]))
        pieces.append((False, found[1]) if found[1] is not None else (True, found[0]))
        end = found.end()
    pieces.append((False, pattern[end:]))
    return [(token, text) for token, text in pieces if text]


def postgres_token(token: str) -> str:
    """SQL of one token of the timestamp `{x}`."""
    return f"to_char({{x}}, '{_POSTGRES[token]}')"


def sqlite_token(token: str) -> str:
    """SQL of one token of the text `{x}`, `YYYY-MM-DDTHH:MM:SS.mmm`."""
    return _SQLITE[token]


def _names(names: tuple[str, ...], number: str, first: int) -> str:
    whens = " ".join(f"WHEN {i} THEN '{name}'" for i, name in enumerate(names, first))
    return f"CASE CAST({number} AS INTEGER) {whens} END"


def _plain(start: int) -> str:
    return f"CAST(CAST(substr({{x}}, {start}, 2) AS INTEGER) AS TEXT)"


_WEEKDAY: Final = "strftime('%w', substr({x}, 1, 10))"
_TWELVE: Final = "((CAST(substr({x}, 12, 2) AS INTEGER) + 11) % 12 + 1)"

_ORDINAL: Final = (
    "CASE WHEN substr({x}, 9, 1) = '1' THEN 'th' WHEN substr({x}, 10, 1) = '1' THEN 'st'"
    " WHEN substr({x}, 10, 1) = '2' THEN 'nd' WHEN substr({x}, 10, 1) = '3' THEN 'rd' ELSE 'th' END"
)

_SQLITE: Final[Mapping[str, str]] = {
    "YYYY": "substr({x}, 1, 4)",
    "YY": "substr({x}, 3, 2)",
    "MMMM": _names(_MONTHS, "substr({x}, 6, 2)", 1),
    "MMM": _names(tuple(name[:3] for name in _MONTHS), "substr({x}, 6, 2)", 1),
    "MM": "substr({x}, 6, 2)",
    "M": _plain(6),
    "DD": "substr({x}, 9, 2)",
    "Do": f"{_plain(9)} || {_ORDINAL}",
    "D": _plain(9),
    "dddd": _names(_DAYS, _WEEKDAY, 0),
    "ddd": _names(tuple(name[:3] for name in _DAYS), _WEEKDAY, 0),
    "HH": "substr({x}, 12, 2)",
    "H": _plain(12),
    "hh": f"substr('0' || {_TWELVE}, -2)",
    "h": f"CAST({_TWELVE} AS TEXT)",
    "mm": "substr({x}, 15, 2)",
    "m": _plain(15),
    "ss": "substr({x}, 18, 2)",
    "s": _plain(18),
    "SSS": "substr({x}, 21, 3)",
    "A": "CASE WHEN substr({x}, 12, 2) < '12' THEN 'AM' ELSE 'PM' END",
    "a": "CASE WHEN substr({x}, 12, 2) < '12' THEN 'am' ELSE 'pm' END",
    "Q": "CAST((CAST(substr({x}, 6, 2) AS INTEGER) + 2) / 3 AS TEXT)",
}
