from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidValueError
from kernel.fields import NoConfig, ParseContext
from plugins.fields.url import UrlField

FIELD = UrlField()
CONTEXT = ParseContext()


def parse(value: object) -> str | None:
    return FIELD.parse(value, NoConfig(), CONTEXT)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("https://acme.example/a?b=c#d", "https://acme.example/a?b=c#d"),
        ("acme.example", "https://acme.example"),
        ("www.Acme.example:8080/x", "https://www.acme.example:8080/x"),
        ("HTTP://ACME.example/Path", "http://acme.example/Path"),
        ("http://intranet/", "http://intranet/"),
        ("http://192.168.0.1:8000", "http://192.168.0.1:8000"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
        ("Żółw.pl/ścieżka", "https://żółw.pl/ścieżka"),
        ("https://xn--w-uga1v8h.pl", "https://żółw.pl"),
        ("acme.example?next=http://other.example", "https://acme.example?next=http://other.example"),
    ],
)
def test_addresses(text: str, stored: str) -> None:
    assert parse(text) == stored
    assert parse(stored) == stored


@pytest.mark.parametrize(
    "value",
    ["javascript:alert(1)", "JavaScript://x/%0aalert(1)", "java\tscript:alert(1)", "data:text/html,x", "ftp://a.example",
     "file:///etc/passwd", "//acme.example", "acme", "javascript:1", "https://", "https://user:pw@acme.example",
     "https://a b.example", "https://acme.example:99999", "http://999.1.1.1", "http://[::1", "https://-a.example",
     "https://acme.example\\@other.example", "https://acme.example/" + "x" * 3000, 5, [], {},
     "mailto:a@b.example"],
)  # fmt: skip
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        parse(value)


@given(st.text() | st.text().map("http://{}".format))
def test_what_passes_is_http(text: str) -> None:
    try:
        stored = parse(text)
    except InvalidValueError:
        return
    assert stored is None or stored.startswith(("http://", "https://"))
    assert stored is None or parse(stored) == stored


def test_guess() -> None:
    assert FIELD.guess(["https://a.example", "www.b.example"], CONTEXT) == 0.95
    assert FIELD.guess(["a.example", "b.example"], CONTEXT) == 0.0
