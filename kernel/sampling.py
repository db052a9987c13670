"""How well the cells of a column fit a type, for the preview of an import."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kernel.errors import InvalidValueError

_ENOUGH = 0.9
"""Real columns have a few cells that say "unknown"; the person importing sees them row by row."""


def share(samples: Sequence[str], fits: Callable[[str], bool]) -> float:
    """The part of the cells that fit, 0 to 1; blank cells do not count."""
    cells = [cell for cell in samples if cell.strip()]
    return sum(map(fits, cells)) / len(cells) if cells else 0.0


def parses(parse: Callable[[str], object]) -> Callable[[str], bool]:
    """Whether a cell is read by `parse` without an InvalidValueError."""

    def fits(cell: str) -> bool:
        try:
            return parse(cell) is not None
        except InvalidValueError:
            return False

    return fits


def score(samples: Sequence[str], fits: Callable[[str], bool], weight: float) -> float:
    """`weight` times the part that fits, 0 when that is less than nine cells in ten."""
    part = share(samples, fits)
    return weight * part if part >= _ENOUGH else 0.0
