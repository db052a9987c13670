"""When a form takes submissions."""

from __future__ import annotations

from datetime import datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from kernel.services.forms.model import DAYS, Hours, StoredForm

Closed = Literal["not yet", "over", "hours", "full"]


def closed(form: StoredForm, now: datetime, time_zone: str) -> Closed | None:
    """Why a form takes nothing now; None while it does."""
    content = form.content
    if content.opens_at is not None and now < datetime.fromisoformat(content.opens_at):
        return "not yet"
    if content.closes_at is not None and now >= datetime.fromisoformat(content.closes_at):
        return "over"
    if content.limit is not None and form.submissions >= content.limit:
        return "full"
    if content.hours is not None and not within(content.hours, now.astimezone(ZoneInfo(time_zone))):
        return "hours"
    return None


def within(hours: Hours, local: datetime) -> bool:
    """Whether a moment by the clock of the project is within hours, which may go past midnight."""
    start, end = time.fromisoformat(hours.start), time.fromisoformat(hours.end)
    now = local.time()
    today = not hours.days or DAYS[local.weekday()] in hours.days
    yesterday = not hours.days or DAYS[local.weekday() - 1] in hours.days
    if start < end:
        return today and start <= now < end
    return (today and now >= start) or (yesterday and now < end)
