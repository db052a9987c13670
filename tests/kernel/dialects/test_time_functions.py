"""The date of a moment, by the hour and by itself; working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.dialects.time_functions import add_working_days, local_date, local_time

ZONES = (
    "Europe/Warsaw",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Monrovia",
    "Pacific/Apia",
    "America/Havana",
)
MOMENTS = st.datetimes(datetime(1940, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


@settings(max_examples=300, deadline=None)
@given(MOMENTS, st.sampled_from(ZONES))
def test_what_is_kept_for_an_hour_holds_for_all_of_it(moment: datetime, zone: str) -> None:
    text = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    local = local_time(text, zone)
    assert local is not None
    assert local_date(text, zone) == local[:10]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-31T18:14:59.999Z", "2026-03-31"), ("2026-03-31T18:15:00.000Z", "2026-04-01"),
        ("0001-01-01T00:00:00.000Z", "0001-01-01"), ("9999-12-31T23:00:00.000Z", None), (None, None),
    ],
)  # fmt: skip
def test_dates_that_change_within_an_hour(moment: str | None, day: str | None) -> None:
    assert local_date(moment, "Asia/Kathmandu") == day


def test_working_days_later_and_before() -> None:
    for first in range(14):
        day = start = date(2026, 1, 1) + timedelta(days=first)
        for count in range(1, 23):
            day += timedelta(days=1)
            while day.weekday() > 4:
                day += timedelta(days=1)
            assert add_working_days(start.isoformat(), count) == day.isoformat()
        day = start
        for count in range(1, 23):
            day -= timedelta(days=1)
            while day.weekday() > 4:
                day -= timedelta(days=1)
            assert add_working_days(start.isoformat(), -count) == day.isoformat()
    assert add_working_days("9999-12-30", 5) is None
