from __future__ import annotations

import pytest

from kernel.errors import InvalidInputError, InvalidValueError
from kernel.fields import ParseContext
from plugins.fields.duration import DurationConfig, DurationField

FIELD = DurationField()
CONTEXT = ParseContext()


def read(value: object, config: DurationConfig | None = None) -> int | None:
    return FIELD.parse(value, config or DurationConfig(), CONTEXT)


@pytest.mark.parametrize(
    "value",
    [
        "2:15",
        "2:15:00",
        "135m",
        "2h 15m",
        "2h15m",
        "2.25 hours",
        "2 godz. 15 min",
        "PT2H15M",
        8100,
        "8100",
        8100.0,
    ],
)
def test_the_ways_to_write_it(value: object) -> None:
    assert read(value) == 8100


def test_longer_and_shorter_ones() -> None:
    assert [read(v) for v in ("P1DT1S", "1w 1d", "0", "90s", "P2W")] == [86_401, 691_200, 0, 90, 1_209_600]
    assert read("  ") is None


@pytest.mark.parametrize(
    "value", ["1:75", "2x", "15m 2h", "P", "PT", "1.5", "0.5s", -1, "-5m", True, [], "h", 10**13, "1:2:3"]
)
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        read(value)


def test_bounds() -> None:
    config = FIELD.prepare(DurationConfig(60, 3600), None)
    assert read("1h", config) == 3600
    for value in ("59s", "61m"):
        with pytest.raises(InvalidValueError):
            read(value, config)
    with pytest.raises(InvalidInputError):
        FIELD.prepare(DurationConfig(2, 1), None)
