"""Goes on later: after a while, or at a moment that the record names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec

from kernel.plugin_api import Action, Effect, Facts, Formula, InvalidInputError, Wait, hookimpl

Amount = Annotated[int, msgspec.Meta(ge=0, le=100_000)]


class WaitConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """So many days, hours, minutes and seconds from now, or from what the expression `until` gives."""

    days: Amount = 0
    hours: Amount = 0
    minutes: Amount = 0
    seconds: Amount = 0
    until: Annotated[Formula, msgspec.Meta(examples=["{due_at}"])] | None = None


class WaitAction(Action[WaitConfig]):
    key = "wait"
    label = "Wait"
    description = "The actions after it come later, also when the server is started anew meanwhile."
    sentence = "wait[ {days} days][ {hours} hours][ {minutes} minutes][ {seconds} seconds][ after {until}]"
    config_type = WaitConfig
    needs_record = False

    def plan(self, config: WaitConfig, facts: Facts) -> Sequence[Effect]:
        value = None if config.until is None else facts.value(config.until)
        pause = timedelta(
            days=config.days, hours=config.hours, minutes=config.minutes, seconds=config.seconds
        )
        try:
            start = facts.now if value is None else datetime.fromisoformat(str(value))
            zoned = start if start.tzinfo else start.replace(tzinfo=ZoneInfo(facts.time_zone))
            return [Wait((zoned + pause).astimezone(UTC))]
        except (ValueError, OverflowError):
            raise InvalidInputError("'until' gives no date or time to wait for.") from None


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [WaitAction()]
