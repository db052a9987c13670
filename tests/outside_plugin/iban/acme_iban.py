"""International bank account numbers, checked and written without blanks."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Column, FieldType, InvalidValueError, ParseContext, hookimpl


class IbanConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`countries` are the two-letter codes that are accepted; none given, all are."""

    countries: Annotated[list[str], msgspec.Meta(examples=[["PL", "DE"]])] = []


class IbanField(FieldType[IbanConfig, str]):
    """A bank account."""

    key = "iban"
    label = "Bank account"
    description = "An IBAN, checked by its own check digits."
    config_type = IbanConfig
    column = Column.TEXT

    def parse(self, value: object, config: IbanConfig, context: ParseContext) -> str:
        number = "".join(str(value).split()).upper()
        if not is_iban(number):
            raise InvalidValueError("This is no IBAN; a digit may be mistyped.")
        if config.countries and number[:2] not in config.countries:
            raise InvalidValueError(f"Give an account in {', '.join(config.countries)}.")
        return number

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        return sum(is_iban("".join(s.split()).upper()) for s in samples) / max(len(samples), 1)


def is_iban(number: str) -> bool:
    """Whether the check digits are right: the number, turned, leaves 1 when divided by 97."""
    if not (15 <= len(number) <= 34 and number.isascii() and number.isalnum() and number[:2].isalpha()):
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [IbanField()]
