"""A trigger: a number of a record has grown by at least so many percent."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import FieldName, Occurrence, Trigger, hookimpl


class NumberGrewConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`field` is a number; `percent` by how much it must have grown at once."""

    field: FieldName
    percent: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 10


class NumberGrewTrigger(Trigger[NumberGrewConfig]):
    """Not when it was empty or nothing before."""

    key = "number_grew"
    label = "A number grows"
    description = "By at least so many percent at once."
    config_type = NumberGrewConfig
    kinds = ("record.updated",)

    def matches(self, event: Occurrence, config: NumberGrewConfig) -> bool:
        change = event.changed(config.field)
        if change is None or change.before is None or change.after is None:
            return False
        before, after = Decimal(str(change.before)), Decimal(str(change.after))
        return 0 < before * (100 + config.percent) <= after * 100


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [NumberGrewTrigger()]
