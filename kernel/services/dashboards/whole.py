"""Charts as answers show them: with every member, null where nothing was given.

What is a choice between shapes, a measure and a grouping, is as it was given.
"""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

import msgspec

from kernel.queries.charts.request import (
    ChartConfig,
    ChartCurrency,
    ChartFilters,
    ChartGrouping,
    ChartSource,
    Exact,
    Expression,
    Name,
)

Grouped: TypeAlias = Name | ChartGrouping | None


class WholeFilters(ChartFilters, frozen=True, omit_defaults=False):
    """What narrows all sources."""


class WholeCurrency(ChartCurrency, frozen=True, omit_defaults=False):
    """The currency of a chart."""


class WholeSource(ChartSource, frozen=True, omit_defaults=False, kw_only=True):
    """The records of a project."""

    filter: Expression | None = None
    group_by: Grouped = None


class WholeConfig(ChartConfig, frozen=True, omit_defaults=False, kw_only=True):
    """What a chart shows."""

    sources: list[WholeSource]  # type: ignore[assignment]  # answers are only read
    weights: dict[str, Exact] | None = None
    group_by: Grouped = None
    stack_by: Grouped = None
    currency: WholeCurrency | None = None
    filters: WholeFilters = WholeFilters()
    format: dict[str, Any] = {}


W = TypeVar("W")


def whole(given: msgspec.Struct, type_: type[W]) -> W:
    """The same with every member."""
    return msgspec.convert(msgspec.to_builtins(given), type_)
