from __future__ import annotations

import pytest

from kernel.errors import InvalidValueError, UnknownOptionError
from kernel.fields import Column, ColumnSpec, ParseContext
from plugins.fields.multi_select import MultiSelectConfig, MultiSelectField

FIELD = MultiSelectField()
CONTEXT = ParseContext()
CONFIG = FIELD.with_choices(MultiSelectConfig(), ["SEO", "Branding", "Web, mobile"])
SEO, BRANDING, WEB = (choice.id for choice in FIELD.choices(CONFIG))


def test_many_choices() -> None:
    assert FIELD.columns(CONFIG) == [ColumnSpec(Column.CHOICE, many=True)]


@pytest.mark.parametrize(
    "value", ["Branding, SEO", "branding;seo;", ["Branding", {"id": str(SEO)}, "SEO"], "Branding\nSEO"]
)
def test_several_in_order_each_once(value: object) -> None:
    assert FIELD.parse(value, CONFIG, CONTEXT) == [BRANDING, SEO]


def test_a_name_with_a_comma() -> None:
    assert FIELD.parse("Web, mobile", CONFIG, CONTEXT) == [WEB]
    assert FIELD.parse({"name": "web, mobile"}, CONFIG, CONTEXT) == [WEB]


@pytest.mark.parametrize("value", [[], " ", [" "]])
def test_none(value: object) -> None:
    assert FIELD.parse(value, CONFIG, CONTEXT) == []


def test_unknown() -> None:
    with pytest.raises(UnknownOptionError, match="Print"):
        FIELD.parse("SEO, Print", CONFIG, CONTEXT)


@pytest.mark.parametrize("value", [5, True, {}, [[]], [None], ["SEO"] * 501])
def test_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        FIELD.parse(value, CONFIG, CONTEXT)


def test_ids_stay_over_edits() -> None:
    edited = FIELD.prepare(MultiSelectConfig(CONFIG.options[1:]), CONFIG)
    assert [c.id for c in FIELD.choices(edited)] == [BRANDING, WEB]
