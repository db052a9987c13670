"""What one engine has for expressions the other has as well, for the same operands."""

from __future__ import annotations

from dataclasses import fields
from string import Formatter

import pytest

from kernel.dialects.postgres import POSTGRES
from kernel.dialects.sqlite import SQLITE
from kernel.dialects.templates import Templates


def operands(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("part", [field.name for field in fields(Templates)])
def test_engines_have_the_same_templates(part: str) -> None:
    ours, theirs = (getattr(dialect.templates, part) for dialect in (SQLITE, POSTGRES))
    assert {name: operands(sql) for name, sql in ours.items()} == {
        name: operands(sql) for name, sql in theirs.items()
    }
