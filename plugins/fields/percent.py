"""A percentage, held as the fraction it stands for.

12.5 % is the number 0.125: in JSON, in columns and in expressions, so `{amount} * {discount}`
is right as it stands. Only text with a percent sign is divided by 100 (`"12.5%"`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from babel.numbers import format_percent

from kernel.plugin_api import (
    Column,
    ColumnSpec,
    Display,
    FieldType,
    InvalidInputError,
    InvalidValueError,
    Kind,
    Look,
    ParseContext,
    fit_decimal,
    hookimpl,
    parse_decimal,
    parses,
    score,
)


class PercentConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`decimals` counts the places of the percentage, so 2 allows 12.25 %, the fraction 0.1225.
    `minimum` and `maximum` are fractions too: 1 stands for 100 %."""

    decimals: Annotated[int, msgspec.Meta(ge=0, le=6)] = 2
    minimum: Decimal | None = None
    maximum: Decimal | None = None


class PercentDisplay(Display):
    def text(self, value: Any, kind: Kind, config: Any, look: Look) -> str:
        return format_percent(Decimal(str(value)), locale=look.locale, decimal_quantization=False)


class PercentField(FieldType[PercentConfig, Decimal]):
    key = "percent"
    label = "Percent"
    description = "A percentage; 0.125 stands for 12.5 %."
    config_type = PercentConfig
    widget = "percent"
    display = PercentDisplay()

    def columns(self, config: PercentConfig) -> Sequence[ColumnSpec]:
        return [ColumnSpec(Column.DECIMAL, scale=config.decimals + 2)]

    def parse(self, value: object, config: PercentConfig, context: ParseContext) -> Decimal | None:
        fraction = self._fraction(value, config, context)
        if fraction is None:
            return None
        if config.minimum is not None and fraction < config.minimum:
            raise InvalidValueError(f"This must be at least {_shown(config.minimum)}.")
        if config.maximum is not None and fraction > config.maximum:
            raise InvalidValueError(f"This must be at most {_shown(config.maximum)}.")
        return fraction

    def _fraction(self, value: object, config: PercentConfig, context: ParseContext) -> Decimal | None:
        if isinstance(value, str) and value.rstrip().endswith("%"):
            text = value.rstrip().removesuffix("%")
            percent = parse_decimal(text, config.decimals, context.decimal_comma)
            return None if percent is None else fit_decimal(percent / 100, config.decimals + 2)
        return parse_decimal(value, config.decimals + 2, context.decimal_comma)

    def prepare(self, config: PercentConfig, previous: PercentConfig | None) -> PercentConfig:
        bounds = [bound for bound in (config.minimum, config.maximum) if bound is not None]
        if not all(bound.is_finite() for bound in bounds) or bounds != sorted(bounds):
            raise InvalidInputError("The minimum must be a number that is not above the maximum.")
        return config

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        reads = parses(lambda cell: self.parse(cell, PercentConfig(6), context))
        return score(samples, lambda cell: "%" in cell and reads(cell), 0.9)


def _shown(fraction: Decimal) -> str:
    """A fraction as people write percentages, such as `12.5 %`."""
    return f"{(fraction * 100).normalize():f} %"


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [PercentField()]
