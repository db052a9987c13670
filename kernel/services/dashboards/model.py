"""Dashboards and charts as the API takes and gives them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from kernel.queries.charts.request import ChartConfig, ChartFilters

MOST_CHARTS = 100
LARGEST_GRID = 1_000

Role: TypeAlias = Literal["view", "edit"]
Title = Annotated[str, msgspec.Meta(examples=["Sales per month"])]
TypeKey = Annotated[str, msgspec.Meta(description="A key of /chart-types.", examples=["bar"])]
Place = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_GRID)]
Size = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_GRID, examples=[4])]


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a chart stands, in cells of a grid of twelve columns."""

    x: Place = 0
    y: Place = 0
    w: Size = 4
    h: Size = 3


class LayoutPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a layout."""

    x: Place | msgspec.UnsetType = msgspec.UNSET
    y: Place | msgspec.UnsetType = msgspec.UNSET
    w: Size | msgspec.UnsetType = msgspec.UNSET
    h: Size | msgspec.UnsetType = msgspec.UNSET


class ChartInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new chart. Without a layout it stands below the others."""

    title: Title
    type: TypeKey
    config: ChartConfig
    layout: Layout | None = None


class ChartPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a chart; a `config` takes the place of the one before.

    Another `type` alone keeps the options of `format` that it knows too.
    """

    title: Title | msgspec.UnsetType = msgspec.UNSET
    type: TypeKey | msgspec.UnsetType = msgspec.UNSET
    config: ChartConfig | msgspec.UnsetType = msgspec.UNSET
    layout: LayoutPatch | msgspec.UnsetType = msgspec.UNSET


class PreviewInput(msgspec.Struct, forbid_unknown_fields=True):
    """A chart that is not saved. `title` and `layout` are taken and make no difference."""

    type: TypeKey
    config: ChartConfig
    title: str = ""
    time_zone: Annotated[str | None, msgspec.Meta(examples=["Europe/Warsaw"])] = None
    layout: Layout | None = None


class Chart(msgspec.Struct):
    """A chart. `config` is null where you may not see everything that it names."""

    id: str
    dashboard_id: str
    title: str
    type: str
    config: ChartConfig | None
    layout: Layout


class DashboardInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new dashboard. Days begin in `time_zone`; `filters` narrow all of its charts."""

    name: Annotated[str, msgspec.Meta(examples=["Sales"])]
    description: str | None = None
    time_zone: Annotated[str | None, msgspec.Meta(examples=["Europe/Warsaw"])] = None
    filters: ChartFilters = ChartFilters()


class DashboardPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a dashboard."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    time_zone: str | msgspec.UnsetType = msgspec.UNSET
    filters: ChartFilters | msgspec.UnsetType = msgspec.UNSET


class DashboardMember(msgspec.Struct):
    """Somebody with whom a dashboard is shared. `id` is that of the user."""

    id: str
    name: str
    email: str
    role: Literal["owner", "view", "edit"]


class DashboardMemberInput(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to share with."""

    user: Annotated[str, msgspec.Meta(description="Id or email.", examples=["ewa@example.com"])]
    role: Role = "view"


class DashboardMemberPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What a member may do from now on."""

    role: Role


class Dashboard(msgspec.Struct):
    """A dashboard. `role` is your own: owner, edit or view."""

    id: str
    name: str
    description: str | None
    time_zone: str
    filters: ChartFilters
    role: str
    charts: list[Chart]
    created_at: str
    updated_at: str


def encode(value: Any) -> str:
    """JSON as it is stored: numbers as they were given."""
    return msgspec.json.encode(value).decode()
