"""Sets the due date so long after now, or after another date of the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Action, ChangeRecord, Effect, Facts, Formula, InvalidInputError, hookimpl

Amount = Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)]


class SetDueConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """So many days, hours and minutes after now, or after what the expression `after` gives."""

    days: Amount = 0
    hours: Amount = 0
    minutes: Amount = 0
    after: Annotated[Formula, msgspec.Meta(examples=["{close_date}"])] | None = None


class SetDueAction(Action[SetDueConfig]):
    key = "set_due"
    label = "Set the due date"
    description = "So long after now, or after another date of the record."
    sentence = "set the due date to {after|now}[ {days} days][ {hours} hours][ {minutes} minutes]"
    config_type = SetDueConfig
    also = (("days", "in_days"),)

    def plan(self, config: SetDueConfig, facts: Facts) -> Sequence[Effect]:
        value = None if config.after is None else facts.value(config.after)
        if config.after is not None and value is None:
            return [ChangeRecord({"due_at": None})]
        try:
            start = facts.now if config.after is None else datetime.fromisoformat(str(value))
            due = start + timedelta(days=config.days, hours=config.hours, minutes=config.minutes)
        except (ValueError, OverflowError):
            raise InvalidInputError("'after' gives no date from which to count.") from None
        return [ChangeRecord({"due_at": due.isoformat()})]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [SetDueAction()]
