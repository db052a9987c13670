from __future__ import annotations

import pytest

from kernel.errors import InvalidInputError, InvalidValueError
from kernel.fields import ParseContext
from plugins.fields.phone import PhoneConfig, PhoneField

FIELD = PhoneField()
CONTEXT = ParseContext()


@pytest.mark.parametrize(
    ("text", "country", "stored"),
    [
        ("+48221234567", None, "+48 22 123 45 67"),
        ("0048 22 123-45-67", "PL", "+48 22 123 45 67"),
        ("22 123 45 67", "PL", "+48 22 123 45 67"),
        ("(650) 253-0000 ext 12", "US", "+1 650-253-0000 ext. 12"),
        ("tel:+1-650-253-0000", None, "+1 650-253-0000"),
    ],
)
def test_numbers(text: str, country: str | None, stored: str) -> None:
    config = FIELD.prepare(PhoneConfig(country), None)
    assert FIELD.parse(text, config, CONTEXT) == stored
    assert FIELD.parse(stored, PhoneConfig(), CONTEXT) == stored


def test_country_of_the_context() -> None:
    assert FIELD.parse("22 123 45 67", PhoneConfig(), ParseContext(country="PL")) == "+48 22 123 45 67"


@pytest.mark.parametrize(
    "value", ["22 123 45 67", "+48 1", "call me", "+999 123456", 48221234567, [], "1" * 500]
)
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        FIELD.parse(value, PhoneConfig(), CONTEXT)


def test_unknown_country() -> None:
    with pytest.raises(InvalidInputError):
        FIELD.prepare(PhoneConfig("XX"), None)


def test_guess_leaves_plain_digits_alone() -> None:
    assert FIELD.guess(["+48 22 123 45 67", "+1 650-253-0000"], CONTEXT) == 0.95
    assert FIELD.guess(["221234567"], ParseContext(country="PL")) == 0.0
