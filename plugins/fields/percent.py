"""A percentage, held as the fraction it stands for.

12.5 % is the number 0.125: in JSON, in columns and in expressions, so `{amount} * {discount}`
is right as it stands. Only text with a percent sign is divided by 100 (`"12.5%"`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import (
    Column,
    ColumnSpec,
    FieldType,
    ParseContext,
    fit_decimal,
    hookimpl,
    parse_decimal,
    parses,
    score,
)


class PercentConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`decimals` counts the places of the percentage, so 2 allows 12.25 %, the fraction 0.1225."""

    decimals: Annotated[int, msgspec.Meta(ge=0, le=6)] = 2


class PercentField(FieldType[PercentConfig, Decimal]):
    key = "percent"
    label = "Percent"
    description = "A percentage; 0.125 stands for 12.5 %."
    config_type = PercentConfig
    widget = "percent"

    def columns(self, config: PercentConfig) -> Sequence[ColumnSpec]:
        return [ColumnSpec(Column.DECIMAL, scale=config.decimals + 2)]

    def parse(self, value: object, config: PercentConfig, context: ParseContext) -> Decimal | None:
        if isinstance(value, str) and value.rstrip().endswith("%"):
            text = value.rstrip().removesuffix("%")
            percent = parse_decimal(text, config.decimals, context.decimal_comma)
            return None if percent is None else fit_decimal(percent / 100, config.decimals + 2)
        return parse_decimal(value, config.decimals + 2, context.decimal_comma)

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        reads = parses(lambda cell: self.parse(cell, PercentConfig(6), context))
        return score(samples, lambda cell: "%" in cell and reads(cell), 0.9)


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [PercentField()]
