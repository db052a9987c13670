"""An exact number, with a fixed count of decimal places or as many as it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import (
    Column,
    ColumnSpec,
    FieldType,
    InvalidInputError,
    InvalidValueError,
    ParseContext,
    hookimpl,
    parse_decimal,
    parses,
    score,
)

_FREE_DECIMALS = 6
"""From so many on the kernel leaves out those that are zero at the end."""


class NumberConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`decimals` None keeps up to six places and shows those that are not zero; 0 makes whole
    numbers, which JSON has as integers."""

    decimals: Annotated[int, msgspec.Meta(ge=0, le=8)] | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    @property
    def scale(self) -> int:
        return _FREE_DECIMALS if self.decimals is None else self.decimals


class NumberField(FieldType[NumberConfig, Decimal]):
    key = "number"
    label = "Number"
    description = "A number, whole or with decimal places."
    config_type = NumberConfig
    widget = "number"

    def columns(self, config: NumberConfig) -> Sequence[ColumnSpec]:
        return [ColumnSpec(Column.DECIMAL, scale=config.scale)]

    def parse(self, value: object, config: NumberConfig, context: ParseContext) -> Decimal | None:
        number = parse_decimal(value, config.scale, context.decimal_comma)
        if number is None:
            return None
        if config.minimum is not None and number < config.minimum:
            raise InvalidValueError(f"This must be at least {config.minimum}.")
        if config.maximum is not None and number > config.maximum:
            raise InvalidValueError(f"This must be at most {config.maximum}.")
        return number

    def prepare(self, config: NumberConfig, previous: NumberConfig | None) -> NumberConfig:
        bounds = [bound for bound in (config.minimum, config.maximum) if bound is not None]
        if not all(bound.is_finite() for bound in bounds) or bounds != sorted(bounds):
            raise InvalidInputError("The minimum must be a number that is not above the maximum.")
        return config

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        return score(samples, parses(lambda cell: self.parse(cell, NumberConfig(), context)), 0.8)

    def suggest(self, samples: Sequence[str], context: ParseContext) -> NumberConfig:
        whole = NumberConfig(decimals=0)
        integers = score(samples, parses(lambda cell: self.parse(cell, whole, context)), 1.0) == 1.0
        return whole if integers else NumberConfig()


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [NumberField()]
