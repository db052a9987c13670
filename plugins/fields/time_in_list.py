"""How long a record was in a list, or has been in the one it is in."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from babel.units import format_unit

from kernel.plugin_api import Derivation, Display, FieldType, Kind, Look, NumberFormat, Stays, hookimpl

_UNITS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}


class TimeInListConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`list` by id (which outlives a new name) or name: the time of all stays there together.
    Without it, the time since the record came into the list that it is in. A day has 24 hours."""

    list: Annotated[str, msgspec.Meta(min_length=1, max_length=300)] | None = None
    unit: Literal["seconds", "minutes", "hours", "days"] = "days"
    decimals: Annotated[int, msgspec.Meta(ge=0, le=6)] = 2


class TimeInListDisplay(Display):
    def text(self, value: Any, kind: Kind, config: TimeInListConfig, look: Look) -> str:
        return format_unit(
            Decimal(str(value)), f"duration-{config.unit.removesuffix('s')}", locale=look.locale
        )


class TimeInListField(FieldType[TimeInListConfig, None]):
    """Empty for a record that was never in the list; a stay that lasts counts up to now."""

    key = "time_in_list"
    label = "Time in list"
    description = "How long the record has been in a list."
    config_type = TimeInListConfig
    widget = "derived"
    display = TimeInListDisplay()

    def derive(self, config: TimeInListConfig) -> Derivation:
        stays = Stays(list=config.list, present=config.list is None)
        if config.unit == "seconds":
            return Derivation("{seconds}", measure="sum", stays=stays)
        expression = f"{{seconds}} / {_UNITS[config.unit]}"
        return Derivation(expression, measure="sum", format=NumberFormat(config.decimals), stays=stays)


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [TimeInListField()]
