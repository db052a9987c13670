"""Functions that SQLite lacks, in Python, registered on each connection."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from kernel.dialects.currencies import digits

_WIDE = Context(prec=60)


def fold(text: str | None) -> str | None:
    """Lower case, character by character: the same as PostgreSQL's `pg_c_utf8`."""
    if text is None:
        return None
    return text.replace("Σ", "σ").replace("İ", "i").lower()


def money(amount: float | None, scale: int, unit: str | None) -> str | None:
    """JSON of an amount with the digits of its currency, more only when it has them."""
    if amount is None:
        return None
    written = {"amount": amount_text(amount, scale, unit), "currency": unit}
    return json.dumps(written, separators=(",", ":"))


def amount_text(amount: float | None, scale: int, unit: str | None) -> str | None:
    """An amount with the digits of its currency; a negative scale stands for double precision."""
    if amount is None:
        return None
    exact = Decimal(f"{amount:.15g}") if scale < 0 else Decimal(int(amount)).scaleb(-scale)
    trimmed = f"{exact:f}".rstrip("0").rstrip(".") if "." in f"{exact:f}" else f"{exact:f}"
    whole, _, places = trimmed.partition(".")
    padded = places.ljust(digits(unit), "0")
    return f"{whole}.{padded}" if padded else whole


def real_text(number: float | None) -> str | None:
    """Up to 15 significant digits, without exponent."""
    if number is None:
        return None
    text = f"{Decimal(f'{number:.15g}'):f}"
    trimmed = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if trimmed == "-0" else trimmed


_MODES: Mapping[str, str] = {
    "nearest": ROUND_HALF_UP,
    "up": ROUND_UP,
    "down": ROUND_DOWN,
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
}


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


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def day_start(day: str | None, zone: str) -> str | None:
    """The moment at which a day begins in a time zone."""
    if day is None:
        return None
    moment = datetime.fromisoformat(day).replace(tzinfo=_zone(zone))
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        return None
    return f"{utc.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def local_time(moment: str | None, zone: str) -> str | None:
    """A moment as the wall clock of a time zone shows it, `YYYY-MM-DDTHH:MM:SS.mmm`."""
    if moment is None:
        return None
    try:
        local = datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(_zone(zone))
    except OverflowError:
        return None
    return local.replace(tzinfo=None).isoformat(timespec="milliseconds")


def moment_of(local: str | None, zone: str) -> str | None:
    """The moment at which the wall clock of a time zone shows `local`; the first of two."""
    return day_start(local, zone)


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "smalt_fold": (1, fold),
    "smalt_money": (3, money),
    "smalt_amount": (3, amount_text),
    "smalt_round": (3, round_real),
    "smalt_real_text": (1, real_text),
    "smalt_day_start": (2, day_start),
    "smalt_local": (2, local_time),
    "smalt_moment": (2, moment_of),
}


def register(connection: sqlite3.Connection) -> None:
    for name, (arguments, function) in FUNCTIONS.items():
        connection.create_function(name, arguments, function, deterministic=True)
