from __future__ import annotations

import pytest

from kernel.errors import InvalidValueError
from kernel.fields import Column, ColumnSpec, ParseContext
from plugins.fields.reference import ReferenceConfig, ReferenceField

FIELD = ReferenceField()
CONTEXT = ParseContext()
ONE = ReferenceConfig("12")
MANY = ReferenceConfig("12", multiple=True)


def test_columns() -> None:
    assert FIELD.columns(ONE) == [ColumnSpec(Column.RECORD, target="12")]
    assert FIELD.columns(MANY) == [ColumnSpec(Column.RECORD, many=True, target="12")]


@pytest.mark.parametrize("value", ["34", {"id": "34"}, ["34"], [{"id": "34", "title": "Acme"}]])
def test_one(value: object) -> None:
    assert FIELD.parse(value, ONE, CONTEXT) == "34"
    assert FIELD.parse(value, MANY, CONTEXT) == ["34"]


def test_none() -> None:
    assert FIELD.parse([], ONE, CONTEXT) is None
    assert FIELD.parse([], MANY, CONTEXT) == []


def test_two_need_a_field_for_several() -> None:
    assert FIELD.parse(["34", "35", "34"], MANY, CONTEXT) == ["34", "35"]
    with pytest.raises(InvalidValueError):
        FIELD.parse(["34", "35"], ONE, CONTEXT)


@pytest.mark.parametrize("value", ["Acme", "-1", "1" * 20, "٣", 34, True, {}, [["34"]], ["34", None]])
def test_refused(value: object) -> None:
    for config in (ONE, MANY):
        with pytest.raises(InvalidValueError):
            FIELD.parse(value, config, CONTEXT)
