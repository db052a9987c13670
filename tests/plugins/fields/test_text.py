from __future__ import annotations

import pytest

from kernel.errors import InvalidInputError, InvalidValueError
from kernel.fields import ParseContext
from plugins.fields.text import TextConfig, TextField

FIELD = TextField()
CONTEXT = ParseContext()


def test_one_clean_line() -> None:
    assert FIELD.parse("  Website relaunch ", TextConfig(), CONTEXT) == "Website relaunch"
    assert FIELD.parse("   ", TextConfig(), CONTEXT) is None


@pytest.mark.parametrize("value", ["two\nlines", "too long for this", "a\0", 5, None, ["a"]])
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        FIELD.parse(value, TextConfig(max_length=10), CONTEXT)


def test_the_whole_text_matches_the_pattern() -> None:
    config = FIELD.prepare(TextConfig(pattern="[A-Z]{2}[0-9]+"), None)
    assert FIELD.parse(" PL123 ", config, CONTEXT) == "PL123"
    for text in ("PL", "xPL123", "PL123x"):
        with pytest.raises(InvalidValueError):
            FIELD.parse(text, config, CONTEXT)


def test_a_pattern_cannot_hang() -> None:
    config = FIELD.prepare(TextConfig(pattern="(a+)+$", max_length=10_000), None)
    with pytest.raises(InvalidValueError):
        FIELD.parse("a" * 5000 + "b", config, CONTEXT)


@pytest.mark.parametrize("pattern", ["(", "[", "(?=a)", "a{5000}"])
def test_bad_patterns_are_refused(pattern: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        FIELD.prepare(TextConfig(pattern=pattern), None)
    assert caught.value.faults[0].pointer == "/pattern"
    assert capfd.readouterr().err == ""
