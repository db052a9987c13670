"""Star rating: a whole number of stars, one to a configured maximum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Column, FieldType, InvalidValueError, ParseContext, hookimpl, parse_integer


class RatingConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    maximum: Annotated[int, msgspec.Meta(ge=1, le=15)] = 5


class RatingField(FieldType[RatingConfig, int]):
    key = "rating"
    label = "Star rating"
    description = "A number of stars."
    config_type = RatingConfig
    column = Column.INTEGER
    widget = "rating"

    def parse(self, value: object, config: RatingConfig, context: ParseContext) -> int | None:
        stars = parse_integer(value, context.decimal_comma)
        if stars is not None and not 1 <= stars <= config.maximum:
            raise InvalidValueError(f"This must be a whole number from 1 to {config.maximum}.")
        return stars


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [RatingField()]
