from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidValueError
from kernel.text_input import clean_line, clean_lines, fold_name


def test_line_is_trimmed_and_composed() -> None:
    assert clean_line("  Zażo\u0301łć \ufeff", 20) == "Zażółć"


def test_blank_is_none() -> None:
    assert clean_line(" \u00a0 ", 5) is None
    assert clean_lines(" \n\t ", 5) is None


def test_what_nobody_sees_is_blank() -> None:
    for text in ("\u200b", " \u2066\u00a0\ufeff", "\u202e\u2060 "):
        assert clean_line(text, 10) is None
        assert clean_lines(f"\n{text}\n", 10) is None
    assert clean_line("\u200ba", 10) == "\u200ba"


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "a\x0bb", "\ud800", "a\nb", "a\r\nb", "x" * 11])
def test_line_refuses(text: str) -> None:
    with pytest.raises(InvalidValueError):
        clean_line(text, 10)


@pytest.mark.parametrize("value", [1, True, 1.5, None, ["a"], {"a": 1}])
def test_only_text_is_text(value: object) -> None:
    for clean in (clean_line, clean_lines):
        with pytest.raises(InvalidValueError):
            clean(value, 10)


def test_lines_keep_indentation_and_have_one_kind_of_break() -> None:
    assert clean_lines("  a\r\n\tb\rc\x85", 20) == "  a\n\tb\nc"


def test_tab_stays_within_a_line() -> None:
    assert clean_line("a\tb", 5) == "a\tb"


def test_fold_compares_without_case_and_composition() -> None:
    assert fold_name(" ŻO\u0301ŁW ") == fold_name("żółw")
    assert fold_name("zolw") != fold_name("żółw")


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    for clean in (clean_line, clean_lines):
        try:
            once = clean(text, 10_000)
        except InvalidValueError:
            continue
        assert once is None or clean(once, 10_000) == once
