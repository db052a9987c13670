"""Words of a search: without case and accents, alike in Python and in SQL."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.storage.database import Database, Statement
from kernel.words import LETTERS, PLAIN_LETTERS, plain, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Łódź", "lodz"),
        ("Zażółć GĘŚLĄ", "zazolc gesla"),
        ("ewa.nowak@acme-corp.example", "ewa nowak acme corp example"),
        ("DEAL-0042", "deal 0042"),
        ("under_score 100%", "under score 100"),
        ("Straße 3M", "strase 3m"),
        ("Ångström œuvre", "angstrom ouvre"),
        ("  \u2014 …", ""),
        ("東京 タワー", "東京 タワー"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == f" {expected}"
    assert words(text) == expected.split()


def test_letters_have_their_partners() -> None:
    assert len(LETTERS) == len(PLAIN_LETTERS)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"], exclude_characters="\0"))))
async def test_sql_sees_the_same(database: Database, texts: list[str]) -> None:
    mark = "?1" if database.dialect.name == "sqlite" else "$1::text"
    statements = [Statement(f"SELECT smalt_plain({mark})", [text]) for text in texts]
    found = [rows[0][0] for rows in await database.read(*statements)] if statements else []
    assert [words(text) for text in texts] == [
        list(dict.fromkeys(w[:40] for w in f.split(" ") if w)) for f in found
    ]
