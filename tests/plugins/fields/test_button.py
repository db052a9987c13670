from __future__ import annotations

import pytest

from kernel.errors import InvalidValueError
from kernel.fields import ParseContext
from plugins.fields.button import ButtonConfig, ButtonField

FIELD = ButtonField()


def test_holds_nothing_and_can_be_pressed() -> None:
    assert FIELD.pressable
    assert FIELD.columns(ButtonConfig()) == []
    assert FIELD.derive(ButtonConfig("Send", "Really?")).expression == "BLANK()"
    with pytest.raises(InvalidValueError):
        FIELD.parse("x", ButtonConfig(), ParseContext())
