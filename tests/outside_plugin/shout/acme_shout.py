"""Writes a text in capitals into a field."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kernel.plugin_api import (
    Action,
    ChangeRecord,
    Effect,
    Facts,
    FieldName,
    TextTemplate,
    hookimpl,
)


class ShoutConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    field: FieldName
    text: TextTemplate


class ShoutAction(Action[ShoutConfig]):
    key = "shout"
    label = "Shout"
    config_type = ShoutConfig

    def plan(self, config: ShoutConfig, facts: Facts) -> Sequence[Effect]:
        return [ChangeRecord({config.field: facts.text(config.text).upper() + "!"})]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [ShoutAction()]
