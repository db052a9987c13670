"""Time zones and locales by name, as people choose them."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from functools import cache
from typing import Annotated

import msgspec
from babel.localedata import locale_identifiers

from kernel.services.names import Faults
from kernel.time_zones import time_zones

TimeZone = Annotated[str, msgspec.Meta(description="IANA time zone.", examples=["Europe/Warsaw"])]
LocaleName = Annotated[str, msgspec.Meta(description="Language, and region if it matters.", examples=["pl"])]


@cache
def locales() -> frozenset[str]:
    """The names of the locales that texts can be written in, such as `pl` and `de-CH`."""
    return frozenset(name.replace("_", "-") for name in locale_identifiers())


def checked_time_zone(faults: Faults, zone: str) -> str:
    """A time zone that there is."""
    return checked_choice(zone, time_zones(), faults, "/time_zone", "an IANA time zone")


def checked_locale(faults: Faults, name: str) -> str:
    """A locale that there is; `pl_PL` is stored as `pl-PL`."""
    return checked_choice(name.replace("_", "-"), locales(), faults, "/locale", "a locale")


def checked_choice(name: str, names: Collection[str], faults: Faults, pointer: str, what: str) -> str:
    """One of the `names`; a fault says which is nearest."""
    if name not in names:
        near = difflib.get_close_matches(name[:100], list(names), n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        faults.add(pointer, f"'{name[:100]}' is not {what}.{hint}")
    return name
