from __future__ import annotations

import pytest

from kernel.errors import InvalidValueError
from kernel.fields import ParseContext
from plugins.fields.long_text import LongTextConfig, LongTextField

FIELD = LongTextField()
CONTEXT = ParseContext()


def test_lines_stay() -> None:
    assert FIELD.parse("one\r\n\n  two\n", LongTextConfig(), CONTEXT) == "one\n\n  two\n"


@pytest.mark.parametrize("value", ["x" * 100_001, "a\0b", "\x1b[31m", 5, {}])
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        FIELD.parse(value, LongTextConfig(), CONTEXT)


def test_guess() -> None:
    assert FIELD.guess(["short", "two\nlines"], CONTEXT) > 0.3
    assert FIELD.guess(["short", "x" * 300], CONTEXT) > 0.3
    assert FIELD.guess(["short", "line\n"], CONTEXT) < 0.3
