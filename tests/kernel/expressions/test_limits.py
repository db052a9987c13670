"""No expression within the language's limits may fail in an engine, or keep it busy."""

from __future__ import annotations

import time

import pytest

from kernel.dialects import POSTGRES, SQLITE, Dialect
from kernel.dialects.sqlite_depth import DEEPEST_OF_ALL, weight
from kernel.errors import ExpressionError
from kernel.expressions import CATALOGUE, compile, compile_measure, parse
from kernel.expressions.catalogue import Function, Parameter
from kernel.values import Kind, Value
from tests.kernel.expressions.sample import Engine, SampleResolver

_DEEP = 56

_SAMPLES = {
    "text": "{text}", "number": "{num}", "real": "{real}", "count": "2", "condition": "{done}",
    "date": "{day}",
    "datetime": "{at}", "time": "{day}", "any": "{num}", "values": "{num}",
}  # fmt: skip
_WORDS = {
    "unit": "'month'",
    "period": "'today'",
    "pattern": "'ab|c+'",
    "currency": "'EUR'",
    "first": "'Monday'",
    "zone": "'UTC'",
    "language": "'pl'",
    "decimal": "','",
    "group": "'.'",
}


def _nested(function: Function, seed: str) -> str | None:
    """A function in its own first argument, as deep as its result fits there."""
    others = [_other(p, seed) for p in function.parameters[1:] if p.name not in ("separator", "more")]
    for depth in (_DEEP, _DEEP // 2, 9, 3, 1):
        text = seed
        for _ in range(depth):
            text = f"{function.name}({', '.join([text, *others])})"
        text = f"DATETIME_FORMAT({text})" if function.name.startswith("SET_") else text
        if len(text) < 10_000 and _compiles(text):
            return text
    return None


def _other(parameter: Parameter, seed: str) -> str:
    if parameter.name == "places":
        return "1"
    return _WORDS.get(parameter.name) or (seed if parameter.accepts == "any" else _SAMPLES[parameter.accepts])


def _compiles(text: str) -> bool:
    try:
        compile(parse(text), SampleResolver(SQLITE))
    except ExpressionError:
        return False
    return True


@pytest.mark.parametrize("function", [f for f in CATALOGUE if f.parameters], ids=lambda f: f.name)
def test_functions_in_themselves(both: tuple[Engine, Engine], function: Function) -> None:
    accepts = function.parameters[0].accepts
    seeds = ["{num}", "{money}", "{text}", "{day}"] if accepts in ("any", "values") else [_SAMPLES[accepts]]
    texts = [text for seed in seeds if (text := _nested(function, seed))]
    for text in texts:
        first, second = (_answer(engine, text) for engine in both)
        assert first is None or second is None or len(first) == len(second)


def _answer(engine: Engine, text: str) -> list[str] | None:
    """None where the engine's SQL would be too large; any other failure is one."""
    try:
        return engine.answer(text).json
    except ExpressionError as error:
        if "too large" not in error.detail:
            raise
        return None


@pytest.mark.parametrize(
    "pattern",
    ["({} + {num})", "({num} - {})", "({} * {real})", "({real} / {})", "({} % 7)", "({num} % {})", "(-{})",
     "IF({} > 1, {num}, {int})", "IF({done}, {}, {num})", "ROUND({} + 0.5, 2)", "COALESCE({real}, {})"],
)  # fmt: skip
def test_deep_numbers(both: tuple[Engine, Engine], pattern: str) -> None:
    text = "{num}"
    for _ in range(_DEEP // 2):
        text = pattern.replace("{}", text)
    assert [engine.values(text)[1] for engine in both] in ([None, None], [None, 0], [0, 0], [None, -1])


@pytest.mark.parametrize(
    "pattern", ["(NOT {})", "({} AND {done})", "({done} OR {})", "({} = {done})", "IF({}, {done}, {done})"]
)
def test_deep_conditions(both: tuple[Engine, Engine], pattern: str) -> None:
    text = "({num} > 1)"
    for _ in range(_DEEP):
        text = pattern.replace("{}", text)
    assert both[0].matching(text) == both[1].matching(text)
    assert both[0].values(text) == both[1].values(text)


def test_long_chains(sample: Engine) -> None:
    assert sample.values(" & ".join(["{text}"] * 499))[0] == "Żółw ABC" * 499
    assert sample.matching(" OR ".join(f"{{int}} = {i}" for i in range(100, 180)) + " OR {int} = 7") == [1]
    names = ", ".join(f"'n{i}'" for i in range(490))
    assert sample.matching(f"{{text}} IN ({names}, 'żółw abc')") == [1]
    assert sample.values("+".join(["{num}"] * 59))[0] == 59 * 12.5


def test_sums_of_every_row_do_not_overflow(sample: Engine) -> None:
    assert sample.values("SUM({num} * 90000000, {num} * 90000000)")[3] is None
    assert sample.values("{num} * 99999999 * 1000")[3] is None


def test_texts_do_not_explode(sample: Engine) -> None:
    text = "REPT({text}, 900)"
    for _ in range(6):
        text = f"SUBSTITUTE({text}, 'A', REPT('A', 10000))"
    assert sample.values(f"LEN({text})")[0] in (None, 0)
    many = " & ".join(["REPT({text}, 1000)"] * 120)
    assert sample.values(f"LEN({many})")[0] == 8000 * 120
    assert sample.values(f"LEN(SUBSTITUTE({many}, 'A', 'AAAAAAAAAA'))")[0] is None


def test_regular_expressions_take_linear_time(both: tuple[Engine, Engine]) -> None:
    hostile = "REPT('a', 9999) & 'b'"
    for pattern in ("(a*)*$", "(a|a)*c", "(a+)+$", "([a-z]+)*x", "(.*a){30}c"):
        start = time.process_time()
        first, second = (engine.values(f"REGEX_MATCH({hostile}, '{pattern}')") for engine in both)
        assert first == second
        assert time.process_time() - start < 5


def test_what_sqlite_would_refuse_is_refused_before() -> None:
    measure = "SUM({num})"
    for _ in range(18):
        measure = f"ROUND({measure} * 1.5 % 7, 2)"
    resolver = SampleResolver(SQLITE)
    with pytest.raises(ExpressionError, match=r"too (deep|large)"):
        compile_measure(parse(measure), resolver)


def test_formulas_that_read_formulas(sqlite_sample: Engine) -> None:
    """What a resolver gives may itself have been cut; it is taken apart and cut anew."""
    resolver = SampleResolver(SQLITE)
    inner = compile(parse("UPPER(" * 50 + "{text}" + ")" * 50), resolver)
    columns = {"formula": inner}
    original = resolver.resolve
    resolver.resolve = lambda path, position: columns.get(path[0]) or original(path, position)  # type: ignore[method-assign,assignment,return-value]
    for number in range(8):
        columns["formula"] = compile(parse("LOWER(" * 20 + "UPPER({formula})" + ")" * 20), resolver)
        assert weight(columns["formula"].sql) <= DEEPEST_OF_ALL, number
    sql, parameters = resolver.parameters.prune(
        f"SELECT {columns['formula'].sql} FROM sample AS r ORDER BY r.id"
    )
    assert sqlite_sample.fetch(sql, parameters)[0] == ("żółw abc",)
    assert columns["formula"].type.kind is Kind.TEXT


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRES], ids=lambda d: d.name)
def test_doubling_formulas_are_stopped(dialect: Dialect) -> None:
    resolver = SampleResolver(dialect)
    value = compile(parse("{num} + {num}"), resolver)
    resolver.resolve = lambda path, position: value  # type: ignore[method-assign,assignment]

    def double() -> None:
        nonlocal value
        for _ in range(40):
            value = compile(parse("{f} + {f} * 2"), resolver)

    with pytest.raises(ExpressionError, match="too large"):
        double()


@pytest.mark.parametrize(
    "formula", ["+".join(["{f}", *["{num}"] * 58]), "LEFT(" * 30 + "{f} & 'x'" + ")" * 30]
)
def test_chains_of_formulas_end_before_sqlite_refuses_them(sqlite_sample: Engine, formula: str) -> None:
    resolver = SampleResolver(SQLITE)
    value = compile(parse("{num}"), resolver)
    original = resolver.resolve
    resolver.resolve = lambda path, position: value if path == ("f",) else original(path, position)  # type: ignore[method-assign,assignment]
    for _ in range(24):
        sql, parameters = resolver.parameters.prune(f"SELECT {value.sql} FROM sample AS r")
        sqlite_sample.fetch(sql, parameters)
        if not (deeper := _deeper(formula, resolver)):
            return
        value = deeper


def _deeper(formula: str, resolver: SampleResolver) -> Value | None:
    try:
        return compile(parse(formula), resolver)
    except ExpressionError as error:
        if "too" not in error.detail:
            raise
        return None
