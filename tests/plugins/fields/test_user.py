from __future__ import annotations

import pytest

from kernel.errors import InvalidValueError
from kernel.fields import Column, ColumnSpec, ParseContext
from plugins.fields.user import UserConfig, UserField

FIELD = UserField()
CONTEXT = ParseContext()


def test_one() -> None:
    assert FIELD.columns(UserConfig()) == [ColumnSpec(Column.PERSON)]
    for value in ("ewa@acme.example", {"email": "ewa@acme.example"}, ["ewa@acme.example"]):
        assert FIELD.parse(value, UserConfig(), CONTEXT) == "ewa@acme.example"
    with pytest.raises(InvalidValueError):
        FIELD.parse(["1", "2"], UserConfig(), CONTEXT)


def test_several() -> None:
    assert FIELD.columns(UserConfig(multiple=True)) == [ColumnSpec(Column.PERSON, many=True)]
    value = [{"id": "1", "name": "Ewa"}, "jan@acme.example"]
    assert FIELD.parse(value, UserConfig(multiple=True), CONTEXT) == ["1", "jan@acme.example"]
