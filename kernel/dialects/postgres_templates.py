"""SQL of expression functions on PostgreSQL, with their operands in braces; `sqlite_templates` has the same
names. A wall clock time, `{x}` of the time tokens, is a timestamp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.dialects.templates import Templates

_TO_CHAR: Final[Mapping[str, str]] = {
    "YYYY": "YYYY", "YY": "YY", "MMMM": "FMMonth", "MMM": "Mon", "MM": "MM", "M": "FMMM",
    "DD": "DD", "Do": "FMDDth", "D": "FMDD", "dddd": "FMDay", "ddd": "Dy", "HH": "HH24", "H": "FMHH24",
    "hh": "HH12", "h": "FMHH12", "mm": "MI", "m": "FMMI", "ss": "SS", "s": "FMSS", "SSS": "MS",
    "A": "AM", "a": "am", "Q": "Q",
}  # fmt: skip

_TIME_TOKENS: Final[Mapping[str, str]] = {
    token: f"to_char({{x}}, '{form}')" for token, form in _TO_CHAR.items()
}

_TIME_NUMBERS: Final[Mapping[str, str]] = {
    "month": "extract(month FROM {x})",
    "weekday": "extract(dow FROM {x})",
    "hour": "extract(hour FROM {x})",
    "minute": "extract(minute FROM {x})",
    "second": "trunc(extract(second FROM {x}))",
}

_PERIOD_STARTS: Final[Mapping[str, str]] = {
    f"{unit}s": f"(date_trunc('{unit}', ({{x}})::timestamp))::date"
    for unit in ("week", "month", "quarter", "year")
}

_BLANKS: Final = "E' \\t\\n\\r\\u00a0'"

_FUNCTIONS: Final[Mapping[str, str]] = {
    # Text
    "LEFT": "left({text}, greatest({count}, 0))",
    "RIGHT": "right({text}, greatest({count}, 0))",
    "MID": "substr({text}, nullif(greatest({start}, 0), 0), greatest({count}, 0))",
    "TRIM": f"btrim({{text}}, {_BLANKS})",
    "REPLACE": "left({text}, greatest({start}, 1) - 1) || coalesce({new}, '')"
    " || substr({text}, greatest({start}, 1) + greatest({count}, 0))",
    "SEARCH": "strpos({text}, {part})",
    "CONTAINS": "(strpos({text}, {part}) > 0)",
    "STARTS_WITH": "starts_with({text}, {part})",
    "ENDS_WITH": "(right({text}, length({part})) = {part})",
    "SPLIT_PART": "split_part({text}, {separator}, nullif({place}, 0))",
    # Days
    "YEAR": "extract(year FROM {date})",
    "MONTH": "extract(month FROM {date})",
    "DAY": "extract(day FROM {date})",
    "QUARTER": "extract(quarter FROM {date})",
    "WEEKDAY": "extract(dow FROM {date})",
    "WEEKNUM": "extract(week FROM {date})",
    "MIDNIGHT": "({date})::timestamp",
    # How far {a} is behind {b}
    "DAYS_BETWEEN": "({a} - {b})::bigint",
    "MILLISECONDS_BETWEEN": "(extract(epoch FROM ({a} - {b})) * 1000)",
    # Whole numbers
    "QUOTIENT": "div({a}, {b})",
}

TEMPLATES: Final = Templates(_FUNCTIONS, _TIME_TOKENS, _TIME_NUMBERS, _PERIOD_STARTS)
