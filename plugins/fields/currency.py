"""Money: an exact amount with its currency."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import (
    Column,
    ColumnSpec,
    Fault,
    FieldType,
    InvalidInputError,
    InvalidValueError,
    Kind,
    ParseContext,
    SqlText,
    Value,
    ValueType,
    currency_codes,
    currency_digits,
    currency_of,
    fit_decimal,
    hookimpl,
    parse_decimal,
    parses,
    score,
)

Code = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]

_SCALE = 4
_MARK = r"([^\d\s.,'’()+\-−%]{1,4})"
_MARKED = re.compile(rf"([-+−(]?)\s*{_MARK}?\s*([-+−]?[\d.,][\d\s.,'’]*?)\s*{_MARK}?\s*(\)?)").fullmatch


class Money(msgspec.Struct, frozen=True):
    amount: Decimal
    currency: str


class CurrencyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`currency` stands where none is given (else the project's); `currencies` limits the choice.
    `minimum` and `maximum` bound the amount, in whatever currency."""

    currency: Code | None = None
    currencies: tuple[Code, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@lru_cache(maxsize=1024)
def _code_of(mark: str, default: str) -> str:
    code = currency_of(mark.strip(), default)
    if code is None:
        raise InvalidValueError("The sign does not say which currency; write its code, such as EUR.")
    return code


class CurrencyField(FieldType[CurrencyConfig, Money]):
    key = "currency"
    label = "Currency"
    description = "An amount of money with its currency."
    config_type = CurrencyConfig
    value_type = Money
    widget = "currency"

    def columns(self, config: CurrencyConfig) -> Sequence[ColumnSpec]:
        return [ColumnSpec(Column.DECIMAL, "amount", _SCALE), ColumnSpec(Column.TEXT, "currency")]

    def value(self, columns: Mapping[str, str], config: CurrencyConfig, sql: SqlText) -> Value:
        return Value(ValueType(Kind.MONEY, scale=_SCALE), columns["amount"], unit=columns["currency"])

    def parse(self, value: object, config: CurrencyConfig, context: ParseContext) -> Money | None:
        code = config.currency or context.currency
        if isinstance(value, str):
            code, value = self._split(value, code)
        elif isinstance(value, dict):
            code, value = self._members(value, code)
        amount = parse_decimal(value, _SCALE, context.decimal_comma)
        if amount is None:
            return None
        if config.currencies and code not in config.currencies:
            raise InvalidValueError(f"The currency must be one of {', '.join(config.currencies)}.")
        if (digits := currency_digits(code)) < _SCALE:
            fit_decimal(amount, digits)
        if config.minimum is not None and amount < config.minimum:
            raise InvalidValueError(f"The amount must be at least {config.minimum}.")
        if config.maximum is not None and amount > config.maximum:
            raise InvalidValueError(f"The amount must be at most {config.maximum}.")
        return Money(amount, code)

    def _split(self, text: str, code: str) -> tuple[str, str]:
        """The currency and the number of a text such as `€1,200`, `1 200 zł` or `-EUR 5`."""
        found = None if text[:1].isdigit() and text[-1:].isdigit() else _MARKED(text.strip())
        if found is None:
            return code, text
        sign, before, number, after, close = found.groups()
        codes = {_code_of(mark, code) for mark in (before, after) if mark}
        if len(codes) > 1:
            raise InvalidValueError("There are two currencies in this amount.")
        return (codes.pop() if codes else code), f"{sign}{number}{close}"

    def _members(self, value: Mapping[str, object], code: str) -> tuple[str, object]:
        currency = value.get("currency") or code
        if not value.keys() <= {"amount", "currency"} or not isinstance(currency, str):
            raise InvalidValueError('This must be an amount, or {"amount": "12.00", "currency": "EUR"}.')
        if currency not in currency_codes():
            raise InvalidValueError("The currency must be a code of ISO 4217, such as EUR.")
        amount = value.get("amount")
        return currency, "" if amount is None else amount

    def prepare(self, config: CurrencyConfig, previous: CurrencyConfig | None) -> CurrencyConfig:
        for code in filter(None, [config.currency, *config.currencies]):
            if code not in currency_codes():
                detail = f"'{code}' is not a currency code of ISO 4217."
                raise InvalidInputError(detail, [Fault("/currency", detail)])
        if config.currencies and config.currency not in (None, *config.currencies):
            raise InvalidInputError("The currency must be one of the currencies allowed.")
        bounds = [bound for bound in (config.minimum, config.maximum) if bound is not None]
        if not all(bound.is_finite() for bound in bounds) or bounds != sorted(bounds):
            raise InvalidInputError("The minimum must be a number that is not above the maximum.")
        return config

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        reads = parses(lambda cell: self.parse(cell, CurrencyConfig(), context))
        return score(samples, lambda cell: bool(cell.strip(" -+().,0123456789")) and reads(cell), 0.9)

    def suggest(self, samples: Sequence[str], context: ParseContext) -> CurrencyConfig:
        read = filter(parses(lambda cell: self.parse(cell, CurrencyConfig(), context)), samples)
        money = (self.parse(cell, CurrencyConfig(), context) for cell in read)
        codes = {one.currency for one in money if one is not None}
        return CurrencyConfig(codes.pop() if len(codes) == 1 else None)


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [CurrencyField()]
