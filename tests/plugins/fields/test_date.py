from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kernel.errors import InvalidInputError, InvalidValueError
from kernel.fields import Column, ParseContext
from plugins.fields.date import DateConfig, DateField, Span

FIELD = DateField()
CONTEXT = ParseContext(time_zone="Europe/Warsaw", date_order="mdy")
SPANS = DateConfig(range=True)


def test_columns() -> None:
    assert [(s.column, s.name) for s in FIELD.columns(DateConfig())] == [(Column.DATE, "")]
    moments = FIELD.columns(DateConfig(time=True, range=True))
    assert [(s.column, s.name) for s in moments] == [(Column.DATETIME, "start"), (Column.DATETIME, "end")]


def test_day_and_moment() -> None:
    assert FIELD.parse("3/1/2017", DateConfig(), CONTEXT) == date(2017, 3, 1)
    moment = FIELD.parse("3/1/2017 9:00 AM", DateConfig(time=True), CONTEXT)
    assert moment == datetime(2017, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        {"start": "2026-01-01", "end": "2026-01-31"},
        "2026-01-01/2026-01-31",
        "2026-01-01 - 2026-01-31",
        "1/1/2026–1/31/2026",
        "1/1/2026 to 1/31/2026",
    ],
)
def test_spans(value: object) -> None:
    assert FIELD.parse(value, SPANS, CONTEXT) == Span(date(2026, 1, 1), date(2026, 1, 31))


@pytest.mark.parametrize(
    "value", ["2026-01-01", {"start": "2026-01-01"}, {"start": "2026-01-01", "end": None}]
)
def test_one_day_is_a_span(value: object) -> None:
    assert FIELD.parse(value, SPANS, CONTEXT) == Span(date(2026, 1, 1), date(2026, 1, 1))


def test_span_of_moments() -> None:
    value = {"start": "2026-01-01T09:00", "end": "2026-01-01T17:00:00+01:00"}
    span = FIELD.parse(value, DateConfig(time=True, range=True), CONTEXT)
    assert span == Span(datetime(2026, 1, 1, 8, tzinfo=UTC), datetime(2026, 1, 1, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    "value",
    [
        {"start": "2026-01-31", "end": "2026-01-01"},
        {"end": "2026-01-01"},
        {"start": "2026-01-01", "to": "2026-01-02"},
        {"start": 5},
        {"start": ["2026-01-01"], "end": {}},
        {},
        [],
        5,
        True,
        "2026-01-01 - 2026-01-02 - 2026-01-03",
        "2026-01-01 -  - ",
    ],
)
def test_refused(value: object) -> None:
    for config in (SPANS, DateConfig(), DateConfig(time=True)):
        with pytest.raises(InvalidValueError):
            FIELD.parse(value, config, CONTEXT)


def test_guess_and_suggest() -> None:
    days, moments = ["3/1/2017", "10/20/2016"], ["3/1/2017 9:00", "10/20/2016 23:59"]
    assert FIELD.guess(days, CONTEXT) == FIELD.guess(moments, CONTEXT) == 0.9
    assert FIELD.guess(days, ParseContext()) == 0.0
    assert FIELD.guess(days, ParseContext(date_order="dmy")) == 0.0
    assert not FIELD.suggest(days, CONTEXT).time
    assert FIELD.suggest(moments, CONTEXT).time


def test_bounds_are_days_of_the_time_zone() -> None:
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    days = FIELD.prepare(DateConfig(minimum=first, maximum=last), None)
    assert FIELD.parse("2026-11-30", days, ParseContext()) == last
    for value in ("2026-10-31", "2026-12-01"):
        with pytest.raises(InvalidValueError):
            FIELD.parse(value, days, ParseContext())
    moments = DateConfig(time=True, minimum=first, maximum=last)
    warsaw = ParseContext(time_zone="Europe/Warsaw")
    assert FIELD.parse("2026-10-31T23:30:00Z", moments, warsaw) is not None
    with pytest.raises(InvalidValueError):
        FIELD.parse("2026-11-30T23:30:00Z", moments, warsaw)
    spans = DateConfig(range=True, maximum=last)
    with pytest.raises(InvalidValueError):
        FIELD.parse({"start": "2026-11-30", "end": "2026-12-01"}, spans, ParseContext())
    with pytest.raises(InvalidInputError):
        FIELD.prepare(DateConfig(minimum=last, maximum=first), None)
