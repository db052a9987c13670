from __future__ import annotations

import pytest

from kernel.errors import InvalidValueError
from kernel.fields import NoConfig, ParseContext
from plugins.fields.location import Location, LocationField

FIELD = LocationField()


def read(value: object) -> Location | None:
    return FIELD.parse(value, NoConfig(), ParseContext())


def test_an_address_alone() -> None:
    assert read(" ul. Prosta 1\n00-838 Warszawa ") == Location("ul. Prosta 1\n00-838 Warszawa")
    assert read({"address": "Rynek 1"}) == Location("Rynek 1")


@pytest.mark.parametrize(
    "value",
    [
        {"address": "Rynek 1", "latitude": 50.0617, "longitude": "19.9373"},
        "Rynek 1 (50.0617, 19.9373)",
        {"address": "Rynek 1", "latitude": 50.06170000000001, "longitude": 19.9373},
    ],
)
def test_with_coordinates(value: object) -> None:
    assert read(value) == Location("Rynek 1", 50.0617, 19.9373)


def test_coordinates_alone_are_their_own_address() -> None:
    assert read("-33.9, 18.4") == Location("-33.9, 18.4", -33.9, 18.4)
    assert read({"latitude": -33.9, "longitude": 18.4}) == Location("-33.9, 18.4", -33.9, 18.4)


def test_empty() -> None:
    assert read(" ") is None
    assert read({"address": "", "latitude": None}) is None


@pytest.mark.parametrize(
    "value",
    [
        {"latitude": 91, "longitude": 0},
        {"latitude": 0, "longitude": -180.5},
        {"latitude": 1},
        {"address": "x", "longitude": 1},
        {"latitude": True, "longitude": 1},
        {"latitude": "north", "longitude": 1},
        {"street": "x"},
        {"latitude": "1e400", "longitude": 1},
        "Rynek 1 (95, 19.9373)",
        7,
    ],
)
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        read(value)
