"""Who made the record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kernel.plugin_api import Derivation, FieldType, NoConfig, hookimpl


class CreatedByField(FieldType[NoConfig, None]):
    key = "created_by"
    label = "Created by"
    description = "Who made the record."
    widget = "derived"

    def derive(self, config: NoConfig) -> Derivation:
        return Derivation("{created_by}")


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [CreatedByField()]
