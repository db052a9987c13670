from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.date_input import parse_date, parse_datetime
from kernel.errors import InvalidValueError
from kernel.fields import ParseContext

PLAIN = ParseContext()
WARSAW = ParseContext(time_zone="Europe/Warsaw")
DAY = date(2026, 11, 3)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("mdy", "11/3/2026"),
        ("mdy", "11/03/26"),
        ("dmy", "3.11.2026"),
        ("dmy", "03. 11. 2026"),
        ("dmy", "3-11-2026"),
        ("dmy", "2026-11-03"),
        ("ymd", "2026/11/3"),
        ("ymd", "26.11.03"),
        (None, "2026-11-03"),
        (None, "2026-11-03T00:00:00Z"),
        (None, "3 Nov 2026"),
        (None, "03-NOV-2026"),
        (None, "November 3, 2026"),
        ("mdy", "11/3/2026 0:00"),
        ("mdy", "11/3/2026 12:00 AM"),
    ],
)
def test_days(order: Literal["dmy", "mdy", "ymd"] | None, text: str) -> None:
    assert parse_date(text, ParseContext(date_order=order)) == DAY


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (None, "11/3/2026"),
        ("mdy", "13/1/2026"),
        ("dmy", "31.2.2026"),
        ("dmy", "3.11-2026"),
        ("dmy", "3.11.202"),
        ("ymd", "3.11.2026"),
        (None, "2026-02-30"),
        (None, "2026-13-01"),
        (None, "0000-01-01"),
        (None, "20261103"),
        (None, "2026-W45-2"),
        (None, "2026-11-03T09:00:00Z"),
        (None, "3 Nonsense 2026"),
        (None, "tomorrow"),
        (None, "1" * 5000),
    ],
)
def test_no_such_day(order: Literal["dmy", "mdy", "ymd"] | None, text: str) -> None:
    with pytest.raises(InvalidValueError):
        parse_date(text, ParseContext(date_order=order))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T09:24:00.123456Z", utc(2026, 11, 23, 9, 24, 0, 123000)),
        ("2026-11-23t09:24:00z", utc(2026, 11, 23, 9, 24)),
        ("2026-11-23T09:24:00+02:00", utc(2026, 11, 23, 7, 24)),
        ("2026-11-23 09:24", utc(2026, 11, 23, 8, 24)),
        ("2026-11-23", utc(2026, 11, 22, 23)),
        ("2026-03-29 02:30", utc(2026, 3, 29, 1, 30)),
        ("2026-10-25 02:30", utc(2026, 10, 25, 0, 30)),
    ],
)
def test_moments(text: str, expected: datetime) -> None:
    assert parse_datetime(text, WARSAW) == expected


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("11/23/2026 9:24 PM", 21, 24),
        ("11/23/2026, 9:24:00 a.m.", 9, 24),
        ("11/23/2026 12:05am", 0, 5),
        ("11/23/2026 12:05 pm", 12, 5),
        ("23 Nov 2026 21:24", 21, 24),
    ],
)
def test_written_moments(text: str, hour: int, minute: int) -> None:
    context = ParseContext(date_order="mdy")
    assert parse_datetime(text, context) == utc(2026, 11, 23, hour, minute)


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T25:00Z", "2026-11-23T09:60Z", "11/23/2026 13:00 PM", "0001-01-01T00:00+14:00", "9:30"],
)
def test_no_such_moment(text: str) -> None:
    with pytest.raises(InvalidValueError):
        parse_datetime(text, ParseContext(date_order="mdy"))


def test_ends_of_time() -> None:
    for text in ("0001-01-01", "9999-12-31T23:59:59-14:00", "9999-06-01"):
        with pytest.raises(InvalidValueError):
            parse_datetime(text, WARSAW)


@pytest.mark.parametrize("value", [20261103, 1.5, True, None, [], {}])
def test_only_text(value: object) -> None:
    for parse in (parse_date, parse_datetime):
        with pytest.raises(InvalidValueError):
            parse(value, PLAIN)


def test_dates_pass_as_they_are() -> None:
    assert parse_date(DAY, PLAIN) == DAY
    assert parse_datetime(DAY, PLAIN) == utc(2026, 11, 3)
    assert parse_datetime(utc(2026, 11, 3, 9), WARSAW) == utc(2026, 11, 3, 9)


def test_blank_is_none() -> None:
    assert parse_date(" ", PLAIN) is None
    assert parse_datetime(" ", PLAIN) is None


@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2067, 12, 31)))
def test_every_day_reads_in_every_order(day: date) -> None:
    forms = {"dmy": "%d.%m.%Y", "mdy": "%m/%d/%y", "ymd": "%Y/%m/%d"}
    for order, form in forms.items():
        context = ParseContext(date_order=order)  # type: ignore[arg-type]
        assert parse_date(day.strftime(form), context) == day


@given(
    st.text() | st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}( [0-9:apm. ]*)?", fullmatch=True)
)
def test_nothing_but_invalid_value(text: str) -> None:
    for parse in (parse_date, parse_datetime):
        with suppress(InvalidValueError):
            parse(text, ParseContext(date_order="dmy"))
