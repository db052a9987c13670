"""Identifiers: whole numbers of 63 bits that grow with time and never meet between processes.

`milliseconds since 2020 (41 bits) | sequence (9 bits) | node (13 bits)`: of two identifiers of
one process the later one is greater, and processes differ by their node number.
"""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock

from kernel.clock import Clock, to_milliseconds

LARGEST = 2**63 - 1
NODES = 8192
_SEQUENCES = 512
_START = to_milliseconds(datetime(2020, 1, 1, tzinfo=UTC))
_APART = 60_000


class IdGenerator:
    """Makes the identifiers of one process. `node` is that process's own number, 0 to 8191."""

    def __init__(self, node: int, clock: Clock) -> None:
        if not 0 <= node < NODES:
            raise ValueError(f"A node number is 0 to {NODES - 1}, not {node}.")
        self._node = node
        self._clock = clock
        self._next = 0
        self._lock = Lock()

    def settle(self, node: int) -> None:
        """Take the process's number, once the database has given one out; before the first identifier."""
        if not 0 <= node < NODES:
            raise ValueError(f"A node number is 0 to {NODES - 1}, not {node}.")
        self._node = node

    def new(self) -> int:
        """One identifier, greater than all this object has made."""
        return self._take(1) * NODES + self._node

    def many(self, count: int) -> range:
        """`count` identifiers in growing order."""
        first = self._take(count) * NODES + self._node
        return range(first, first + count * NODES, NODES)

    def _take(self, count: int) -> int:
        """The first of `count` free ticks; a full millisecond borrows from the next ones."""
        with self._lock:
            milliseconds = to_milliseconds(self._clock.now()) - _START
            tick = max(self._next, milliseconds * _SEQUENCES)
            self._next = tick + count
            return tick


def number_of(text: object) -> int | None:
    """The number behind an identifier from outside; None for what never was one."""
    if not isinstance(text, str) or len(text) > 19 or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if number <= LARGEST else None


def first_of(moment: datetime) -> int:
    """Below every identifier that was made at a moment or later, whatever little the clocks were apart."""
    return max(0, to_milliseconds(moment) - _START - _APART) * _SEQUENCES * NODES


def moment_of(identifier: int) -> datetime:
    """About when an identifier was made."""
    seconds = (identifier // (NODES * _SEQUENCES) + _START) / 1000
    return datetime.fromtimestamp(seconds, UTC)
