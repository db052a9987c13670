"""Something to press, to which automations react."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Derivation, FieldType, hookimpl


class ButtonConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`label` is what stands on it (else the field's name), `confirm` what is asked before it acts."""

    label: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    confirm: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class ButtonField(FieldType[ButtonConfig, None]):
    """Holds nothing: its value is always empty."""

    key = "button"
    label = "Button"
    description = "Something to press, to which automations react."
    config_type = ButtonConfig
    widget = "button"
    pressable = True

    def derive(self, config: ButtonConfig) -> Derivation:
        return Derivation("BLANK()")


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [ButtonField()]
