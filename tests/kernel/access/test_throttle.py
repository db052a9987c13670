"""Holding off whoever keeps guessing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.access.throttle import Throttle
from kernel.clock import OffsetClock
from kernel.errors import TooManyRequestsError


@pytest.fixture
def clock() -> OffsetClock:
    return OffsetClock()


def test_failures_are_counted_by_key(clock: OffsetClock) -> None:
    throttle = Throttle(clock, window=300)
    for _ in range(3):
        throttle.failed(["a"])
    throttle.check([("a", 4), ("b", 1)])
    with pytest.raises(TooManyRequestsError) as caught:
        throttle.check([("b", 1), ("a", 3)])
    assert 299 <= caught.value.retry_after <= 300


def test_a_window_ends(clock: OffsetClock) -> None:
    throttle = Throttle(clock, window=300)
    throttle.failed(["a"])
    clock.offset = timedelta(seconds=200)
    with pytest.raises(TooManyRequestsError) as caught:
        throttle.check([("a", 1)])
    assert 99 <= caught.value.retry_after <= 100
    clock.offset = timedelta(seconds=301)
    throttle.check([("a", 1)])


def test_a_success_takes_back_its_own_attempt_only(clock: OffsetClock) -> None:
    throttle = Throttle(clock)
    throttle.failed(["a"])
    throttle.failed(["a"])
    throttle.undo(["a", "unknown"])
    throttle.check([("a", 2)])
    with pytest.raises(TooManyRequestsError):
        throttle.check([("a", 1)])


def test_the_number_of_keys_is_bounded(clock: OffsetClock) -> None:
    throttle = Throttle(clock, remembered=2)
    for key in ("a", "b", "c"):
        throttle.failed([key])
    throttle.check([("a", 1)])
    with pytest.raises(TooManyRequestsError):
        throttle.check([("c", 1)])
