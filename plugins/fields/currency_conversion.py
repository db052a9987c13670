"""An amount of the record in another currency."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import (
    Derivation,
    Exchange,
    Fault,
    FieldType,
    InvalidInputError,
    currency_codes,
    hookimpl,
)

Path = Annotated[str, msgspec.Meta(min_length=1, max_length=300, pattern=r"^[^{}]+$")]


class CurrencyConversionConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `amount` of a field, in `currency`, at the rate of the day in the field `date`, or of today."""

    amount: Path
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    date: Path | None = None


class CurrencyConversionField(FieldType[CurrencyConversionConfig, None]):
    """By the newest rate entered for the day or before it; empty while there is none.

    Exact, and rounded half away from zero to the digits of the currency.
    """

    key = "currency_conversion"
    label = "Currency conversion"
    description = "An amount in another currency."
    config_type = CurrencyConversionConfig
    widget = "derived"

    def derive(self, config: CurrencyConversionConfig) -> Derivation:
        day = None if config.date is None else f"{{{config.date}}}"
        return Derivation(f"{{{config.amount}}}", exchange=Exchange(config.currency, day))

    def prepare(
        self, config: CurrencyConversionConfig, previous: CurrencyConversionConfig | None
    ) -> CurrencyConversionConfig:
        if config.currency not in currency_codes():
            detail = f"'{config.currency}' is not a currency code of ISO 4217."
            raise InvalidInputError(detail, [Fault("/currency", detail)])
        return config


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [CurrencyConversionField()]
