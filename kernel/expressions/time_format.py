"""The patterns of DATETIME_FORMAT: `DD.MM.YYYY HH:mm`, with English names or those of a language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.core import UnknownLocaleError

from kernel.dialects.base import Dialect

MAXIMUM_PATTERN: Final = 100
_LONGEST_TAG: Final = 30
_DAY_TOKENS: Final = ("D", "DD", "Do")
_POINT_AFTER_ORDINALS: Final = frozenset({
    "cs", "da", "de", "et", "fi", "hr", "hu", "is", "lv", "nb", "nn", "no", "pl", "sk", "sl", "sr", "tr",
})  # fmt: skip

_TOKEN: Final = re.compile(
    r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DD|Do|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|SSS|A|a|Q"
)
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

_TO_CHAR: Final[Mapping[str, str]] = {
    "YYYY": "YYYY", "YY": "YY", "MMMM": "FMMonth", "MMM": "Mon", "MM": "MM", "M": "FMMM",
    "DD": "DD", "Do": "FMDDth", "D": "FMDD", "dddd": "FMDay", "ddd": "Dy", "HH": "HH24", "H": "FMHH24",
    "hh": "HH12", "h": "FMHH12", "mm": "MI", "m": "FMMI", "ss": "SS", "s": "FMSS", "SSS": "MS",
    "A": "AM", "a": "am", "Q": "Q",
}  # fmt: skip
_POSTGRES: Final = {token: f"to_char({{x}}, '{form}')" for token, form in _TO_CHAR.items()}


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


def writer(dialect: Dialect, language: str, pieces: Sequence[tuple[bool, str]]) -> Callable[[str], str]:
    """SQL of one token of `{x}`: on SQLite the text `YYYY-MM-DDTHH:MM:SS.mmm`, else a timestamp."""
    own = _SQLITE if dialect.name == "sqlite" else _POSTGRES
    locale = locale_of(language) if language else None
    if locale is None or locale.language == "en":
        return own.__getitem__
    foreign = _foreign(dialect, locale, any(token and text in _DAY_TOKENS for token, text in pieces))
    return lambda token: foreign.get(token) or own[token]


@lru_cache(maxsize=256)
def locale_of(language: str) -> Locale | None:
    """The locale of a language tag such as `pl` or `en-GB`; None where there is none."""
    try:
        return Locale.parse(language.strip().replace("-", "_")) if len(language) <= _LONGEST_TAG else None
    except (UnknownLocaleError, ValueError):
        return None


def _foreign(dialect: Dialect, locale: Locale, beside_day: bool) -> dict[str, str]:
    """The tokens that differ by language. Beside a day many languages bend the name of the month."""
    month, weekday, hour, day = _NUMBERS[dialect.name]
    form = "format" if beside_day else "stand-alone"
    noon = [dialect.literal(str(locale.day_periods["format"]["abbreviated"][half])) for half in ("am", "pm")]
    tokens = {
        "Do": f"({day} || '.')" if locale.language in _POINT_AFTER_ORDINALS else day,
        "A": f"CASE WHEN {hour} < 12 THEN {noon[0]} ELSE {noon[1]} END",
    }
    for width, long, of_day in (("wide", "MMMM", "dddd"), ("abbreviated", "MMM", "ddd")):
        months, days = locale.months[form][width], locale.days["format"][width]
        tokens[long] = _cases(dialect, month, {n: months[n] for n in range(1, 13)})
        tokens[of_day] = _cases(dialect, weekday, {n: days[(n - 1) % 7] for n in range(7)})
    return tokens | {"a": tokens["A"]}


def _cases(dialect: Dialect, number: str, names: Mapping[int, str]) -> str:
    whens = " ".join(f"WHEN {n} THEN {dialect.literal(name)}" for n, name in names.items())
    return f"CASE {number} {whens} END"


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

_NUMBERS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "sqlite": (
        "CAST(substr({x}, 6, 2) AS INTEGER)", f"CAST({_WEEKDAY} AS INTEGER)",
        "CAST(substr({x}, 12, 2) AS INTEGER)", _plain(9),
    ),
    "postgres": (
        "extract(month FROM {x})", "extract(dow FROM {x})", "extract(hour FROM {x})", "to_char({x}, 'FMDD')",
    ),
}  # fmt: skip
"""By engine: the month, the day of the week from Sunday (0), the hour, and the day of the month as text."""
