"""An action: the record becomes due in so many working days, Saturdays and Sundays left out."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec

from kernel.plugin_api import Action, AddComment, ChangeRecord, Effect, Facts, TextTemplate, hookimpl


class WorkingDaysConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`days` to go on from today; `text` is said in a comment, where it is given."""

    days: Annotated[int, msgspec.Meta(ge=1, le=100)]
    text: TextTemplate | None = None


class WorkingDaysAction(Action[WorkingDaysConfig]):
    key = "due_in_working_days"
    label = "Due in working days"
    description = "Sets the due date, weekends left out."
    config_type = WorkingDaysConfig

    def plan(self, config: WorkingDaysConfig, facts: Facts) -> Sequence[Effect]:
        day, left = facts.now.astimezone(ZoneInfo(facts.time_zone)), config.days
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 5
        said = [] if config.text is None else [AddComment(facts.text(config.text))]
        return [ChangeRecord({"due_at": day.isoformat()}), *said]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [WorkingDaysAction()]
