from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import ExpressionError, InvalidInputError
from kernel.expressions import operators_for, parse, parse_filter, written
from kernel.expressions.syntax import Binary, Call, Chain, Literal, Node, Not, children
from kernel.values import DATE, TEXT, Kind, ValueType
from tests.kernel.expressions.sample import Engine


def _test(field: str, op: str, *value: Any) -> dict[str, Any]:
    return {"field": field, "op": op} | ({"value": value[0]} if value else {})


@pytest.mark.parametrize(
    ("tree", "expression"),
    [
        (_test("num", "eq", 12.5), "{num} = 12.5"),
        (_test("num", "gt", "0.001"), "{num} > 0.001"),
        (_test("int", "le", 0), "{int} <= 0"),
        (_test("text", "ne", "żółw abc"), "{text} != 'żółw abc'"),
        (_test("text", "contains", "ABC"), "CONTAINS({text}, 'ABC')"),
        (_test("text", "not_contains", "ABC"), "NOT CONTAINS({text}, 'ABC')"),
        (_test("text", "starts_with", "zaż"), "STARTS_WITH({text}, 'zaż')"),
        (_test("text", "ends_with", "abc"), "ENDS_WITH({text}, 'abc')"),
        (_test("stage", "in", ["won", "3"]), "{stage} IN ('won', '3')"),
        (_test("stage", "not_in", ["Won"]), "NOT {stage} IN ('Won')"),
        (_test("stage", "in", []), "FALSE"),
        (_test("text", "is_empty"), "{text} = BLANK()"),
        (_test("text", "is_not_empty"), "{text} != BLANK()"),
        (_test("text", "eq", None), "{text} = BLANK()"),
        (_test("num", "between", [-1, 13]), "{num} >= -1 AND {num} <= 13"),
        (_test("day", "between", ["2026-01-01", "2026-12-31"]), "WITHIN({day}, 'this_year')"),
        (_test("at", "within", "last_7_days"), "WITHIN({at}, 'last 7 days')"),
        (_test("items.stage", "any_of", ["Won", "Lost"]), "{items.stage} IN ('Won', 'Lost')"),
        (_test("items.stage", "all_of", ["Won", "Lost"]), "{items.stage} = 'Won' AND {items.stage} = 'Lost'"),
        (_test("items.stage", "none_of", ["Won"]), "{items.stage} != 'Won'"),
        (_test("{items.amount}", "gt", 2), "{items.amount} > 2"),
        (_test("done", "eq", True), "{done} = TRUE"),
        ({"all": []}, "TRUE"),
        ({"any": []}, "FALSE"),
        ({"all": [_test("int", "gt", 0), {"any": [_test("num", "lt", 0), _test("done", "eq", True)]}]},
         "{int} > 0 AND ({num} < 0 OR {done})"),
        ({"not": _test("int", "gt", 0)}, "NOT {int} > 0"),
    ],
)  # fmt: skip
def test_trees_mean_what_expressions_mean(sample: Engine, tree: dict[str, Any], expression: str) -> None:
    assert sample.matching(tree) == sample.matching(parse(expression))
    assert sample.matching(parse(written(parse_filter(tree).root))) == sample.matching(parse(expression))


_values = st.one_of(st.text(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(-1e9, 1e9))
_tests = st.one_of(
    st.builds(_test, st.sampled_from(["a", "b.c"]), st.sampled_from(["eq", "lt", "contains"]), _values),
    st.builds(
        _test, st.just("a"), st.sampled_from(["in", "none_of", "all_of"]), st.lists(_values, max_size=3)
    ),
    st.builds(_test, st.just("a"), st.sampled_from(["is_empty", "is_not_empty"])),
)
_trees = st.recursive(
    _tests,
    lambda inner: st.one_of(
        st.builds(lambda nodes: {"all": nodes}, st.lists(inner, max_size=3)),
        st.builds(lambda nodes: {"any": nodes}, st.lists(inner, max_size=3)),
        st.builds(lambda node: {"not": node}, inner),
    ),
    max_leaves=8,
)


def _shape(node: Node) -> Any:
    """A tree without places, and without what makes no difference."""
    match node:
        case Chain(_, operator, (only,)) if operator != "&":
            return _shape(only)
        case Call(_, "BLANK", ()):
            return None
        case Literal(_, value):
            return value
        case Not(_, Binary(_, "=", left, Literal(_, None))) | Binary(_, "!=", left, Call(_, "BLANK", ())):
            return ("filled", _shape(left))
    own = [getattr(node, name, None) for name in ("operator", "name", "path")]
    return (type(node).__name__, *own, *map(_shape, children(node)))


@settings(max_examples=150, deadline=None)
@given(_trees)
def test_what_is_written_reads_as_the_same_tree(tree: dict[str, Any]) -> None:
    try:
        root = parse_filter(tree).root
    except InvalidInputError:
        return
    assert _shape(parse(written(root)).root) == _shape(root)


@pytest.mark.parametrize(
    ("tree", "pointer", "message"),
    [
        ({}, "/field", "missing"),
        ([], "", "object"),
        (7, "", "object"),
        ({"all": {}}, "/all", "list"),
        ({"al": []}, "/al", "not known"),
        ({"all": [], "any": []}, "/any", "not known"),
        ({"all": [_test("x", "eqq", 1)]}, "/all/0/op", "Did you mean 'eq'?"),
        ({"not": _test("x", "in", 1)}, "/not/value", "list"),
        (_test("x", "eq"), "/value", "missing"),
        (_test("x", "eq", {}), "/value", "text, a number"),
        (_test("x", "eq", 10**500), "/value", "too large"),
        (_test("x", "eq", float("inf")), "/value", "too large"),
        (_test("x", "eq", "\0"), "/value", "characters"),
        (_test("x..y", "eq", 1), "/field", "missing"),
        (_test("x", "between", [1]), "/value", "two values"),
        (_test("x", "eq", 1) | {"vlue": 1}, "/vlue", "Did you mean 'value'?"),
    ],
)
def test_faults_have_pointers(tree: Any, pointer: str, message: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_filter(tree)
    fault = caught.value.faults[0]
    assert fault.pointer == pointer
    assert message in fault.detail


@pytest.mark.parametrize(
    ("tree", "pointer"),
    [
        ({"all": [_test("int", "gt", 0), _test("nope", "eq", 1)]}, "/all/1/field"),
        ({"all": [_test("int", "gt", "x")]}, "/all/0/value"),
        (_test("day", "eq", "soon"), "/value"),
        (_test("day", "within", "sometime"), "/value"),
    ],
)
def test_faults_of_meaning_have_pointers(sample: Engine, tree: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        sample.matching(tree)
    assert caught.value.faults[0].pointer == pointer


def test_depth_and_size_are_limited() -> None:
    deep: dict[str, Any] = _test("int", "gt", 0)
    for _ in range(70):
        deep = {"not": deep}
    with pytest.raises(InvalidInputError, match="60 levels"):
        parse_filter(deep)
    with pytest.raises(InvalidInputError, match="500 parts"):
        parse_filter({"all": [_test("int", "gt", 0)] * 200})


def test_operators_follow_the_kind() -> None:
    assert "contains" in operators_for(TEXT)
    assert "within" in operators_for(DATE)
    assert "gt" not in operators_for(ValueType(Kind.CHOICE))
    assert "any_of" in operators_for(ValueType(Kind.CHOICE, many=True))


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["int", "eq"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "not", "field", "op", "value", "x"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(_JSON)
def test_any_json_is_a_filter_or_refused(value: object) -> None:
    with contextlib.suppress(InvalidInputError, ExpressionError):
        parse_filter(value)
