"""One telephone number, checked and written the international way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Annotated, Any

import msgspec
import phonenumbers

from kernel.plugin_api import (
    Column,
    Fault,
    FieldType,
    InvalidInputError,
    InvalidValueError,
    ParseContext,
    clean_line,
    hookimpl,
    parses,
    score,
)

_LONGEST = 60


class PhoneConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`country` (ISO 3166) is meant where a number comes without its country code."""

    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")] | None = None


@lru_cache(maxsize=4096)
def _formatted(text: str, country: str | None) -> str:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        form = "+48 22 123 45 67" if country is None else "the number, or with its country code +48 …"
        raise InvalidValueError(f"This is not a telephone number. Write {form}.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class PhoneField(FieldType[PhoneConfig, str]):
    """Stored and shown as `+48 22 123 45 67 ext. 8`, so equal numbers are equal texts."""

    key = "phone"
    label = "Phone"
    description = "A telephone number with its country code."
    config_type = PhoneConfig
    column = Column.TEXT
    widget = "phone"
    widget_options = {"input": "tel"}

    def parse(self, value: object, config: PhoneConfig, context: ParseContext) -> str | None:
        text = clean_line(value, _LONGEST)
        return None if text is None else _formatted(text, config.country or context.country)

    def prepare(self, config: PhoneConfig, previous: PhoneConfig | None) -> PhoneConfig:
        if config.country is not None and config.country not in phonenumbers.SUPPORTED_REGIONS:
            detail = f"'{config.country}' is not a country code of ISO 3166, such as PL."
            raise InvalidInputError(detail, [Fault("/country", detail)])
        return config

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        reads = parses(lambda cell: self.parse(cell, PhoneConfig(), context))
        return score(samples, lambda cell: not cell.strip().isdigit() and reads(cell), 0.95)


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [PhoneField()]
