from __future__ import annotations

import pytest

from kernel.errors import InvalidValueError
from kernel.fields import Derivation, NoConfig, ParseContext
from plugins.fields.created_at import CreatedAtField

FIELD = CreatedAtField()


def test_shows_the_built_in_value() -> None:
    assert FIELD.columns(NoConfig()) == []
    assert FIELD.derive(NoConfig()) == Derivation("{created_at}")


def test_takes_no_input() -> None:
    with pytest.raises(InvalidValueError):
        FIELD.parse("x", NoConfig(), ParseContext())
