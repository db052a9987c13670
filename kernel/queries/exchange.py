"""Amounts in another currency, by the rates that administrators have entered.

Exact on both engines: an amount times the rate from its currency, or, where there is none,
divided by the rate in the other direction; rounded half away from zero to the digits of the
currency. On SQLite, whose integers would overflow, Python does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from kernel.currencies import currency_digits
from kernel.errors import ExpressionError
from kernel.expressions import compile, parse
from kernel.expressions.resolver import Resolver
from kernel.fields import Exchange
from kernel.queries.folding import truncated
from kernel.values import EXCHANGE_SCALE, TEXT, Kind, Value, ValueType


def exchanged(value: Value, exchange: Exchange, resolver: Resolver) -> Value:
    """The amount in the currency wanted; empty without an amount, a day or a rate."""
    if value.type.kind is not Kind.MONEY or value.unit is None or value.type.scale is None:
        raise ExpressionError("Only an amount of money can be converted to another currency.")
    dialect = resolver.dialect
    target = resolver.parameters.add(exchange.currency, TEXT)
    digits, scale = currency_digits(exchange.currency), value.type.scale
    pieces = {"a": value.sql, "u": value.unit, "d": _day(exchange, resolver)}

    def write(named: Mapping[str, str]) -> str:
        direct = _rate("source", "target", named["u"], target, named["d"])
        inverse = _rate("target", "source", named["u"], target, named["d"])
        through = dialect.exchange(named["a"], scale, direct, inverse, digits)
        same = dialect.to_scale(named["a"], scale, max(scale, EXCHANGE_SCALE))
        wanted = through if scale <= EXCHANGE_SCALE else dialect.to_scale(through, EXCHANGE_SCALE, scale)
        return f"CASE WHEN {named['u']} = {target} THEN {same} ELSE {wanted} END"

    type_ = ValueType(Kind.MONEY, scale=max(scale, EXCHANGE_SCALE), many=value.type.many)
    return replace(value, type=type_, sql=dialect.once(pieces, write), unit=target, json=None)


def _day(exchange: Exchange, resolver: Resolver) -> str:
    """SQL for the day of the rate as `YYYY-MM-DD`."""
    if exchange.day is None:
        today = resolver.now.astimezone(ZoneInfo(resolver.time_zone)).date()
        return resolver.parameters.add(today.isoformat(), TEXT)
    day = compile(parse(exchange.day), resolver)
    if not day.type.kind.temporal or day.type.many:
        raise ExpressionError("The day of the rate must be a single date.")
    return resolver.dialect.date_text(truncated(day, "day", resolver).sql)


def _rate(from_: str, to: str, unit: str, target: str, day: str) -> str:
    """The newest rate that was valid on the day, as text."""
    return (
        f"(SELECT c.rate FROM smalt_currency_rate c WHERE c.{from_} = {unit} AND c.{to} = {target} "
        f"AND c.valid_from <= {day} ORDER BY c.valid_from DESC LIMIT 1)"
    )
