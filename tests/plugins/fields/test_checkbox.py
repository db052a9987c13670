from __future__ import annotations

import pytest

from kernel.errors import InvalidValueError
from kernel.fields import NoConfig, ParseContext
from plugins.fields.checkbox import CheckboxField

FIELD = CheckboxField()
CONTEXT = ParseContext()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (False, False),
        ("Yes", True),
        (" no ", False),
        ("TRUE", True),
        ("0", False),
        (1, True),
        ("x", True),
    ],
)
def test_yes_and_no(value: object, expected: bool) -> None:
    assert FIELD.parse(value, NoConfig(), CONTEXT) is expected


def test_blank_is_neither() -> None:
    assert FIELD.parse("  ", NoConfig(), CONTEXT) is None


@pytest.mark.parametrize("value", ["maybe", 2, 0.5, [], {}, float("nan")])
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        FIELD.parse(value, NoConfig(), CONTEXT)


def test_guess() -> None:
    assert FIELD.guess(["yes", "No"], CONTEXT) == 0.85
    assert FIELD.guess(["1", "0"], CONTEXT) == 0.0
