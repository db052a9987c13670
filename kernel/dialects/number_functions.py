"""Number functions in Python, for SQLite; `postgres_numbers` has the same for PostgreSQL."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from typing import Final

from kernel.currencies import currency_digits

LARGEST: Final = 1e100
SMALLEST: Final = 1e-100

_WIDE: Final = Context(prec=60)
_NUMBER: Final = re.compile(
    r"[ \t\n\r]*([+-]?(?:[0-9]{1,200}(?:\.[0-9]{0,200})?|\.[0-9]{1,200})(?:[eE][+-]?[0-9]{1,3})?)[ \t\n\r]*"
)
_BEFORE_THOUSANDS: Final = re.compile(r"[0-9](?=(?:[0-9]{3})+$)")
_MODES: Final[Mapping[str, str]] = {
    "nearest": ROUND_HALF_UP,
    "up": ROUND_UP,
    "down": ROUND_DOWN,
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
}


def real(number: float) -> float | None:
    """What double precision may hold: empty beyond 1e100, zero below 1e-100."""
    if math.isnan(number) or abs(number) >= LARGEST:
        return None
    return number if abs(number) >= SMALLEST else 0.0


_ROOMY = Context(prec=400)


def money(amount: float | None, scale: int, unit: str | None) -> str | None:
    """JSON of an amount with the digits of its currency, more only when it has them."""
    if amount is None:
        return None
    written = {"amount": amount_text(amount, scale, unit), "currency": unit}
    return json.dumps(written, separators=(",", ":"))


def amount_text(amount: float | None, scale: int, unit: str | None) -> str | None:
    """An amount with the digits of its currency, more when it is exact and has them.

    A negative scale stands for double precision: such amounts are rounded half away from zero.
    """
    if amount is None:
        return None
    digits = currency_digits(unit or "")
    if scale < 0:
        exact = Decimal(f"{amount:.15g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _ROOMY)
    else:
        exact = Decimal(int(amount)).scaleb(-scale)
    whole, _, places = _plain(exact).partition(".")
    padded = places.ljust(digits, "0")
    return f"{whole}.{padded}" if padded else whole


def exchange(
    amount: int | None, scale: int, direct: str | None, inverse: str | None, digits: int
) -> int | None:
    """An amount times the one rate or divided by the other, with four places; see `queries.exchange`."""
    if amount is None or (direct is None and inverse is None):
        return None
    exact = Decimal(amount).scaleb(-scale)
    if direct is not None:
        converted = _WIDE.multiply(exact, Decimal(direct))
    else:
        converted = _WIDE.divide(exact, Decimal(inverse or 1))
    rounded = converted.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE)
    result = int(rounded.scaleb(4, _WIDE))
    return result if abs(result) < 2**63 - 1 else None


def _plain(exact: Decimal) -> str:
    text = f"{exact:f}"
    trimmed = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if trimmed == "-0" else trimmed


def real_text(number: float | None) -> str | None:
    """Up to 15 significant digits, without exponent."""
    return None if number is None else _plain(Decimal(f"{number:.15g}"))


def shaped(
    text: str | None, shift: int, whole: int, least: int, most: int, point: str, group: str
) -> str | None:
    """A plain decimal with its point moved `shift` places to the right, from `least` to `most` places
    after it (halves away from zero), at least `whole` digits before it, and a sign between thousands."""
    if text is None:
        return None
    moved = Decimal(text).scaleb(shift, _ROOMY)
    exact = moved.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP, _ROOMY)
    front, _, places = _plain(exact.copy_abs()).partition(".")
    front = front.lstrip("0").rjust(whole, "0")
    front = _BEFORE_THOUSANDS.sub(r"\g<0>,", front).replace(",", group)
    places = places.ljust(least, "0")
    return f"{'-' if exact < 0 else ''}{front}{point if places else ''}{places}"


def parse_number(text: str | None) -> float | None:
    """The number that a text is; empty when it is none."""
    found = _NUMBER.fullmatch(text) if text is not None else None
    return real(float(found[1])) if found else None


def round_real(number: float | None, places: int, mode: str) -> int | None:
    """Round the 15 digits that people see; the result is an integer × 10^max(places, 0)."""
    if number is None:
        return None
    exact = Decimal(f"{number:.15g}")
    if exact.adjusted() > 18:
        return None
    scaled = int(exact.scaleb(places, _WIDE).to_integral_value(_MODES[mode]))
    result = scaled * 10 ** max(-places, 0)
    return result if -(2**63) < result < 2**63 - 1 else None


def floor(number: float | None) -> float | None:
    return None if number is None else float(math.floor(number))


def power(base: float | None, exponent: float | None) -> float | None:
    if base is None or exponent is None:
        return None
    try:
        result = math.pow(base, exponent)
    except (OverflowError, ValueError):
        return None
    return real(result)


def sqrt(number: float | None) -> float | None:
    return math.sqrt(number) if number is not None and number >= 0 else None


def exp(number: float | None) -> float | None:
    return None if number is None or number > 231 else real(math.exp(number))


def ln(number: float | None) -> float | None:
    return math.log(number) if number is not None and number > 0 else None


def log(number: float | None, base: float | None) -> float | None:
    if number is None or base is None or number <= 0 or base <= 0 or base == 1:
        return None
    return math.log10(number) if base == 10 else real(math.log(number) / math.log(base))


class Median:
    """An aggregate: the middle of the numbers, or halfway between the two in the middle."""

    def __init__(self) -> None:
        self._numbers: list[float] = []

    def step(self, number: float | None) -> None:
        if number is not None:
            self._numbers.append(number)

    def finalize(self) -> float | None:
        if not self._numbers:
            return None
        self._numbers.sort()
        middle, odd = divmod(len(self._numbers), 2)
        if odd:
            return self._numbers[middle]
        low, high = self._numbers[middle - 1 : middle + 1]
        return low + (high - low) / 2


def scaled(number: object, scale: int) -> int | None:
    """A decimal, as text or as it is, as the whole number that holds it; empty where it does not fit."""
    try:
        exact = Decimal(str(number)).scaleb(scale, _WIDE).to_integral_value(ROUND_HALF_UP)
    except ArithmeticError:
        return None
    return int(exact) if exact.is_finite() and abs(exact) < 2**63 else None
