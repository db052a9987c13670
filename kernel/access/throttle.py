"""Holds off whoever keeps guessing: a count of failures per key within a window of time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from kernel.clock import Clock, to_milliseconds
from kernel.errors import TooManyRequestsError


class Throttle:
    """Counts failures in this process.

    A window starts with the first failure and ends `window` seconds later. The number of keys
    remembered is bounded; the oldest go first.
    """

    def __init__(self, clock: Clock, window: int = 300, remembered: int = 50_000) -> None:
        self._clock = clock
        self._window_ms = window * 1000
        self._remembered = remembered
        self._failures: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def check(self, limits: Sequence[tuple[str, int]]) -> None:
        """Raise TooManyRequestsError when one of the (key, most failures) is used up."""
        waits = [self._wait(key) for key, most in limits if self._count(key) >= most]
        if waits:
            seconds = max(waits)
            raise TooManyRequestsError(f"Too many attempts. Try again in {seconds} seconds.", seconds)

    def failed(self, keys: Sequence[str]) -> None:
        """Count a failure for each key. Count before a slow check, so that parallel guesses count too."""
        for key in keys:
            start, count = self._current(key) or (to_milliseconds(self._clock.now()), 0)
            self._failures[key] = (start, count + 1)
        while len(self._failures) > self._remembered:
            self._failures.popitem(last=False)

    def undo(self, keys: Sequence[str]) -> None:
        """Take back one failure for each key: the attempt, counted beforehand, has succeeded."""
        for key in keys:
            found = self._current(key)
            if found is not None and found[1] > 1:
                self._failures[key] = (found[0], found[1] - 1)
            else:
                self._failures.pop(key, None)

    def _current(self, key: str) -> tuple[int, int] | None:
        found = self._failures.get(key)
        if found is not None and found[0] + self._window_ms <= to_milliseconds(self._clock.now()):
            del self._failures[key]
            return None
        return found

    def _count(self, key: str) -> int:
        found = self._current(key)
        return 0 if found is None else found[1]

    def _wait(self, key: str) -> int:
        start = self._failures[key][0]
        return max(1, (start + self._window_ms - to_milliseconds(self._clock.now()) + 999) // 1000)
