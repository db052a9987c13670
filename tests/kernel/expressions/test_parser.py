from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import ExpressionError
from kernel.expressions import parse, paths
from kernel.expressions.syntax import Among, Binary, Call, Chain, FieldPath, Literal, Negate, Not


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", Decimal(12)),
        ("12.50", Decimal("12.50")),
        (".5", Decimal("0.5")),
        ("-3", Decimal(-3)),
        ("1e3", Decimal("1E+3")),
        ("0.123456789", 0.123456789),
        ("99999999999999999999", 1e20),
        ("TRUE", True),
        ("false", False),
        ("'it''s'", "it's"),
        ('"say ""hi"""', 'say "hi"'),
        (r"'it\'s'", "it's"),
        (r"'a\\b\n\t\d'", "a\\b\n\t\\d"),
        ("'z\u0307'", "ż"),
    ],
)
def test_literals(text: str, value: object) -> None:
    root = parse(text).root
    assert isinstance(root, Literal)
    assert root.value == value
    assert type(root.value) is type(value)


def test_precedence() -> None:
    root = parse("NOT {a} + 1 * 2 = 3 & 'x' AND {b} OR {c}").root
    assert isinstance(root, Chain)
    assert root.operator == "OR"
    conjunction = root.operands[0]
    assert isinstance(conjunction, Chain)
    assert conjunction.operator == "AND"
    denied = conjunction.operands[0]
    assert isinstance(denied, Not)
    compared = denied.operand
    assert isinstance(compared, Binary)
    assert compared.operator == "="
    assert isinstance(compared.left, Binary)
    assert compared.left.operator == "+"
    assert isinstance(compared.right, Chain)


def test_operators_from_left_to_right() -> None:
    root = parse("10 - 4 - 3").root
    assert isinstance(root, Binary)
    assert isinstance(root.left, Binary)
    assert root.position == 7


def test_keywords_are_functions_where_a_value_stands() -> None:
    assert isinstance(parse("and({a}, {b})").root, Call)
    assert isinstance(parse("OR({a})").root, Call)
    assert isinstance(parse("NOT({a})").root, Not)
    assert isinstance(parse("ANDROID()").root, Call)
    assert isinstance(parse("{a} not in ('x')").root, Not)
    assert isinstance(parse("{a} IN ('x', 2)").root, Among)
    assert isinstance(parse("-{a}").root, Negate)
    assert parse("{a} <> 1").root == parse("{a} != 1").root


def test_paths() -> None:
    assert parse("{ customer . Account manager }").root == FieldPath(0, ("customer", "Account manager"))
    found = paths(parse("SUM({items.amount}) + {b} & {c d}"))
    assert found == [(("items", "amount"), 4), (("b",), 22), (("c d",), 28)]


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 0, "empty"),
        ("   ", 3, "empty"),
        ("1 +", 3, "missing at the end"),
        ("(1", 2, "missing at the end"),
        ("1)", 1, "')' is not expected"),
        ("{a} {b}", 4, "'{' is not expected"),
        ("1 @ 2", 2, "'@' is not expected"),
        ("1 = = 2", 4, "'=' is not expected"),
        ("LEFT('a' 1)", 9, "'1' is not expected"),
        ("1 + 'abc", 4, "no closing quote"),
        ("1 + {abc", 4, "no closing brace"),
        ("amount * 2", 0, "{amount}"),
        ("{a..b}", 0, "field name is missing"),
        ("{}", 0, "field name is missing"),
        ("{a} IN ()", 0, "at least one value"),
        ("{a.b.c.d.e.f.g.h.i.j}", 0, "at most 8 references"),
        ("1e400", 0, "too large"),
        ("'a\x00'", 2, "character"),
        ("1 + '\ud800'", 5, "character"),
    ],
)
def test_faults_name_the_place(text: str, position: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert message in caught.value.detail
    assert caught.value.position == position


@pytest.mark.parametrize(
    "text",
    [
        "(" * 4999 + "1" + ")" * 4999,
        "-" * 9999 + "1",
        "NOT " * 2400 + "TRUE",
        "1" + "+1" * 4900,
        "{a}AND" * 1600 + "{a}",
        "'" * 9999,
        "{" * 9999,
        "IF(" * 3000,
        "\\" * 9999,
        "'\\" * 4999,
        "9" * 9999,
        "1e" * 4999,
        "''\"" * 3333,
        "1 IN (1) NOT IN (" * 500,
        "1<" * 4999 + "1",
        "x" * 10_001,
    ],
)
def test_hostile_text_is_answered_at_once(text: str) -> None:
    start = time.process_time()
    fault = _fault(text)
    assert fault is None or 0 <= fault.position <= len(text)
    assert time.process_time() - start < 2


def test_limits() -> None:
    parse("+".join(["1"] * 59))
    with pytest.raises(ExpressionError, match="60 levels"):
        parse("+".join(["1"] * 62))
    parse(" AND ".join(["TRUE"] * 499))
    with pytest.raises(ExpressionError, match="500 parts"):
        parse(" AND ".join(["TRUE"] * 500))


_PIECES = st.sampled_from(
    ["{a}", "{", "}", "'", '"', "\\", "(", ")", ",", "AND", "OR ", "NOT ", "IN", "1", ".5", "e9", "IF(", "=",
     "<>", "!", "&", "%", "-", "*", "\n", "ż", "SUM", "TRUE", "''", "\x00", "\ud800", "…"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=25).map("".join)))
def test_any_text_parses_or_is_refused(text: str) -> None:
    fault = _fault(text)
    assert fault is None or (0 <= fault.position <= len(text) and fault.detail)


def _fault(text: str) -> ExpressionError | None:
    try:
        parse(text)
    except ExpressionError as error:
        return error
    return None
