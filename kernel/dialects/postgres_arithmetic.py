"""Numbers and times in PostgreSQL: numeric for exact numbers, guarded double precision."""

from __future__ import annotations

from decimal import Decimal

from kernel.dialects.base import Dialect, Rounding
from kernel.values import EXCHANGE_SCALE


class PostgresArithmetic(Dialect):
    """The numbers and times of `Dialect`."""

    def exchange(self, amount: str, scale: int, direct: str, inverse: str, digits: int) -> str:
        # `div` cuts off exactly, where dividing would round before it is rounded
        shift = 10**digits
        times = f"round({amount} * ({direct})::numeric, {digits})"
        twice = f"div(abs({amount}) * {2 * shift} + smalt_x.r, 2 * smalt_x.r)"
        rate = f"(SELECT ({inverse})::numeric AS r) smalt_x"
        divided = f"(SELECT sign({amount}) * {twice} / {shift}::numeric FROM {rate})"
        return self.exact(f"coalesce({times}, round({divided}, {digits}))", EXCHANGE_SCALE)

    def exact(self, sql: str, scale: int) -> str:
        # least and greatest pass over NULL, which so ends at a bound and becomes NULL again
        largest, smallest = (f"{Decimal(n).scaleb(-scale):f}" for n in (2**63 - 1, -(2**63)))
        clamped = f"greatest(least({sql}, {largest}), {smallest})"
        return f"nullif(nullif({clamped}, {largest}), {smallest})"

    def real(self, sql: str) -> str:
        return f"smalt_real({sql})"

    def to_real(self, sql: str, scale: int) -> str:
        return f"({sql})::double precision"

    def to_scale(self, sql: str, scale: int, wanted: int) -> str:
        return sql

    def round(self, sql: str, scale: int | None, places: int, mode: Rounding) -> str:
        if scale is not None and places >= scale:
            return sql
        number = sql if scale is not None else f"({sql})::numeric"
        rounded = {"nearest": f"round({number}, {places})", "down": f"trunc({number}, {places})"}
        result = rounded.get(mode, f"smalt_round({number}, {places}, '{mode}')")
        return result if scale is not None and places >= 0 else self.exact(result, max(places, 0))

    def number_text(self, sql: str, scale: int | None) -> str:
        return f"trim_scale({sql if scale is not None else f'({sql})::numeric'})::text"

    def amount_text(self, sql: str, scale: int | None, unit: str) -> str:
        exact = f"({sql})::numeric" if scale is not None else f"smalt_cents({sql}, {unit})"
        return f"smalt_amount({exact}, {unit})"

    def sum(self, sql: str, scale: int | None) -> str:
        return self.real(f"sum({sql})") if scale is None else self.exact(f"sum({sql})", scale)

    def median(self, sql: str) -> str:
        return f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {sql})"

    def integer(self, sql: str, limit: int) -> str:
        outside = limit + 1
        clamped = f"greatest(least({sql}, {outside}), -{outside})"
        return f"nullif(nullif({clamped}, {outside}), -{outside})::integer"

    def date_text(self, sql: str) -> str:
        return f"to_char({sql}, 'YYYY-MM-DD')"

    def minute_text(self, sql: str) -> str:
        return f"to_char({sql}, 'YYYY-MM-DD HH24:MI')"

    def day_start(self, sql: str, zone: str) -> str:
        return f"smalt_moment(({sql})::timestamp, {self.literal(zone)})"

    def moment(self, sql: str) -> str:
        return f"to_timestamp({sql} / 1000.0)"

    def local(self, sql: str, zone: str) -> str:
        return f"({sql} AT TIME ZONE {self.literal(zone)})"

    def local_date(self, sql: str, zone: str) -> str:
        return f"({self.local(sql, zone)})::date"
