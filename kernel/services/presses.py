"""Pressing the fields that are there to be pressed."""

from __future__ import annotations

from kernel.access.actor import Actor
from kernel.errors import ForbiddenError, InvalidInputError
from kernel.services.changes import ChangeLog
from kernel.services.record_reader import RecordAnswer
from kernel.services.records import RecordService
from kernel.services.rights import visible_field


class PressService:
    """Logs presses, in the history and as events for whatever reacts."""

    def __init__(self, records: RecordService, log: ChangeLog) -> None:
        self._records = records
        self._log = log

    async def press(self, actor: Actor, project_id: int, record_id: int, name: str) -> RecordAnswer:
        """Press a field of a record, which itself does not change; the record as it is then.

        Raises NotFoundError, ForbiddenError, and InvalidInputError for a field of another kind.
        """
        async with self._records.writing(actor, project_id) as work:
            field = visible_field(work.project, actor, name)
            before = await self._records.current(work, record_id)
            if field.type is None or not field.type.pressable:
                raise InvalidInputError(f"'{field.name}' cannot be pressed.")
            work.demand("edit", "pressing buttons")
            if work.access.rule(field.key) != "edit":
                raise ForbiddenError(f"You may not press '{field.name}'.")
            pressed = {str(field.id): [None, None]}
            version = before.columns["version"]
            await self._log.write(work.tx, actor, project_id, record_id, "button.pressed", version, pressed)
        return await self._records.reader.record(actor, project_id, record_id)
