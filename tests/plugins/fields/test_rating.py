from __future__ import annotations

import pytest

from kernel.errors import InvalidValueError
from kernel.fields import ParseContext
from plugins.fields.rating import RatingConfig, RatingField

FIELD = RatingField()
CONTEXT = ParseContext()


@pytest.mark.parametrize("value", [4, "4", 4.0, " 4 "])
def test_stars(value: object) -> None:
    assert FIELD.parse(value, RatingConfig(), CONTEXT) == 4


@pytest.mark.parametrize("value", [0, 6, -1, 3.5, True, "many", [], 10**30])
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        FIELD.parse(value, RatingConfig(), CONTEXT)


def test_more_stars() -> None:
    assert FIELD.parse(15, RatingConfig(maximum=15), CONTEXT) == 15
