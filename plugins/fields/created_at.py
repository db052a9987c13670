"""When the record was made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kernel.plugin_api import Derivation, FieldType, NoConfig, hookimpl


class CreatedAtField(FieldType[NoConfig, None]):
    key = "created_at"
    label = "Created at"
    description = "When the record was made."
    widget = "derived"

    def derive(self, config: NoConfig) -> Derivation:
        return Derivation("{created_at}")


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [CreatedAtField()]
