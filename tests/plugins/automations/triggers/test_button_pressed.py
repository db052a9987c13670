from __future__ import annotations

from plugins.automations.triggers.button_pressed import ButtonPressedConfig, ButtonPressedTrigger
from tests.plugins.automations.samples import event

TRIGGER = ButtonPressedTrigger()


def test_which_button() -> None:
    pressed = event("button.pressed", send=[None, None])
    assert TRIGGER.matches(pressed, ButtonPressedConfig("send"))
    assert TRIGGER.matches(pressed, ButtonPressedConfig())
    assert not TRIGGER.matches(pressed, ButtonPressedConfig("other"))
