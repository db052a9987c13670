from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from kernel.clock import SystemClock
from kernel.ids import IdGenerator, moment_of, number_of


@dataclass
class SetClock:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_identifiers_grow_even_when_the_clock_goes_back() -> None:
    clock = SetClock(NOON)
    ids = IdGenerator(7, clock)
    made = [ids.new() for _ in range(2000)]
    clock.moment -= timedelta(hours=1)
    made += [ids.new() for _ in range(2000)]
    assert made == sorted(set(made))
    assert max(made) < 2**63


def test_two_nodes_never_meet() -> None:
    clock = SetClock(NOON)
    one, other = IdGenerator(0, clock), IdGenerator(8191, clock)
    assert not {one.new() for _ in range(3000)} & {other.new() for _ in range(3000)}


def test_many_are_in_order_and_apart_from_single_ones() -> None:
    ids = IdGenerator(3, SetClock(NOON))
    before, many, after = ids.new(), ids.many(1000), ids.new()
    assert [before, *many, after] == sorted({before, *many, after})
    assert len(many) == 1000
    assert list(ids.many(0)) == []


def test_an_identifier_tells_when_it_was_made() -> None:
    assert moment_of(IdGenerator(5, SetClock(NOON)).new()) == NOON
    made = moment_of(IdGenerator(5, SystemClock()).new())
    assert abs(made - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("node", [-1, 8192])
def test_a_node_number_out_of_range_is_refused(node: int) -> None:
    with pytest.raises(ValueError, match="0 to 8191"):
        IdGenerator(node, SystemClock())


def test_the_largest_identifier_of_this_century_fits_63_bits() -> None:
    clock = SetClock(datetime(2089, 1, 1, tzinfo=UTC))
    assert IdGenerator(8191, clock).new() < 2**63


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7), ("999999999999999999", 999999999999999999), ("1000000000000000000", 10**18),
        (str(2**63 - 1), 2**63 - 1), (str(2**63), None), ("9" * 5000, None), ("", None), ("-1", None),
        ("1.0", None), ("٧", None), ("²", None), (7, None), (None, None), (["7"], None),
    ],
)  # fmt: skip
def test_identifiers_from_outside(text: object, number: int | None) -> None:
    assert number_of(text) == number
