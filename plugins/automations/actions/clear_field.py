"""Empties a field, built-in or custom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import Action, ChangeRecord, Effect, Facts, FieldName, hookimpl


class ClearFieldConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which field."""

    field: FieldName


class ClearFieldAction(Action[ClearFieldConfig]):
    key = "clear_field"
    label = "Empty a field"
    sentence = "empty {field}"
    config_type = ClearFieldConfig

    def plan(self, config: ClearFieldConfig, facts: Facts) -> Sequence[Effect]:
        return [ChangeRecord({config.field: None})]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [ClearFieldAction()]
