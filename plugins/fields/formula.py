"""A value computed from the other fields of the record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from kernel.plugin_api import Derivation, FieldType, InvalidInputError, NumberFormat, hookimpl


class FormulaConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`format` says what a number is: an amount in the project's currency, or a fraction shown
    as percentage. `decimals` rounds it to so many places as shown, half away from zero."""

    expression: Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
    format: Literal["number", "currency", "percent"] | None = None
    decimals: Annotated[int, msgspec.Meta(ge=0, le=8)] | None = None


class FormulaField(FieldType[FormulaConfig, None]):
    key = "formula"
    label = "Formula"
    description = "A value computed from other fields."
    config_type = FormulaConfig
    widget = "derived"

    def derive(self, config: FormulaConfig) -> Derivation:
        decimals = config.decimals
        if decimals is not None and config.format == "percent":
            decimals += 2
        return Derivation(config.expression, format=NumberFormat(decimals, money=config.format == "currency"))

    def prepare(self, config: FormulaConfig, previous: FormulaConfig | None) -> FormulaConfig:
        if not config.expression.strip():
            raise InvalidInputError("A formula needs an expression.")
        return config


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [FormulaField()]
