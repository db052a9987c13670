"""The time zones that there are."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones


@cache
def time_zones() -> frozenset[str]:
    """The names of the IANA time zones."""
    return frozenset(available_timezones())
