"""Complaints about values: at their place, in plain words, on every way in."""

from __future__ import annotations

import msgspec
import pytest

from kernel.complaints import fault_of
from kernel.errors import Fault


class Inner(msgspec.Struct):
    count: int | None = None


class Outer(msgspec.Struct):
    members: list[Inner]
    names: dict[str, int] = {}


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"members": [{"count": "x"}]}, Fault("/config/members/0/count", "Expected a whole number or null, got text.")),
        ({"members": {}}, Fault("/config/members", "Expected a list, got an object.")),
        ({"members": [], "names": {"a": 1.5}}, Fault("/config/names", "Expected a whole number, got a number.")),
        ([], Fault("/config", "Expected an object, got a list.")),
    ],
)  # fmt: skip
def test_a_complaint_is_told_at_its_place_in_plain_words(value: object, fault: Fault) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert(value, Outer)
    assert fault_of(raised.value, "/config") == fault
