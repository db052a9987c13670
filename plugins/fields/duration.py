"""A span of time, held in whole seconds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from babel.units import format_unit

from kernel.plugin_api import (
    Column,
    Display,
    FieldType,
    InvalidInputError,
    InvalidValueError,
    Kind,
    Look,
    ParseContext,
    hookimpl,
    parse_integer,
)

Seconds = Annotated[int, msgspec.Meta(ge=0, le=10**12)]

_LONGEST = 60
_MOST = 10**12
_NUMBER = r"([0-9]{1,12}(?:[.,][0-9]{1,6})?)"
_CLOCK = re.compile(r"([0-9]{1,9}):([0-5][0-9])(?::([0-5][0-9]))?").fullmatch
_PART = re.compile(rf"\s*{_NUMBER}\s*([a-z]+)\.?,?\s*", re.IGNORECASE)
_ISO_TIME = rf"(?:T(?=[0-9])(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
_ISO = re.compile(rf"P(?:{_NUMBER}W)?(?:{_NUMBER}D)?{_ISO_TIME}", re.IGNORECASE).fullmatch
_ISO_UNITS = (604_800, 86_400, 3_600, 60, 1)
_UNITS = {
    name: seconds
    for seconds, names in (
        (1, "s sec secs second seconds sek sekunda sekundy sekund"),
        (60, "m min mins minute minutes minuta minuty minut"),
        (3_600, "h hr hrs hour hours g godz godzina godziny godzin"),
        (86_400, "d day days dzień dni"),
        (604_800, "w wk wks week weeks tydz tydzień tygodnie tygodni"),
    )
    for name in names.split()
}
_FORM = "This must be a span of time such as 1:30 (hours and minutes), 90m, 2h 15m or PT2H15M."


class DurationConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`minimum` and `maximum` are in seconds."""

    minimum: Seconds | None = None
    maximum: Seconds | None = None


class DurationDisplay(Display):
    def text(self, value: Any, kind: Kind, config: Any, look: Look) -> str:
        """The units that it has, such as `2 hr 15 min`."""
        rest = int(value)
        parts: list[str] = []
        for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
            count, rest = divmod(rest, seconds)
            if count or (unit == "second" and not parts):
                parts.append(format_unit(count, f"duration-{unit}", "short", locale=look.locale))
        return " ".join(parts)


class DurationField(FieldType[DurationConfig, int]):
    """Its JSON is the number of seconds, and so is its value in expressions.

    Input is a number of seconds, `1:30` (hours and minutes) or `1:30:15`, parts with units
    such as `2h 15m` or `1.5 days`, or ISO 8601. A day has 24 hours, a week seven days.
    """

    key = "duration"
    label = "Duration"
    description = "A span of time, in seconds."
    config_type = DurationConfig
    column = Column.INTEGER
    widget = "duration"
    display = DurationDisplay()

    def parse(self, value: object, config: DurationConfig, context: ParseContext) -> int | None:
        seconds = self._from_text(value, context) if isinstance(value, str) else parse_integer(value)
        if seconds is None:
            return None
        if not 0 <= seconds <= _MOST:
            raise InvalidValueError(f"This must be from 0 to {_MOST} seconds.")
        if config.minimum is not None and seconds < config.minimum:
            raise InvalidValueError(f"This must be at least {config.minimum} seconds.")
        if config.maximum is not None and seconds > config.maximum:
            raise InvalidValueError(f"This must be at most {config.maximum} seconds.")
        return seconds

    def _from_text(self, value: str, context: ParseContext) -> int | None:
        text = value.strip()
        if not text:
            return None
        if len(text) > _LONGEST:
            raise InvalidValueError(_FORM)
        if found := _CLOCK(text):
            return int(found[1]) * 3_600 + int(found[2]) * 60 + int(found[3] or 0)
        if (found := _ISO(text)) and text[-1] not in "PpTt":
            return _sum(zip(found.groups(), _ISO_UNITS, strict=True))
        if text[-1].isalpha() or text[-1] == ".":
            return _sum(_parts(text))
        return parse_integer(text, context.decimal_comma)

    def prepare(self, config: DurationConfig, previous: DurationConfig | None) -> DurationConfig:
        bounds = [bound for bound in (config.minimum, config.maximum) if bound is not None]
        if bounds != sorted(bounds):
            raise InvalidInputError("The minimum must not be above the maximum.")
        return config


def _parts(text: str) -> list[tuple[str, int]]:
    """`2h 15m` as numbers with the seconds of their units, from the largest unit to the smallest."""
    found: list[tuple[str, int]] = []
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        unit = None if part is None else _UNITS.get(part[2].lower())
        if part is None or unit is None or (found and unit >= found[-1][1]):
            raise InvalidValueError(_FORM)
        found.append((part[1], unit))
        at = part.end()
    return found


def _sum(parts: Iterable[tuple[str | None, int]]) -> int:
    """Whole seconds; a fraction of one is refused."""
    total = sum((Decimal(number.replace(",", ".")) * unit for number, unit in parts if number), Decimal(0))
    if total != total.to_integral_value():
        raise InvalidValueError("This must be a whole number of seconds.")
    return int(total)


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [DurationField()]
