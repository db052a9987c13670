"""Holds off whoever asks too often for what is cheap and changes nothing: counted in this process alone."""

from __future__ import annotations

from collections import Counter

from kernel.clock import Clock, to_milliseconds
from kernel.errors import TooManyRequestsError


class Tally:
    """Counts requests per key; each may have `most` within a window of so many seconds.

    All windows begin together, and what was counted in the one before is forgotten.
    """

    def __init__(self, clock: Clock, most: int, window: int = 60) -> None:
        self._clock = clock
        self._most = most
        self._window_ms = window * 1000
        self._began_at = 0
        self._counts: Counter[str] = Counter()

    def count(self, key: str) -> None:
        """Count a request. Raises TooManyRequestsError for one too many."""
        now = to_milliseconds(self._clock.now())
        if now - self._began_at >= self._window_ms:
            self._began_at = now
            self._counts.clear()
        self._counts[key] += 1
        if self._counts[key] > self._most:
            left = self._began_at + self._window_ms - now
            raise TooManyRequestsError("Too many requests. Wait a moment.", max(1, -(-left // 1000)))
