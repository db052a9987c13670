"""Days and moments as text, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from kernel.errors import ExpressionError
from kernel.expressions import time_format
from kernel.expressions.catalogue import define, own
from kernel.expressions.conversion import folded
from kernel.expressions.functions.date import difference, local
from kernel.expressions.operands import Context, Operand, constant, derived
from kernel.expressions.time_reading import reading
from kernel.time_zones import time_zones
from kernel.values import DATETIME, TEXT, Kind

_DAY: Final = 86_400
_SPANS: Final = (
    (45, "a few seconds", 0), (90, "a minute", 0), (2_670, "minutes", 60), (5_400, "an hour", 0),
    (77_400, "hours", 3_600), (129_600, "a day", 0), (2_203_200, "days", _DAY), (3_931_200, "a month", 0),
    (27_604_800, "months", 2_629_800), (47_304_000, "a year", 0), (0, "years", 31_557_600),
)  # fmt: skip
"""Below how many seconds what is said; for what is counted, how many seconds one of it has."""


# How a time is written
def _format(context: Context, operands: Sequence[Operand]) -> Operand:
    time = operands[0]
    pattern = str(operands[1].constant) if len(operands) > 1 else "YYYY-MM-DD HH:mm"
    if len(pattern) > time_format.MAXIMUM_PATTERN:
        raise ExpressionError("The pattern is too long.", operands[1].position)
    return by_pieces(context, time, time_format.split(pattern))


def by_pieces(context: Context, time: Operand, pieces: Sequence[tuple[bool, str]]) -> Operand:
    """A time as the pieces of a pattern write it."""
    write = time_format.writer(context.dialect, time.language, pieces)
    written = [write(text) if token else context.parameters.add(text, TEXT) for token, text in pieces]
    there = {"x": local(context, time, time.zone)}
    sql = context.dialect.once(there, lambda v: context.dialect.concat(written).replace("{x}", v["x"]))
    return derived(TEXT, sql, time)


def _timestr(context: Context, operands: Sequence[Operand]) -> Operand:
    return _format(context, [operands[0], constant("HH:mm:ss", 0)])


def _datestr(context: Context, operands: Sequence[Operand]) -> Operand:
    return derived(TEXT, context.dialect.date_text(context.sql(operands[0])), operands[0])


def _in_zone(context: Context, operands: Sequence[Operand]) -> Operand:
    time, word = operands
    zone = str(word.constant).strip()
    _only_written(context, "SET_TIMEZONE", time)
    if zone not in time_zones():
        near = get_close_matches(zone[:40], time_zones(), 1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise ExpressionError(f"There is no time zone '{zone[:40]}'.{hint}", word.position)
    return replace(time, zone=zone)


def _in_language(context: Context, operands: Sequence[Operand]) -> Operand:
    time, word = operands
    _only_written(context, "SET_LOCALE", time)
    return replace(time, language=_language(word))


def _only_written(context: Context, name: str, time: Operand) -> None:
    if not context.written:
        raise ExpressionError(f"{name} stands inside DATETIME_FORMAT, around its date.", time.position)


# How far a time is
def _distance(context: Context, operands: Sequence[Operand]) -> Operand:
    time = operands[0]
    days = time.kind is Kind.DATE
    now = constant(context.today() if days else context.resolver.now, 0)
    apart = difference(context, [time, now, constant("seconds", 0)])
    sql = context.dialect.once({"s": f"abs({apart.sql})"}, lambda v: _spoken(context, v["s"], days))
    return derived(TEXT, sql, time)


def _spoken(context: Context, seconds: str, days: bool) -> str:
    """Days without a time of day are counted from today, so that a few seconds are none."""
    cases = [f"WHEN {seconds} < {_DAY} THEN '0 days'"] if days else []
    for below, words, each in _SPANS:
        text = _counted(context, seconds, words, each) if each else f"'{words}'"
        cases.append(f"WHEN {seconds} {f'< {below}' if below else '>= 0'} THEN {text}")
    return f"CASE {' '.join(cases)} END"


def _counted(context: Context, seconds: str, words: str, each: int) -> str:
    count = own(context, "QUOTIENT", {"a": f"({seconds} + {each // 2})", "b": str(each)})
    return f"({context.dialect.text(count)} || ' {words}')"


# Back
def _parse(context: Context, operands: Sequence[Operand]) -> Operand:
    zone = context.dialect.literal(context.zone)
    if len(operands) > 1:
        return _parse_by(context, zone, *operands)
    return derived(DATETIME, f"smalt_parse_moment({context.sql(operands[0])}, {zone})", operands[0])


def _parse_by(
    context: Context, zone: str, text: Operand, pattern: Operand, language: Operand | None = None
) -> Operand:
    locale = time_format.locale_of("en" if language is None else _language(language))
    wanted = str(pattern.constant)
    found = reading(wanted, locale) if locale and len(wanted) <= time_format.MAXIMUM_PATTERN else None
    if found is None:
        raise ExpressionError(
            "Write a pattern with each part once, such as 'D.M.YYYY HH:mm'.", pattern.position
        )
    bound = (found.pattern, found.parts, found.names, found.base(context.today()))
    arguments = ", ".join(context.parameters.add(argument, TEXT) for argument in bound)
    return derived(DATETIME, f"smalt_read_moment({folded(context, text)}, {arguments}, {zone})", text)


def _language(word: Operand) -> str:
    """The language that a word names."""
    if time_format.locale_of(str(word.constant)) is None:
        raise ExpressionError(
            f"'{str(word.constant)[:40]}' is not a language; write one such as 'pl' or 'en-GB'.",
            word.position,
        )
    return str(word.constant)


FUNCTIONS = (
    define("TIMESTR", "date: datetime", _timestr, "The time of day as HH:mm:ss."),
    define("DATESTR", "date: date", _datestr, "The date as YYYY-MM-DD."),
    define(
        "DATETIME_FORMAT", "date: time, [pattern: word]", _format,
        "A date as text, such as DD.MM.YYYY HH:mm.", writes=True,
    ),
    define(
        "SET_TIMEZONE", "date: time, zone: word", _in_zone,
        "Inside DATETIME_FORMAT: a time as clocks of another time zone show it.", writes=True,
    ),
    define(
        "SET_LOCALE", "date: time, language: word", _in_language,
        "Inside DATETIME_FORMAT: with the names of months and days of a language.", writes=True,
    ),
    define("FROMNOW", "date: time", _distance, "How far a date is from now, as words: 3 days, a month."),
    define("TONOW", "date: time", _distance, "The same as FROMNOW."),
    define(
        "DATETIME_PARSE", "text: text, [pattern: word], [language: word]", _parse,
        "The moment that a text is, by ISO 8601 or a pattern such as D MMM YYYY; nothing if it is none.",
    ),
)  # fmt: skip
