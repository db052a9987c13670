from __future__ import annotations

import pytest

from kernel.errors import InvalidValueError
from kernel.fields import NoConfig, ParseContext
from plugins.fields.country import CountryField

FIELD = CountryField()
CONTEXT = ParseContext()


def read(value: object) -> str | None:
    return FIELD.parse(value, NoConfig(), CONTEXT)


@pytest.mark.parametrize(
    "value",
    ["DE", "de", "DEU", "Germany", " germany ", "Niemcy", "Deutschland", {"code": "DE", "name": "Germany"}],
)
def test_codes_and_names(value: object) -> None:
    assert read(value) == "DE"


def test_more_of_them() -> None:
    names = ("日本", "USA", "UK", "Polska", "Czechy", "Česko", "South Korea", "Korea, Republic of")
    assert [read(name) for name in names] == ["JP", "US", "GB", "PL", "CZ", "CZ", "KR", "KR"]
    assert read("") is None


@pytest.mark.parametrize("value", ["Atlantis", "XX", 48, [], {"code": 7}])
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        read(value)


def test_guess() -> None:
    assert FIELD.guess(["Poland", "Germany", "France"], CONTEXT) > 0.8
    assert FIELD.guess(["PL", "DE"], CONTEXT) == 0.0
    assert FIELD.guess(["Website", "SEO"], CONTEXT) == 0.0
