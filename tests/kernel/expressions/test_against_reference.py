"""Random typed expressions: both engines must agree with the reference, row by row."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernel.expressions import reference as r
from tests.kernel.expressions import reference_lists as lists
from tests.kernel.expressions import reference_times as times
from tests.kernel.expressions.reference import Term
from tests.kernel.expressions.sample import ROWS, Engine

Draw = Callable[[st.SearchStrategy[Any]], Any]

_NUMBERS = [
    r.column("num", "n", "exact", 2),
    r.column("rate", "q", "exact", 4),
    r.column("int", "i", "exact"),
]
_REAL = r.column("real", "f", "real")
_TEXTS = [r.column("text", "t", "text"), r.column("word", "w", "text"), r.option("stage", "l")]
_DATES = [r.column("day", "d", "date"), r.column("due", "e", "date"), times.today()]
_MOMENT = r.column("at", "ts", "moment")
_DONE = r.column("done", "b", "condition")
_AMOUNTS = lists.items("amount", "exact", 2)
_NAMES = lists.items("name", "text")
_STAGES = lists.items("stage", "text")

_SNIPPETS = st.one_of(
    st.sampled_from(
        ["a", "ABC", "ż", "Żółw", "ł", "ß", "😀", " ", "'", "\\", "%", "_", "lost", "İ", "Σ", "\n", "{}"]
    ),
    st.text(
        st.characters(codec="utf-8", exclude_characters="\0", max_codepoint=0x17F), min_size=1, max_size=4
    ),
)


def _decimal(draw: Draw) -> Term:
    places = draw(st.integers(0, 4))
    value = Decimal(draw(st.one_of(st.integers(-50, 50), st.integers(-(10**12), 10**12)))).scaleb(-places)
    return r.constant(f"({value:f})", "exact", value, places)


def _literal(draw: Draw) -> Term:
    text = draw(_SNIPPETS)
    return r.constant(r.quoted(text), "text", normalize("NFC", text))


def exact(draw: Draw, depth: int) -> Term:
    if depth <= 0:
        return draw(st.sampled_from(_NUMBERS)) if draw(st.integers(0, 2)) else _decimal(draw)
    a, b = exact(draw, depth - 1), exact(draw, draw(st.integers(0, depth - 1)))
    match draw(st.integers(0, 13)):
        case 0 | 1:
            return r.arithmetic(draw(st.sampled_from("+-")), a, b)
        case 2 if a.scale + b.scale <= 8:
            return r.arithmetic("*", a, b)
        case 3:
            return r.negated(a)
        case 4:
            return r.remainder(a, b)
        case 5:
            name = draw(st.sampled_from(["ROUND", "ROUNDUP", "ROUNDDOWN", "TRUNC"]))
            return r.rounded(name, a, draw(st.none() | st.integers(-9, 8)))
        case 6:
            return r.rounded(draw(st.sampled_from(["INT", "FLOOR", "CEILING"])), a, None)
        case 7:
            return r.keeping("ABS", a)
        case 8:
            terms = [a, b, exact(draw, 0)]
            return r.folded(draw(st.sampled_from(["SUM", "MIN", "MAX", "COUNT"])), terms)
        case 9:
            return r.chosen(truth(draw, depth - 1), a, b)
        case 10:
            return r.coalesced(a, b)
        case 11:
            return r.length(text(draw, depth - 1))
        case 12:
            return times.part_of(
                draw(st.sampled_from(["YEAR", "MONTH", "DAY", "QUARTER", "WEEKDAY", "WEEKNUM"])),
                day(draw, depth - 1),
            )
        case 13:
            factor = exact(draw, 0) if draw(st.booleans()) else None
            return lists.folded_items(draw(st.sampled_from(["SUM", "MIN", "MAX", "COUNT"])), _AMOUNTS, factor)
    return r.arithmetic("-", a, b)


def real(draw: Draw, depth: int) -> Term:
    if depth <= 0:
        return _REAL
    a, b = real(draw, depth - 1), exact(draw, depth - 1)
    match draw(st.integers(0, 5)):
        case 0 | 1:
            return r.arithmetic(draw(st.sampled_from("+-*/")), a, b)
        case 2:
            return r.arithmetic("/", b, exact(draw, 0))
        case 3:
            return r.root(a)
        case 4:
            return r.chosen(truth(draw, depth - 1), a, real(draw, 0))
    return r.coalesced(a, real(draw, 0))


def text(draw: Draw, depth: int) -> Term:
    if depth <= 0:
        return draw(st.sampled_from(_TEXTS)) if draw(st.integers(0, 2)) else _literal(draw)
    a = text(draw, depth - 1)
    count = draw(st.integers(-2, 30))
    match draw(st.integers(0, 12)):
        case 12:
            number = draw(st.sampled_from([exact, real]))(draw, depth - 1)
            return r.patterned(number, draw(st.booleans()), draw(st.integers(0, 4)), draw(st.booleans()))
        case 11:
            return r.split(
                a, draw(st.sampled_from([" ", "A", "ż", "n'"])), draw(st.integers(-3, 3).filter(bool))
            )
        case 10:
            return times.from_now(draw(st.sampled_from([day, moment]))(draw, depth - 1))
        case 0 | 1:
            others = [exact(draw, 0), day(draw, 0), _MOMENT, text(draw, 0), condition(draw, 0)]
            return r.joined([a, *draw(st.lists(st.sampled_from(others), min_size=1, max_size=3))])
        case 2 | 3:
            start = draw(st.integers(-1, 9))
            return r.cut(draw(st.sampled_from(["LEFT", "RIGHT", "MID"])), a, start, count)
        case 4:
            return r.cased(draw(st.sampled_from(["UPPER", "LOWER"])), a)
        case 5:
            return r.trimmed(a)
        case 6:
            return r.substituted(a, _literal(draw).meaning({}), draw(st.sampled_from(["", "x", "ÀB"])))
        case 7:
            return r.repeated(a, max(count, 0))
        case 8:
            return r.chosen(truth(draw, depth - 1), a, text(draw, 0))
    return r.coalesced(a, lists.joined_items(draw(st.sampled_from([_NAMES, _STAGES, _AMOUNTS])), ", "))


def day(draw: Draw, depth: int) -> Term:
    if depth <= 0:
        return draw(st.sampled_from(_DATES))
    a = day(draw, depth - 1)
    match draw(st.integers(0, 4)):
        case 0 | 1:
            unit = draw(st.sampled_from(["days", "weeks", "months", "quarters", "years"]))
            return times.later(a, draw(st.integers(-40, 40)), unit)
        case 2:
            return times.period_start(a, draw(st.sampled_from(["week", "month", "quarter", "year"])))
        case 3:
            return r.chosen(truth(draw, depth - 1), a, day(draw, 0))
    return r.coalesced(a, day(draw, 0))


def moment(draw: Draw, depth: int) -> Term:
    if depth <= 0:
        return _MOMENT
    a = moment(draw, depth - 1)
    unit = draw(st.sampled_from(["hours", "minutes", "days", "months"]))
    return times.later(a, draw(st.integers(-500, 500)), unit)


def condition(draw: Draw, depth: int) -> Term:
    if depth <= 0:
        return _DONE
    below = depth - 1
    operator = draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
    match draw(st.integers(0, 10)):
        case 0 | 1:
            return r.compared(operator, exact(draw, below), exact(draw, draw(st.integers(0, below))))
        case 2:
            return r.compared(operator, text(draw, below), text(draw, 0))
        case 3:
            return r.compared(operator, day(draw, below), draw(st.sampled_from([*_DATES, _MOMENT])))
        case 4:
            return r.compared(operator, moment(draw, below), draw(st.sampled_from([*_DATES, _MOMENT])))
        case 5:
            operands = [truth(draw, below), truth(draw, draw(st.integers(0, below))), _DONE]
            return r.connected(draw(st.sampled_from(["AND", "OR"])), operands)
        case 6:
            return r.denied(truth(draw, below))
        case 7:
            make = draw(st.sampled_from([exact, text]))
            return r.among(make(draw, below), [make(draw, 0), make(draw, 0)])
        case 8:
            return r.blank(draw(st.sampled_from([exact, text, day, real]))(draw, below))
        case 9:
            name = draw(st.sampled_from(["CONTAINS", "STARTS_WITH", "ENDS_WITH"]))
            return r.contains(name, text(draw, below), text(draw, 0))
    if draw(st.booleans()):
        return lists.any_item(operator, _AMOUNTS, exact(draw, below))
    return lists.any_item(operator, draw(st.sampled_from([_NAMES, _STAGES])), text(draw, below))


def truth(draw: Draw, depth: int) -> Term:
    """What stands where a condition is wanted: 0 and empty are false, all else is true."""
    if draw(st.integers(0, 2)):
        return condition(draw, depth)
    if not draw(st.integers(0, 5)):
        return r.filled(draw(st.sampled_from([_AMOUNTS, _NAMES, _STAGES])))
    return draw(st.sampled_from([exact, real, text, day, moment]))(draw, depth)


def _terms(make: Callable[[Draw, int], Term]) -> st.SearchStrategy[Term]:
    return st.composite(lambda draw: make(draw, draw(st.integers(1, 4))))()


def _check(engines: tuple[Engine, Engine], term: Term) -> None:
    wanted = [term.meaning(row) for row in _rows()]
    for engine in engines:
        # the same option from both sides of IF stays an option, which is its text only when shown
        found = engine.values(f"TEXT({term.text})" if term.kind == "text" else term.text)
        for number, (expected, value) in enumerate(zip(wanted, found, strict=True)):
            assert _same(expected, value), (engine.dialect.name, number + 1, expected, value, term.text)


def _same(expected: Any, found: Any) -> bool:
    if isinstance(expected, float) and isinstance(found, float):
        return math.isclose(expected, found, rel_tol=1e-9, abs_tol=1e-2)
    if isinstance(expected, Decimal):
        return found is not None and expected == found
    return bool(expected == found) and type(expected) is type(found)


def _rows() -> list[dict[str, Any]]:
    exact_columns = ("n", "q", "i")
    return [
        {k: Decimal(v) if k in exact_columns and v is not None else v for k, v in row.items()} for row in ROWS
    ]


_SETTINGS = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


@_SETTINGS
@given(term=_terms(exact))
def test_exact_numbers(both: tuple[Engine, Engine], term: Term) -> None:
    _check(both, term)


@_SETTINGS
@given(term=_terms(real))
def test_real_numbers(both: tuple[Engine, Engine], term: Term) -> None:
    _check(both, term)


@_SETTINGS
@given(term=_terms(text))
def test_texts(both: tuple[Engine, Engine], term: Term) -> None:
    _check(both, term)


@_SETTINGS
@given(term=_terms(condition))
def test_conditions(both: tuple[Engine, Engine], term: Term) -> None:
    _check(both, term)
    wanted = [row["id"] for row in _rows() if term.meaning(row)]
    for engine in both:
        assert engine.matching(term.text) == wanted


@_SETTINGS
@given(term=_terms(day))
def test_days(both: tuple[Engine, Engine], term: Term) -> None:
    _check(both, term)


@_SETTINGS
@given(term=_terms(moment))
def test_moments(both: tuple[Engine, Engine], term: Term) -> None:
    _check(both, term)


@pytest.mark.parametrize("value", [date(1, 1, 1), date(9999, 12, 31)])
def test_the_ends_of_time_are_stored_and_read(both: tuple[Engine, Engine], value: date) -> None:
    for engine in both:
        assert value in [*engine.values("{day}"), *engine.values("{due}")]


def test_moments_are_utc(both: tuple[Engine, Engine]) -> None:
    for engine in both:
        assert engine.values("{at}")[0] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
