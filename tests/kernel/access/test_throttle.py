"""Holding off whoever keeps guessing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from kernel.access.throttle import Throttle
from kernel.clock import OffsetClock
from kernel.errors import TooManyRequestsError
from kernel.storage.database import Database


@pytest.fixture
def clock() -> OffsetClock:
    return OffsetClock()


async def test_failures_are_counted_by_key_in_all_processes(database: Database, clock: OffsetClock) -> None:
    one, other = Throttle(database, clock, window=300), Throttle(database, clock, window=300)
    for throttle in (one, other, one):
        await throttle.attempt([("a", 3), ("b", 100)])
    for throttle in (one, other):
        with pytest.raises(TooManyRequestsError) as caught:
            await throttle.attempt([("a", 3), ("b", 100)])
        assert 250 <= caught.value.retry_after <= 300
    await other.attempt([("b", 4)])  # a refused attempt was not counted
    with pytest.raises(TooManyRequestsError):
        await other.attempt([("b", 4)])


async def test_a_window_ends(database: Database, clock: OffsetClock) -> None:
    throttle = Throttle(database, clock, window=300)
    await throttle.attempt([("a", 1)])
    clock.offset = timedelta(seconds=200)
    with pytest.raises(TooManyRequestsError) as caught:
        await throttle.attempt([("a", 1)])
    assert 50 <= caught.value.retry_after <= 100
    clock.offset = timedelta(seconds=301)
    await throttle.attempt([("a", 1)])


async def test_a_success_takes_back_its_own_attempt_only(database: Database, clock: OffsetClock) -> None:
    throttle = Throttle(database, clock)
    await throttle.attempt([("a", 5)])
    await throttle.attempt([("a", 5)])
    await throttle.undo(["a", "unknown"])
    await throttle.attempt([("a", 2)])
    with pytest.raises(TooManyRequestsError):
        await throttle.attempt([("a", 2)])


async def test_guesses_at_the_same_time_all_count(database: Database, clock: OffsetClock) -> None:
    throttle = Throttle(database, clock)
    found = await asyncio.gather(
        *(throttle.attempt([("a", 3), (f"b{n}", 1)]) for n in range(12)), return_exceptions=True
    )
    assert sorted(type(f).__name__ for f in found) == ["NoneType"] * 3 + ["TooManyRequestsError"] * 9
