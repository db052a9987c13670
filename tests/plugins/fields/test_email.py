from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidValueError
from kernel.fields import NoConfig, ParseContext
from plugins.fields.email import EmailField

FIELD = EmailField()
CONTEXT = ParseContext()


def parse(value: object) -> str | None:
    return FIELD.parse(value, NoConfig(), CONTEXT)


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        (" ewa@acme.example ", "ewa@acme.example"),
        ("Ewa.Nowak+crm@ACME.Example", "Ewa.Nowak+crm@acme.example"),
        ("ewa@żółw.pl", "ewa@żółw.pl"),
        ("ewa@xn--w-uga1v8h.pl", "ewa@żółw.pl"),
        ("o'brien@acme.co.uk", "o'brien@acme.co.uk"),
        ("ewa@office.local", "ewa@office.local"),
    ],
)
def test_addresses(given_text: str, stored: str) -> None:
    assert parse(given_text) == stored


@pytest.mark.parametrize(
    "value",
    ["ewa", "ewa@", "@acme.example", "ewa@acme", "a b@acme.example", "a..b@acme.example", "ewa@-acme.example",
     "Ewa <ewa@acme.example>", "a@b.example, c@d.example", f"{'x' * 65}@acme.example", "x" * 300, 5, [], {}],
)  # fmt: skip
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        parse(value)


@given(st.from_regex(r"[A-Za-z0-9_.+'-]{1,70}@[a-z0-9-]{1,20}(\.[a-z0-9-]{1,10}){1,4}", fullmatch=True))
def test_the_short_way_agrees_with_the_validator(text: str) -> None:
    try:
        checked = validate_email(text, check_deliverability=False, globally_deliverable=False, strict=True)
    except EmailNotValidError:
        with pytest.raises(InvalidValueError):
            parse(text)
    else:
        assert parse(text) == checked.normalized


def test_guess() -> None:
    assert FIELD.guess(["a@b.example", "c@d.example", " "], CONTEXT) == 1.0
    assert FIELD.guess(["a@b.example", "nobody"], CONTEXT) == 0.0
