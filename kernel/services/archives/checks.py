"""What rows of an archive must be, for they were not made by the services of this installation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from kernel.access.rights import BUILT_IN, custom
from kernel.queries.charts.request import ChartConfig, ChartFilters
from kernel.services.automations.rows import stored_definition
from kernel.services.dashboards.model import Layout
from kernel.services.forms.model import SLUG, FormContent
from kernel.services.names import MAXIMUM_NAME
from kernel.services.view_model import ViewContent
from kernel.storage.schema_rows import decode_columns
from kernel.time_zones import time_zones

Check = Callable[[Mapping[str, Any]], object]
_COLUMN: Final = re.compile(r"f_\d{15,19}(_[a-z0-9_]+)?")
_filters = msgspec.json.Decoder(ChartFilters).decode
_config = msgspec.json.Decoder(ChartConfig).decode
_view = msgspec.json.Decoder(ViewContent).decode
_form = msgspec.json.Decoder(FormContent).decode


def _project(row: Mapping[str, Any]) -> None:
    _demand(row["time_zone"] in time_zones() and 0 < len(row["name"]) <= MAXIMUM_NAME)


def _field(row: Mapping[str, Any]) -> None:
    """The names of columns go into statements as they are."""
    _demand(all(_COLUMN.fullmatch(column.name) for column in decode_columns(row["columns"])))


def _member(row: Mapping[str, Any]) -> None:
    _demand(row["role_id"] is not None or row["role"] in BUILT_IN)


def _form_row(row: Mapping[str, Any]) -> None:
    _demand(SLUG.fullmatch(row["slug"]) is not None)
    _form(row["content"])


def _dashboard(row: Mapping[str, Any]) -> None:
    _demand(row["time_zone"] in time_zones() and 0 < len(row["name"]) <= MAXIMUM_NAME)
    _filters(row["filters"])


def _chart(row: Mapping[str, Any]) -> None:
    place = {"x": row["x"], "y": row["y"], "w": row["width"], "h": row["height"]}
    msgspec.convert(place, Layout)
    _config(row["config"])


CHECKS: Final[Mapping[str, Check]] = {
    "smalt_project": _project,
    "smalt_field": _field,
    "smalt_role": lambda row: custom(row["id"], row["fields"], row["scope"], row["can"]),
    "smalt_member": _member,
    "smalt_view": lambda row: _view(row["content"]),
    "smalt_form": _form_row,
    "smalt_automation": lambda row: stored_definition(row["definition"]),
    "smalt_automation_version": lambda row: stored_definition(row["definition"]),
    "smalt_dashboard": _dashboard,
    "smalt_chart": _chart,
    "smalt_history": lambda row: msgspec.json.decode(row["changes"]),
}
"""By table; ValueError for what must not get in."""


def _demand(fine: bool) -> None:
    if not fine:
        raise ValueError("a row of an archive that no Smalt has written")
