"""Somebody presses a button on a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import FieldName, Occurrence, Trigger, hookimpl


class ButtonPressedConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`field`: which button; any when left out."""

    field: Annotated[FieldName, msgspec.Meta(examples=["send_offer"])] | None = None


class ButtonPressedTrigger(Trigger[ButtonPressedConfig]):
    key = "button_pressed"
    label = "A button is pressed"
    description = "A field of the record that is there to be pressed."
    sentence = "{field|a button} is pressed"
    config_type = ButtonPressedConfig
    also = (("field", "button"),)
    kinds = ("button.pressed",)

    def matches(self, event: Occurrence, config: ButtonPressedConfig) -> bool:
        return config.field is None or config.field in event.changes


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [ButtonPressedTrigger()]
