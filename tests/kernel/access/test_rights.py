"""Built-in and custom roles."""

from __future__ import annotations

from itertools import pairwise

from kernel.access.actor import FULL_ACCESS
from kernel.access.rights import ABILITIES, BUILT_IN, custom


def test_each_built_in_role_can_less_than_the_one_before() -> None:
    abilities = [access.can for access in BUILT_IN.values()]
    assert all(more >= less for more, less in pairwise(abilities))
    assert BUILT_IN["owner"].can == FULL_ACCESS.can == frozenset(ABILITIES)
    assert BUILT_IN["viewer"].rule("title") == "read"


def test_a_custom_role_is_read_from_its_texts() -> None:
    access = custom(
        7, '{"*": "read", "cost": "hidden"}', "{title} = 'x'", '{"create": true, "delete": false}'
    )
    assert (access.role, access.scope, access.can) == ("7", "{title} = 'x'", frozenset({"create"}))
    assert not access.sees("cost")
    assert access.rule("amount") == "read"
