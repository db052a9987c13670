"""Round numbers for axes."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """An axis of values that holds 0: `ticks` are round, the first and the last are its ends."""

    ticks: tuple[float, ...]

    @property
    def lowest(self) -> float:
        return self.ticks[0]

    @property
    def highest(self) -> float:
        return self.ticks[-1]

    def share(self, value: float) -> float:
        """Where a value lies between the ends, from 0 to 1."""
        return (value - self.lowest) / (self.highest - self.lowest)


def scale_for(lowest: float, highest: float, most: int = 6) -> Scale:
    """The scale for values from `lowest` to `highest`, with about `most` ticks."""
    low, high = min(lowest, 0.0), max(highest, 0.0)
    if high == low:
        high = low + 1.0
    step = _step((high - low) / max(1, most - 1))
    first, last = floor(low / step), ceil(high / step)
    return Scale(tuple(round(n * step, 12) for n in range(first, last + 1)))


def _step(rough: float) -> float:
    power = 10.0 ** floor(log10(rough))
    return next(s * power for s in _STEPS if s * power >= rough * (1 - 1e-9))
