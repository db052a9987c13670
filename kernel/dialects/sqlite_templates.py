"""SQL of expression functions on SQLite, with their operands in braces; `postgres_templates` has the same
names. A wall clock time, `{x}` of the time tokens, is text: `YYYY-MM-DDTHH:MM:SS.mmm`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.dialects.templates import Templates

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


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

_TIME_TOKENS: Final[Mapping[str, str]] = {
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

_TIME_NUMBERS: Final[Mapping[str, str]] = {
    "month": "CAST(substr({x}, 6, 2) AS INTEGER)",
    "weekday": f"CAST({_WEEKDAY} AS INTEGER)",
    "hour": "CAST(substr({x}, 12, 2) AS INTEGER)",
    "minute": "CAST(substr({x}, 15, 2) AS INTEGER)",
    "second": "CAST(substr({x}, 18, 2) AS INTEGER)",
}

_PERIOD_STARTS: Final[Mapping[str, str]] = {
    "weeks": "max(date({x}, '-6 days', 'weekday 1'), '0001-01-01')",
    "months": "(substr({x}, 1, 7) || '-01')",
    "quarters": "(substr({x}, 1, 5) || CASE WHEN substr({x}, 6, 2) < '04' THEN '01-01'"
    " WHEN substr({x}, 6, 2) < '07' THEN '04-01'"
    " WHEN substr({x}, 6, 2) < '10' THEN '07-01' ELSE '10-01' END)",
    "years": "(substr({x}, 1, 4) || '-01-01')",
}

_BLANKS: Final = "' ' || char(9, 10, 13, 160)"
_SECONDS: Final = "(strftime('%s', {a}) - strftime('%s', {b}))"

_FUNCTIONS: Final[Mapping[str, str]] = {
    # Text
    "LEFT": "substr({text}, 1, max({count}, 0))",
    "RIGHT": "substr({text}, -max({count}, 0), max({count}, 0))",
    "MID": "substr({text}, nullif(max({start}, 0), 0), max({count}, 0))",
    "TRIM": f"trim({{text}}, {_BLANKS})",
    "REPLACE": "substr({text}, 1, max({start}, 1) - 1) || coalesce({new}, '')"
    " || substr({text}, max({start}, 1) + max({count}, 0))",
    "SEARCH": "instr({text}, {part})",
    "CONTAINS": "(instr({text}, {part}) > 0)",
    "STARTS_WITH": "(substr({text}, 1, length({part})) = {part})",
    "ENDS_WITH": "(length({part}) <= length({text}) AND substr({text}, -length({part})) = {part})",
    "SPLIT_PART": "smalt_split({text}, {separator}, {place})",
    # Days, `YYYY-MM-DD`
    "YEAR": "CAST(substr({date}, 1, 4) AS INTEGER)",
    "MONTH": "CAST(substr({date}, 6, 2) AS INTEGER)",
    "DAY": "CAST(substr({date}, 9, 2) AS INTEGER)",
    "QUARTER": "((substr({date}, 6, 2) + 2) / 3)",
    "WEEKDAY": "CAST(strftime('%w', {date}) AS INTEGER)",
    "WEEKNUM": "((CAST(strftime('%j', date({date}, '-3 days', 'weekday 4')) AS INTEGER) - 1) / 7 + 1)",
    "MIDNIGHT": "({date} || 'T00:00:00.000')",
    # How far {a} is behind {b}
    "DAYS_BETWEEN": "CAST(julianday({a}) - julianday({b}) AS INTEGER)",
    "MILLISECONDS_BETWEEN": f"({_SECONDS} * 1000 + substr({{a}}, 21, 3) - substr({{b}}, 21, 3))",
    # Whole numbers
    "QUOTIENT": "({a} / {b})",
}

TEMPLATES: Final = Templates(_FUNCTIONS, _TIME_TOKENS, _TIME_NUMBERS, _PERIOD_STARTS)
