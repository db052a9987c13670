"""What operators mean for each kind of value, empty ones included."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from kernel.dialects import POSTGRES, SQLITE
from kernel.expressions import compile, parse
from kernel.values import TEXT
from tests.kernel.expressions.sample import Engine, SampleResolver


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        # empty
        ("{text} = BLANK()", [2]),
        ("{text} != BLANK()", [1, 3, 4, 5]),
        ("{text} = ''", [2]),
        ("BLANK() = {due}", [2, 5]),
        ("{text} = {word} OR {num} > {rate} OR {int} < 0", [1, 3, 4]),
        ("{text} != 'żółw ABC'", [2, 3, 4, 5]),
        ("NOT {num} > 0", [2, 3, 5]),
        ("NOT {done}", [2, 3, 5]),
        ("{done} = FALSE", [3, 5]),
        ("{done} != TRUE", [2, 3, 5]),
        ("{done} OR {int} = 0", [1, 4]),
        # numbers
        ("{num} = 12.5", [1]),
        ("{num} = '12.50'", [1]),
        ("{num} > 12.499", [1, 4]),
        ("{num} >= 12.505", [4]),
        ("{num} < -0.005", [3]),
        ("{num} <= -0.015", []),
        ("{num} = -0.0100001", []),
        ("{num} < 99999999999999999999", [1, 3, 4, 5]),
        ("{num} IN (0, 12.50, BLANK())", [1, 2, 5]),
        ("{int} IN (7.5, '7')", [1]),
        ("{real} IN (2.5, 0)", [1, 4]),
        ("{num} > {rate}", [1, 3, 4]),
        ("5 > {int}", [3, 4]),
        # text
        ("{text} = 'ŻÓŁW abc'", [1]),
        ("{text} = 'zolw abc'", []),
        ("{word} < 'b'", [1, 4]),
        ("{word} IN ('STRASSE', 'abc')", [1, 5]),
        ("{word} = 'straße'", []),
        # options
        ("{stage} = 'won'", [1]),
        ("{stage} = 'LOST'", [3, 5]),
        ("{stage} = '3'", [4]),
        ("{stage} = 'żółw''s'", [4]),
        ("{stage} = 'nothing'", []),
        ("{stage} != 'Lost'", [1, 2, 4]),
        ("{stage} IN ('Won', BLANK())", [1, 2]),
        ("{stage} NOT IN ('Won', 'Lost')", [2, 4]),
        ("{stage} > 'm'", [1, 4]),
        ("{stage} = {word} & ''", []),
        ("{stage} = {stage}", [1, 3, 4, 5]),
        ("CONTAINS({stage}, 'os')", [3, 5]),
        # people
        ("{owner} = 'ewa nowak'", [1]),
        ("{owner} = 'EWA@acme.example'", [1]),
        ("{owner} = '7'", [4]),
        ("{owner} IN ('Łukasz', '7')", [3, 4]),
        ("{owner} = BLANK()", [2, 5]),
        ("{owner} = {owner}", [1, 3, 4]),
        # times
        ("{day} = '2026-01-31'", [1]),
        ("{day} > '2024-02-29' AND {day} <= '2026-11-23'", [1, 5]),
        ("{day} < {due}", [1, 3, 4]),
        ("{at} = '2026-10-25'", [1]),
        ("{at} = '2026-11-23'", [5]),
        ("{at} < '2024-03-01'", [4]),
        ("{at} <= '2024-03-01'", [3, 4]),
        ("{at} > '2024-03-01'", [1, 5]),
        ("{at} >= '2024-03-01'", [1, 3, 5]),
        ("{at} = '2026-10-25T00:30:00Z'", [1]),
        ("{at} > '2026-10-25 02:29'", [1, 5]),
        ("{at} = {day}", [5]),
        ("{day} < {at}", [1, 3, 4]),
        ("{at} IN ('2026-10-25', '1970-01-01')", [1, 4]),
        ("{day} IN (TODAY(), '2024-02-29')", [3, 5]),
        ("{at} > '0001-01-01' AND {at} < '9999-12-31'", [1, 3, 4, 5]),
        # money
        ("{money} > {cost}", [1, 3, 4]),
        ("{money} > 50", [1, 4]),
        ("{money} = MONEY(100.25, 'EUR')", [1]),
        ("{money} = MONEY(100.25, 'USD')", []),
        # many
        ("{items.amount} > 2", [1]),
        ("{items.amount} = 0 OR {items.amount} = -9.99", [3, 4]),
        ("{items.amount} != 1.5", [2, 3, 4, 5]),
        ("NOT {items.amount} != 1.5", [1]),
        ("{items.amount} = BLANK()", [2, 5]),
        ("{items.amount} IN (2.5, 0)", [1, 4]),
        ("{items.name} = {text}", []),
        ("{items.stage} = 'won'", [1]),
        ("'WON' IN {items.stage}", [1]),
        ("{int} - 6 IN {items.amount}", []),
        ("1.5 IN {items.amount} AND {num} > 1", [1]),
        ("'won' NOT IN {items.stage}", [2, 3, 4, 5]),
        ("{items.stage} IN ('Won', 'Lost')", [1]),
        ("{items.stage} = 'Won' AND {items.stage} = 'Lost'", [1]),
        ("{items.day} < '2026-01-01'", [1]),
        ("{items.amount} * 2 > 4.9", [1]),
        ("{items.amount} * {items.price} < 0", [3]),
        ("CONTAINS({items.name}, 'ĆM')", [1]),
        ("COUNT({items.amount}) > 1 AND SUM({items.amount}) > 5", [1]),
    ],
)  # fmt: skip
def test_conditions(sample: Engine, condition: str, ids: list[int]) -> None:
    assert sample.matching(condition) == ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{money} - {cost}", [{"amount": "60.25", "currency": "EUR"}, None]),
        ("{money} + 1", [{"amount": "101.25", "currency": "EUR"}, None]),
        ("{money} * 2 - 0.255", [{"amount": "200.245", "currency": "EUR"}, None]),
        ("{money} / {cost}", [2.50625, None]),
        ("{money} / 2", [{"amount": "50.13", "currency": "EUR"}, None]),
        ("MONEY({num}, 'JPY')", [{"amount": "12.5", "currency": "JPY"}, None]),
        ("ROUND(MONEY({num}, 'JPY'))", [{"amount": "13", "currency": "JPY"}, None]),
        ("MONEY({int}, 'KWD')", [{"amount": "7.000", "currency": "KWD"}, None]),
        ("{money} + MONEY(1, 'USD')", [None, None]),
        ("IF({done}, {money}, 0)",
         [{"amount": "100.25", "currency": "EUR"}, {"amount": "0.00", "currency": "EUR"}]),
        ("IF({done}, {money}, MONEY(1, 'USD'))",
         [{"amount": "100.25", "currency": "EUR"}, {"amount": "1.00", "currency": "USD"}]),
        ("SUM({items.price})", [{"amount": "13.10", "currency": "EUR"}, None]),
        ("SUM({items.price}, {money})", [{"amount": "113.35", "currency": "EUR"}, None]),
        ("MAX({items.price})", [{"amount": "7.10", "currency": "EUR"}, None]),
        ("FIRST({items.price})", [{"amount": "7.10", "currency": "EUR"}, None]),
        ("{items.price}",
         [[{"amount": a, "currency": "EUR"} if a else None for a in ("7.10", "5.00", None, "1.00")], []]),
        ("{num}", ["12.50", None]),
        ("{int}", [7, None]),
        ("{num} * {rate}", ["0.78125", None]),
        ("{real} / 3", [0.833333333333333, None]),
        ("{done}", [True, None]),
        ("{num} > 1", [True, False]),
        ("{day}", ["2026-01-31", None]),
        ("{at}", ["2026-10-25T00:30:00.000Z", None]),
        ("{stage}", [{"id": "1", "name": "Won", "color": "green"}, None]),
        ("{owner}", [{"id": "5", "name": "Ewa Nowak"}, None]),
        ("{items.stage}",
         [[{"id": "2", "name": "Lost", "color": None}, {"id": "1", "name": "Won", "color": "green"}, None,
           {"id": "1", "name": "Won", "color": "green"}], []]),
        ("ARRAYUNIQUE({items.stage})",
         [[{"id": "2", "name": "Lost", "color": None}, {"id": "1", "name": "Won", "color": "green"}], []]),
        ("{items.name} & '!'", [["Ćma!", "b!", "!", "B!"], []]),
        ("{items.day}", [["2025-01-02", "2026-01-02", None, None], []]),
        ("BLANK()", [None, None]),
        ("'x'", ["x", "x"]),
        ("2.50", ["2.50", "2.50"]),
    ],
)  # fmt: skip
def test_json(sample: Engine, text: str, expected: list[Any]) -> None:
    found = [json.loads(each) for each in sample.answer(text).json]
    assert [pytest.approx(e, rel=1e-12) if isinstance(e, float) else e for e in expected] == found[:2]


def test_conflicts_of_currencies_are_told(sample: Engine) -> None:
    resolver = SampleResolver(sample.dialect)
    value = compile(parse("SUM({items.price}) + {money}"), resolver)
    sql, parameters = resolver.parameters.prune(
        f"SELECT {value.sql}, {value.conflict} FROM sample AS r WHERE id = 3"
    )
    row = sample.fetch(sql, parameters)[0]
    assert row[0] is None
    assert row[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("COUNT()", 5),
        ("COUNT({num})", 4),
        ("COUNT({stage} = 'Lost')", 2),
        ("COUNT(IF({stage} = 'Won', 1)) / COUNT()", 0.2),
        ("SUM({int})", 1000000000003),
        ("SUM({num} * 2)", Decimal("200000000000024.96")),
        ("AVERAGE({real} / 1)", 250000000000.59375),
        ("MEDIAN({int})", 3.5),
        ("MIN({rate})", Decimal("-3.1415")),
        ("COUNTUNIQUE({stage})", 4),
        ("COUNTUNIQUE({done})", 2),
        ("ROUND(SUM({num}) / COUNT(), 1)", Decimal("20000000000002.5")),
        ("IF(COUNT() > 3, SUM({rate}), 0)", Decimal("-0.5790")),
        ("SUM({num} * {rate} / 5)", None),
        ("FLOOR(SUM({rate}) * 10, 2)", Decimal("-6.0000")),
    ],
)
def test_measures(sample: Engine, text: str, expected: Any) -> None:
    found, _ = sample.measure(text)
    if isinstance(expected, float):
        assert found == pytest.approx(expected)
    elif expected is not None:
        assert found == expected


def test_measures_of_money(sample: Engine) -> None:
    euros = "r.u = 'EUR'"
    assert json.loads(sample.measure("SUM({money})", euros)[1]) == {
        "amount": "100000000000095.19",
        "currency": "EUR",
    }
    assert json.loads(sample.measure("AVERAGE({cost})", "r.id = 1")[1]) == {
        "amount": "40.00",
        "currency": "EUR",
    }
    assert sample.measure("SUM({money})") == (None, "null")
    assert sample.measure("SUM({num})", "FALSE") == (None, "null")
    assert sample.measure("COUNT()", "FALSE") == (0, "0")


@pytest.mark.parametrize(
    ("condition", "sql"),
    [
        ("{stage} = 'Lost'", "(r.l IN (2, 4))"),
        ("{at} = '2026-10-25'", "(r.ts BETWEEN ?1 AND ?2)"),
        ("{num} > 12.505", "(r.n > ?1)"),
        ("{day} >= TODAY()", "(r.d >= ?1)"),
        ("{int} > 5 AND {day} < TODAY()", "((r.i > ?1) AND (r.d < ?2))"),
        ("{money} - {cost} > 0", "((r.m - r.k) > ?1)"),
    ],
)
def test_conditions_stay_fit_for_an_index(condition: str, sql: str) -> None:
    assert compile(parse(condition), SampleResolver(SQLITE)).sql == f"coalesce({sql}, FALSE)"


def test_denials_stay_fit_for_an_estimate() -> None:
    """What stands inside a function is a coin's toss for a planner, and plans are made anew each time."""
    sql = compile(parse("{stage} != 'Lost' AND NOT {num} > 5"), SampleResolver(POSTGRES)).sql
    assert "(((r.l IN (2, 4))) IS NOT TRUE)" in sql
    assert "(((r.n > $1::numeric)) IS NOT TRUE)" in sql


def test_unused_parameters_are_left_out() -> None:
    resolver = SampleResolver(POSTGRES)
    resolver.parameters.add("x", TEXT)
    second = resolver.parameters.add("$1 ?1", TEXT)
    sql, values = resolver.parameters.prune(f"SELECT {second}, '$7::text', {second}")
    assert sql == "SELECT $1::text, '$7::text', $1::text"
    assert list(values) == ["$1 ?1"]
