"""When the record was changed last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kernel.plugin_api import Derivation, FieldType, NoConfig, hookimpl


class UpdatedAtField(FieldType[NoConfig, None]):
    key = "updated_at"
    label = "Updated at"
    description = "When the record was changed last."
    widget = "derived"

    def derive(self, config: NoConfig) -> Derivation:
        return Derivation("{updated_at}")


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [UpdatedAtField()]
