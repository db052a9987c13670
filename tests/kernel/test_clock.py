from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kernel.clock import OffsetClock, SystemClock, from_milliseconds, to_milliseconds


def test_the_system_clock_tells_utc_in_milliseconds() -> None:
    moment = SystemClock().now()
    assert moment.tzinfo is UTC
    assert moment.microsecond % 1000 == 0
    assert abs(datetime.now(UTC) - moment) < timedelta(seconds=5)


def test_an_offset_moves_time() -> None:
    clock = OffsetClock(timedelta(days=30))
    assert timedelta(days=29, hours=23) < clock.now() - SystemClock().now() < timedelta(days=30, hours=1)
    before = clock.now()
    clock.offset += timedelta(days=1)
    assert clock.now() - before >= timedelta(days=1)


def test_milliseconds_and_back() -> None:
    moment = datetime(2026, 11, 23, 9, 24, 0, 123000, tzinfo=UTC)
    assert to_milliseconds(moment) == 1795425840123
    assert from_milliseconds(to_milliseconds(moment)) == moment
    assert from_milliseconds(-1) == datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
