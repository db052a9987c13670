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
    """SQL of one token of `{x}`, a wall clock time."""
    own = dialect.templates.time_tokens
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
    numbers, day = dialect.templates.time_numbers, dialect.templates.time_tokens["D"]
    form = "format" if beside_day else "stand-alone"
    noon = [dialect.literal(str(locale.day_periods["format"]["abbreviated"][half])) for half in ("am", "pm")]
    tokens = {
        "Do": f"({day} || '.')" if locale.language in _POINT_AFTER_ORDINALS else day,
        "A": f"CASE WHEN {numbers['hour']} < 12 THEN {noon[0]} ELSE {noon[1]} END",
    }
    for width, long, of_day in (("wide", "MMMM", "dddd"), ("abbreviated", "MMM", "ddd")):
        months, days = locale.months[form][width], locale.days["format"][width]
        tokens[long] = _cases(dialect, numbers["month"], {n: months[n] for n in range(1, 13)})
        tokens[of_day] = _cases(dialect, numbers["weekday"], {n: days[(n - 1) % 7] for n in range(7)})
    return tokens | {"a": tokens["A"]}


def _cases(dialect: Dialect, number: str, names: Mapping[int, str]) -> str:
    whens = " ".join(f"WHEN {n} THEN {dialect.literal(name)}" for n, name in names.items())
    return f"CASE {number} {whens} END"
