"""What goes to the readers of events."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

RESYNC: Final = "resync"
"""Events were passed over: whoever keeps a copy reads it anew."""

PROJECT_CHANGED: Final = "project.changed"
"""So much changed in a project that it is not told one by one."""

REMOVED: Final = "record.removed"
"""A record that this reader was told of is not theirs to see any more."""


class EventData(msgspec.Struct, frozen=True):
    """What an event tells: where, and which fields; their values are for the reader to fetch.

    `changed` names stored fields; what is computed from them has changed too. `by` is a user's id.
    """

    project_id: str
    record_id: str | None = None
    version: int | None = None
    changed: list[str] = []
    by: str | None = None


class Message(NamedTuple):
    """One message to readers. `seq` is where a reader who has it goes on; None: not from here.

    With `if_told` it is for readers only who were told of the record before.
    """

    name: str
    data: bytes
    seq: int | None = None
    project_id: int | None = None
    record_id: int | None = None
    if_told: bool = False


def message(
    name: str, data: EventData, seq: int | None = None, record_id: int | None = None, if_told: bool = False
) -> Message:
    return Message(name, msgspec.json.encode(data), seq, int(data.project_id), record_id, if_told)


def resync(seq: int) -> Message:
    return Message(RESYNC, b"{}", seq)
