"""Records as they were at some time, for one reader of today."""

from __future__ import annotations

from datetime import datetime

from kernel.access.actor import Actor
from kernel.errors import Fault, InvalidInputError, InvalidValueError
from kernel.services.record_input import read_time
from kernel.services.record_reader import RecordReader
from kernel.services.rights import visible_project
from kernel.storage.schema_cache import SchemaCache


class RecordPast:
    """Reads the past; see `kernel.queries.past` for how it is known."""

    def __init__(self, schema: SchemaCache, reader: RecordReader) -> None:
        self._schema = schema
        self._reader = reader

    async def moment(self, actor: Actor, project_id: int, as_of: str | None) -> datetime | None:
        """What a client calls a moment; a day means its beginning in the project's time zone."""
        if as_of is None:
            return None
        project = visible_project(await self._schema.current(), actor, project_id)
        return _moment(as_of, project.time_zone)

    async def record(self, actor: Actor, project_id: int, record_id: int, as_of: str) -> bytes:
        """The record at `as_of` as JSON, in the shape of a record, with `as_of`.

        NotFoundError where it was not there, or the actor does not see it now.
        """
        await self._reader.record(actor, project_id, record_id)
        moment = await self.moment(actor, project_id, as_of)
        assert moment is not None  # `as_of` was given
        answer = await self._reader.record(actor, project_id, record_id, as_of=moment)
        return answer.json[:-1] + f',"as_of":"{_text(moment)}"}}'.encode()


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(text: str, time_zone: str) -> datetime:
    try:
        found = read_time(text, time_zone)
    except InvalidValueError as error:
        raise InvalidInputError(faults=[Fault("?as_of", error.detail)]) from error
    if found is None:
        raise InvalidInputError(faults=[Fault("?as_of", "Give a time such as 2026-12-31T09:00:00Z.")])
    return found
