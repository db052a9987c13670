"""Text. Positions count characters from 1; text without a character is empty."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from kernel.errors import ExpressionError
from kernel.expressions.catalogue import Build, define, own, sql_function
from kernel.expressions.conversion import folded
from kernel.expressions.joining import join
from kernel.expressions.operands import LONGEST_TEXT, Context, Operand, constant, derived
from kernel.expressions.patterns import read_pattern
from kernel.values import BOOLEAN, INTEGER, TEXT, Kind


def _concatenate(context: Context, operands: Sequence[Operand]) -> Operand:
    return join(context, operands, 0)


def _t(context: Context, operands: Sequence[Operand]) -> Operand:
    return operands[0] if operands[0].kind is Kind.TEXT else constant(None, 0)


def _find_folded(name: str, context: Context, operands: Sequence[Operand]) -> Operand:
    """A condition about a part of a text, without regard to case."""
    text, part = (folded(context, operand) for operand in operands)
    return derived(BOOLEAN, own(context, name, {"text": text, "part": part}), *operands, loose=True)


def _position(context: Context, operands: Sequence[Operand]) -> Operand:
    text, part = (folded(context, o) for o in (operands[1], operands[0]))
    if len(operands) > 2:
        sql = f"smalt_find({part}, {text}, {context.sql(operands[2])})"
    else:
        sql = own(context, "SEARCH", {"text": text, "part": part})
    return derived(INTEGER, context.dialect.cast(sql, INTEGER), *operands)


def _pattern(name: str, more: str = "") -> Build:
    """A function of a text and a pattern, which is checked here and bound as a parameter."""

    def build(context: Context, operands: Sequence[Operand]) -> Operand:
        pattern = read_pattern(str(operands[1].constant), operands[1].position)
        if more and pattern.empty:
            raise ExpressionError("This pattern may match nothing at all.", operands[1].position)
        arguments = [context.sql(operands[0]), context.parameters.add(pattern.source, TEXT)]
        arguments += [context.sql(operand) for operand in operands[2:]]
        sql = f"smalt_regex_{name}({', '.join(arguments)})"
        if name == "match":
            return derived(BOOLEAN, sql, *operands, loose=True)
        return derived(TEXT, f"nullif({sql}, '')", *operands, high=LONGEST_TEXT)

    return build


FUNCTIONS = (
    define("CONCATENATE", "value…: text", _concatenate, "The values as one text; the same as &."),
    define("CONCAT", "value…: text", _concatenate, "The same as CONCATENATE."),
    sql_function(
        "LEFT", "text: text, [count: count]", TEXT, "The first characters of a text.",
        defaults={"count": "1"},
    ),
    sql_function(
        "RIGHT", "text: text, [count: count]", TEXT, "The last characters of a text.",
        defaults={"count": "1"},
    ),
    sql_function(
        "MID", "text: text, start: count, count: count", TEXT, "Characters from the middle of a text.",
    ),
    sql_function("LEN", "text: text", INTEGER, "How many characters a text has.", both="length({text})"),
    sql_function("UPPER", "text: text", TEXT, "In capitals.", both="smalt_upper({text})"),
    sql_function("LOWER", "text: text", TEXT, "In small letters.", both="smalt_fold({text})"),
    sql_function("PROPER", "text: text", TEXT, "Each word with a capital.", both="smalt_proper({text})"),
    sql_function("TRIM", "text: text", TEXT, "Without blanks at the beginning and the end."),
    sql_function(
        "SUBSTITUTE", "text: text, old: text, new: text, [place: count]", TEXT,
        "With every occurrence of one text replaced by another, or only the one at a place.",
        both="smalt_replace({text}, {old}, {new}, {place})", defaults={"place": "NULL"}, high=LONGEST_TEXT,
    ),
    sql_function(
        "REPLACE", "text: text, start: count, count: count, new: text", TEXT,
        "With some characters, counted from the start, replaced by a text.",
    ),
    sql_function(
        "FIND", "part: text, text: text, [start: count]", INTEGER,
        "Where a text stands in another, capitals told apart; 0 when it does not.",
        both="smalt_find({part}, {text}, {start})",
        defaults={"start": "1"},
    ),
    define(
        "SEARCH", "part: text, text: text, [start: count]", _position,
        "Like FIND, without regard to case.",
    ),
    define(
        "CONTAINS", "text: text, part: text", partial(_find_folded, "CONTAINS"),
        "Whether a text stands in another, without regard to case.",
    ),
    define(
        "STARTS_WITH", "text: text, part: text", partial(_find_folded, "STARTS_WITH"),
        "Whether a text begins with another, without regard to case.",
    ),
    define(
        "ENDS_WITH", "text: text, part: text", partial(_find_folded, "ENDS_WITH"),
        "Whether a text ends with another, without regard to case.",
    ),
    sql_function(
        "REPT", "text: text, count: count", TEXT, "A text repeated, up to 10,000 characters.",
        both="smalt_repeat({text}, {count})", high=4,
    ),
    sql_function(
        "EXACT", "a: text, b: text", BOOLEAN, "Whether two texts are equal, capitals told apart.",
        both="({a} = {b})",
    ),
    sql_function(
        "SPLIT_PART", "text: text, separator: text, place: count", TEXT,
        "The part of a text at a place, counted from 1, or from the end as -1.",
    ),
    define("T", "value", _t, "The value if it is text, else nothing."),
    define(
        "REGEX_MATCH", "text: text, pattern: word", _pattern("match"),
        "Whether a pattern is found in (the first 10,000 characters of) a text. Patterns have characters,"
        " classes, \\d \\w \\s, groups, | and * + ? {m,n}; no look-around or back references.",
    ),
    define(
        "REGEX_EXTRACT", "text: text, pattern: word", _pattern("extract"),
        "The first, longest part of a text that a pattern describes.",
    ),
    define(
        "REGEX_REPLACE", "text: text, pattern: word, new: text", _pattern("replace", "new"),
        "A text (of up to 10,000 characters) with every part that a pattern describes replaced.",
    ),
    sql_function(
        "ENCODE_URL_COMPONENT", "text: text", TEXT, "A text as it stands in a web address.",
        both="smalt_url({text})",
    ),
)  # fmt: skip
