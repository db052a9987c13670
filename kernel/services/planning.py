"""What people plan with records: who follows them, reminders, repetition. Wires the services together."""

from __future__ import annotations

from kernel.services.entries import ProjectParts
from kernel.services.followers import FollowerService
from kernel.services.following import Following
from kernel.services.record_parts import RecordParts
from kernel.services.records import RecordService
from kernel.services.reminders import ReminderService
from kernel.services.reminding import Reminding
from kernel.services.repeating import Repeating
from kernel.services.repeats import RepeatService
from kernel.services.replanning import Replanning
from kernel.services.timekeeping import Timekeeper
from kernel.services.users import UserService


class Planning:
    """The services, listening to the change log and looked after by the timekeeper."""

    def __init__(
        self, parts: ProjectParts, records: RecordService, users: UserService, timekeeper: Timekeeper
    ) -> None:
        following = Following(parts)
        self.followers = FollowerService(RecordParts(parts, records, "followers"), following, users)
        self.reminders = ReminderService(RecordParts(parts, records, "reminders"))
        self.repeats = RepeatService(RecordParts(parts, records, "repeat"))
        parts.log.listen(following)
        parts.log.listen(Replanning(parts, timekeeper.soon))
        timekeeper.add(Reminding(parts), Repeating(parts, records))
