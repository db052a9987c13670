"""Writes a field, built-in or custom: a value, or what an expression gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import (
    Action,
    ChangeRecord,
    Effect,
    Facts,
    Fault,
    FieldName,
    Formula,
    InvalidInputError,
    hookimpl,
)


class SetFieldConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """`value` as the REST API takes it, or `expression` over the record, not both."""

    field: FieldName
    value: Annotated[Any, msgspec.Meta(examples=["12000.00"])] | msgspec.UnsetType = msgspec.UNSET
    expression: Formula | None = None


class SetFieldAction(Action[SetFieldConfig]):
    key = "set_field"
    label = "Set a field"
    description = "To a value, or to what an expression gives."
    sentence = "set {field} to {value}{expression}"
    config_type = SetFieldConfig

    def check(self, config: SetFieldConfig) -> None:
        if (config.value is msgspec.UNSET) == (config.expression is None):
            raise InvalidInputError(faults=[Fault("/value", "Give either 'value' or 'expression'.")])

    def plan(self, config: SetFieldConfig, facts: Facts) -> Sequence[Effect]:
        value = config.value if config.expression is None else facts.value(config.expression)
        return [ChangeRecord({config.field: value})]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [SetFieldAction()]
