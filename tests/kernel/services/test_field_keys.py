"""Keys made from names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.services.field_keys import MAXIMUM_KEY, key_of, valid_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Expected close date", "expected_close_date"),
        ("  Amount (EUR) ", "amount_eur"),
        ("Größe", "grosse"),
        ("Źródło", "zrodlo"),
        ("Łąka", "laka"),
        ("Cafe\u0301", "cafe"),
        ("ﬁrst", "first"),
        ("İstanbul", "istanbul"),
        ("価格", "field"),
        ("2024 target", "field_2024_target"),
        ("Title", "title_2"),
        ("List", "list_2"),
        ("💰", "field"),
        ("x" * 60, "x" * 50),
    ],
)
def test_keys_of_names(name: str, key: str) -> None:
    assert key_of(name) == key


def test_keys_are_unlike_those_taken() -> None:
    assert key_of("Amount", {"amount"}) == "amount_2"
    assert key_of("Amount", {"amount", "amount_2"}) == "amount_3"
    assert key_of("x" * 60, {"x" * 50}) == "x" * 48 + "_2"


@given(st.text(min_size=1, max_size=80), st.sets(st.sampled_from(["a", "b", "field", "title_2"])))
def test_every_name_gives_a_valid_key(name: str, taken: set[str]) -> None:
    key = key_of(name, taken)
    assert valid_key(key)
    assert key not in taken
    assert len(key) <= MAXIMUM_KEY
