"""What a chart asks for, as clients write it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from kernel.errors import Fault
from kernel.queries.aggregates import Interval, Measure
from kernel.values import MAXIMUM_SCALE

Expression: TypeAlias = str | dict[str, Any]

MOST_SOURCES = 20
MOST_NAMES = 200
LARGEST = 1_000_000_000_000

Exact: TypeAlias = Annotated[
    int | float | str, msgspec.Meta(description="A number, or an exact decimal as text.")
]
"""A number as it was given, so that it is given back as it was."""

Name = Annotated[str, msgspec.Meta(max_length=1000)]
Names = Annotated[tuple[Name, ...], msgspec.Meta(max_length=MOST_NAMES)]


class ChartGrouping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What tells groups apart: a field, or the time at which a record last entered a list
    (`"event": "entered_list"`). `interval` cuts times, in the time zone of the dashboard.

    Beside the fields of the project, `project`, `source` (of the chart) and `currency` are known.
    The event `as_of` shows how the whole figure was at the end of each period, up to now.
    """

    field: Name | None = None
    event: Literal["entered_list", "as_of"] | None = None
    list: Name | None = None
    interval: Interval | None = None


Grouped: TypeAlias = Name | ChartGrouping | msgspec.UnsetType | None
"""What is not given and what is null are the same, and each is given back as it was."""


class ChartSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The records of a project. What is given here goes before what the chart says for all."""

    project_id: Annotated[str, msgspec.Meta(examples=["29374920184832"])]
    filter: Annotated[Expression, msgspec.Meta(examples=["{list} != 'N/A'"])] | msgspec.UnsetType | None = (
        msgspec.UNSET
    )
    name: Name | None = None
    group_by: Grouped = msgspec.UNSET
    measure: Measure | None = None


class ChartFilters(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"from_": "from"}
):
    """Narrows all sources: projects, lists and tags by name or id, any of several; and a time frame.

    `from` and `to` are days (both count) in the dashboard's time zone; `period` is a named span such
    as `this_month` or `last_30_days`. The time is that by which the chart is grouped, else `time_field`,
    else when the record was made.
    """

    project: Names = ()
    list: Names = ()
    tag: Names = ()
    from_: Name | None = None
    to: Name | None = None
    period: Name | None = None
    time_field: Name | None = None


class ChartCurrency(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Only amounts in this currency, or all of them converted: by the rate of `day`, a field, or of today."""

    code: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", examples=["EUR"])]
    convert: bool = False
    day: Name | None = None


class ChartConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a chart shows.

    `weights` multiply what is measured by the name of the record's list, or of the option of
    `weights_by`; what is not named counts 0, or as `"*"` says. `top` keeps the largest groups and
    puts the rest together. `compare` adds the same figures one period or one year earlier.
    `as_of`, a day or a moment, shows the records as they were then, a day as it ended. `format` holds
    the options of the chart type.
    """

    sources: Annotated[list[ChartSource], msgspec.Meta(min_length=1, max_length=MOST_SOURCES)]
    measure: Measure = Measure(function="count")
    weights: (
        Annotated[dict[str, Exact], msgspec.Meta(max_length=500, examples=[{"Proposal Sent": 0.5}])]
        | msgspec.UnsetType
        | None
    ) = msgspec.UNSET
    weights_by: Name | None = None
    group_by: Grouped = msgspec.UNSET
    stack_by: Grouped = msgspec.UNSET
    sort: Literal["group", "value"] | None = None
    top: Annotated[int, msgspec.Meta(ge=1, le=500)] | None = None
    show_empty: bool | None = None
    cumulative: bool = False
    target: Exact | None = None
    compare: Literal["previous_period", "previous_year"] | None = None
    currency: ChartCurrency | None = None
    unit: Literal["share"] | None = None
    as_of: Name | None = None
    filters: ChartFilters = ChartFilters()
    format: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET

    @property
    def options(self) -> dict[str, Any]:
        """The options of the chart type."""
        return self.format or {}


def grouping(wanted: Grouped) -> ChartGrouping | None:
    """A grouping given by the name of its field alone, as one."""
    return ChartGrouping(field=wanted) if isinstance(wanted, str) else wanted or None


def exact(number: Exact) -> Decimal:
    """A number as it is computed with; none (NaN) for a text that is no number."""
    try:
        return Decimal(str(number))
    except InvalidOperation:
        return Decimal("NaN")


def number_faults(config: ChartConfig) -> list[Fault]:
    """Numbers that cannot be computed with: none, endless, huge, or with more places than are exact."""
    given = {f"/weights/{escaped(name)}": exact(weight) for name, weight in (config.weights or {}).items()}
    if config.target is not None:
        given["/target"] = exact(config.target)
    detail = f"Give a number up to {LARGEST:,}, with at most {MAXIMUM_SCALE} decimal places."
    return [Fault(pointer, detail) for pointer, number in given.items() if not _plain(number)]


def escaped(name: str) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _plain(number: Decimal) -> bool:
    if not number.is_finite() or abs(number) > LARGEST:
        return False
    exponent = number.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MAXIMUM_SCALE
