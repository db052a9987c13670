"""What time it is: always asked of an object, so that tests and demonstrations may set it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Clock(Protocol):
    """Tells the time in UTC with millisecond precision."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        moment = datetime.now(UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@dataclass(slots=True)
class OffsetClock:
    """Another clock, moved by `offset`; add to the offset to let time pass at once."""

    offset: timedelta = timedelta()
    source: Clock = SystemClock()

    def now(self) -> datetime:
        return self.source.now() + self.offset


def to_milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, as times stand in the kernel's tables."""
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(milliseconds: int) -> datetime:
    """The moment, in UTC, of milliseconds since 1970."""
    return _EPOCH + milliseconds * _MILLISECOND
