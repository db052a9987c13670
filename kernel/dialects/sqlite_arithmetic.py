"""Numbers and times in SQLite: exact numbers are scaled integers, times are ordered text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.dialects.base import Dialect, Rounding

_LARGEST: Final = 2**63 - 1
_SMALLEST: Final = f"(-{_LARGEST} - 1)"
_BEYOND: Final = "1e100"

_ROUNDING: Final[Mapping[str, str]] = {
    "nearest": "CASE WHEN abs({x} % {d}) < {h} THEN 0 WHEN {x} < 0 THEN -1 ELSE 1 END",
    "up": "CASE WHEN {x} % {d} = 0 THEN 0 WHEN {x} < 0 THEN -1 ELSE 1 END",
    "down": "0",
    "floor": "CASE WHEN {x} % {d} < 0 THEN -1 ELSE 0 END",
    "ceiling": "CASE WHEN {x} % {d} > 0 THEN 1 ELSE 0 END",
}


class SqliteArithmetic(Dialect):
    """The numbers and times of `Dialect`."""

    def exchange(self, amount: str, scale: int, direct: str, inverse: str, digits: int) -> str:
        return f"smalt_exchange({amount}, {scale}, {direct}, {inverse}, {digits})"

    def exact(self, sql: str, scale: int) -> str:
        # integers that overflow turn into REAL; `| 0` brings them back, clamped to the ends
        return f"nullif(nullif(({sql}) | 0, {_LARGEST}), {_SMALLEST})"

    def real(self, sql: str) -> str:
        clamped = f"max(min({sql}, {_BEYOND}), -{_BEYOND})"
        return f"nullif(nullif({clamped}, {_BEYOND}), -{_BEYOND})"

    def to_real(self, sql: str, scale: int) -> str:
        return f"({sql} / {10**scale}.0)" if scale else f"CAST({sql} AS REAL)"

    def to_scale(self, sql: str, scale: int, wanted: int) -> str:
        return f"({sql} * {10 ** (wanted - scale)})" if wanted > scale else sql

    def round(self, sql: str, scale: int | None, places: int, mode: Rounding) -> str:
        if scale is None:
            return f"smalt_round({sql}, {places}, '{mode}')"
        if places >= scale:
            return self.to_scale(sql, scale, max(places, 0))
        return self.once({"x": sql}, lambda v: self._rounded(v["x"], scale, places, mode))

    def _rounded(self, sql: str, scale: int, places: int, mode: Rounding) -> str:
        divisor = 10 ** (scale - places)
        correction = _ROUNDING[mode].format(x=sql, d=divisor, h=divisor // 2)
        rounded = f"({sql} / {divisor} + {correction})"
        return rounded if places >= 0 else self.exact(f"{rounded} * {10**-places}", 0)

    def number_text(self, sql: str, scale: int | None) -> str:
        if scale is None:
            return f"smalt_real_text({sql})"
        if scale == 0:
            return f"CAST({sql} AS TEXT)"
        written = self.once({"x": sql}, lambda v: decimal_text(v["x"], scale))
        return f"rtrim(rtrim({written}, '0'), '.')"

    def amount_text(self, sql: str, scale: int | None, unit: str) -> str:
        return f"smalt_amount({sql}, {-1 if scale is None else scale}, {unit})"

    def sum(self, sql: str, scale: int | None) -> str:
        if scale is None:
            return self.real(f"sum({sql})")
        # in two halves, since SQLite's own sum of integers fails when it overflows
        return self.exact(f"sum({sql} >> 32) * 4294967296 + sum({sql} & 4294967295)", scale)

    def median(self, sql: str) -> str:
        return f"smalt_median({sql})"

    def integer(self, sql: str, limit: int) -> str:
        outside = limit + 1
        return f"nullif(nullif(max(min({sql}, {outside}), -{outside}), {outside}), -{outside})"

    def date_text(self, sql: str) -> str:
        return sql

    def minute_text(self, sql: str) -> str:
        return f"replace(substr({sql}, 1, 16), 'T', ' ')"

    def day_start(self, sql: str, zone: str) -> str:
        return f"smalt_day_start({sql}, {self.literal(zone)})"

    def moment(self, sql: str) -> str:
        return f"strftime('%Y-%m-%dT%H:%M:%fZ', {sql} / 1000.0, 'unixepoch')"

    def local(self, sql: str, zone: str) -> str:
        return f"substr({sql}, 1, 23)" if zone == "UTC" else f"smalt_local({sql}, {self.literal(zone)})"

    def local_date(self, sql: str, zone: str) -> str:
        return f"substr({sql}, 1, 10)" if zone == "UTC" else f"smalt_local_date({sql}, {self.literal(zone)})"


def decimal_text(sql: str, scale: int) -> str:
    """A scaled integer as decimal text with all its places; NULL stays NULL."""
    if scale == 0:
        return f"CAST({sql} AS TEXT)"
    sign = f"CASE WHEN {sql} < 0 THEN '-' ELSE '' END"
    places = f"substr('{'0' * scale}' || (abs({sql}) % {10**scale}), -{scale})"
    return f"({sign} || (abs({sql}) / {10**scale}) || '.' || {places})"
