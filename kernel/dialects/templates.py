"""What an engine has of its own for expressions: SQL with operands in braces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Templates:
    """The names are the same for all engines; `both` of `sql_function` is for what needs none."""

    functions: Mapping[str, str]
    """By the name of a function, or of what functions share; the operands are named by it."""
    time_tokens: Mapping[str, str]
    """Text of `{x}`, a wall clock time, by the token of a pattern: `YYYY`, `MMM`, `Do`."""
    time_numbers: Mapping[str, str]
    """Numbers of `{x}`: month, weekday from Sunday (0), hour, minute, second."""
    period_starts: Mapping[str, str]
    """The first day of the weeks, months, quarters and years in which the day `{x}` lies."""
