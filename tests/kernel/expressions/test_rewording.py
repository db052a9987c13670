"""New names in expressions, filter trees and configs: exactly where the old ones are meant."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.expressions.rewording import NewNames

NAMES = NewNames({"Won": "It's won", "Lost": "Won"}, lambda path: path in (("list",), ("deal", "list")))
NEW = "'It\\'s won'"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{list} = 'Won'", f"{{list}} = {NEW}"),
        ('"won " != {deal.list}', f"{NEW} != {{deal.list}}"),
        ("{list} IN ('Lost', 'Open', \"WON\")", f"{{list}} IN ('Won', 'Open', {NEW})"),
        ("NOT {list} IN ('Lost')", "NOT {list} IN ('Won')"),
        (
            "SWITCH({list}, 'Won', 'Won', 'Lost', 0, 'Won')",
            f"SWITCH({{list}}, {NEW}, 'Won', 'Won', 0, 'Won')",
        ),
        ("SWITCH({list}, 'Won', 1)", f"SWITCH({{list}}, {NEW}, 1)"),
        ("IF({x}='Won', {list} ='Won' ,  'Won')", f"IF({{x}}='Won', {{list}} ={NEW} ,  'Won')"),
        ("{list} = 'Wo\\n'", "{list} = 'Wo\\n'"),
        ("{list} = 'Open' & 'Won'", "{list} = 'Open' & 'Won'"),
        ("It is {list} = 'Won'", "It is {list} = 'Won'"),
        ("{title} = 'Won'", "{title} = 'Won'"),
        ({"field": "list", "op": "eq", "value": "won"}, {"field": "list", "op": "eq", "value": "It's won"}),
        (
            {"any": [{"not": {"field": "deal.list", "op": "in", "value": ["Lost", "x"]}}]},
            {"any": [{"not": {"field": "deal.list", "op": "in", "value": ["Won", "x"]}}]},
        ),
        ({"field": "title", "op": "eq", "value": "Won"}, {"field": "title", "op": "eq", "value": "Won"}),
        ({"field": "a..b", "value": "Won"}, {"field": "a..b", "value": "Won"}),
        (
            {"fields": ["x", "list"], "from": "Won", "to": None},
            {"fields": ["x", "list"], "from": "It's won", "to": None},
        ),
        ([1, None, {"filter": "{list}='Lost'"}], [1, None, {"filter": "{list}='Won'"}]),
    ],
)
def test_what_is_compared_with_the_old_name(before: Any, after: Any) -> None:
    assert NAMES.reworded(before) == after


def test_what_would_become_too_long_stays() -> None:
    text = "{list} = 'Won' OR {title} = '" + "x" * 9_965 + "'"
    assert NAMES.reworded(text) == text
