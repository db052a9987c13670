"""Who changed the record last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kernel.plugin_api import Derivation, FieldType, NoConfig, hookimpl


class UpdatedByField(FieldType[NoConfig, None]):
    key = "updated_by"
    label = "Updated by"
    description = "Who changed the record last."
    widget = "derived"

    def derive(self, config: NoConfig) -> Derivation:
        return Derivation("{updated_by}")


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [UpdatedByField()]
