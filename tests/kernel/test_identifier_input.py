from __future__ import annotations

import pytest

from kernel.errors import InvalidValueError
from kernel.identifier_input import MAXIMUM_LINKS, parse_identifiers

MEMBERS = ("id", "email")


@pytest.mark.parametrize(
    "value", ["7", " 7 ", {"id": "7"}, {"id": "7", "title": "Acme"}, ["7"], [{"id": "7"}], ["7", "7"]]
)
def test_one(value: object) -> None:
    assert parse_identifiers(value, MEMBERS, multiple=False) == "7"


@pytest.mark.parametrize("value", [[], "  ", [" "]])
def test_none(value: object) -> None:
    assert parse_identifiers(value, MEMBERS, multiple=False) is None
    assert parse_identifiers(value, MEMBERS, multiple=True) == []


@pytest.mark.parametrize("value", ["7, a@b.example", ["7", {"email": "a@b.example"}, "7"], "7;a@b.example"])
def test_several_in_order(value: object) -> None:
    assert parse_identifiers(value, MEMBERS, multiple=True) == ["7", "a@b.example"]


@pytest.mark.parametrize(
    "value", [["7", "8"], 7, True, 1.5, {}, {"id": 7}, {"name": "x"}, [[]], [None], "a\0", "x" * 400]
)
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        parse_identifiers(value, MEMBERS, multiple=False)


def test_too_many() -> None:
    with pytest.raises(InvalidValueError):
        parse_identifiers([str(n) for n in range(MAXIMUM_LINKS + 1)], MEMBERS, multiple=True)
