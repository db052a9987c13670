"""Dashboards, their charts, and with whom they are shared."""

from __future__ import annotations

from piccolo.columns import BigInt, Text
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class Dashboard(Table, tablename="smalt_dashboard", db=ENGINE):
    """A set of charts. `filters` is JSON and narrows all of them."""

    id = number(primary_key=True)
    name = text()
    description = text(null=True)
    time_zone = text()
    filters = Text(default="{}")
    created_at = number()
    created_by = number(null=True)
    updated_at = number()
    deleted_at = number(null=True)
    deleted_by = number(null=True)


class DashboardMember(Table, tablename="smalt_dashboard_member", db=ENGINE):
    """Somebody with whom a dashboard is shared: `role` is view or edit."""

    dashboard_id = number(primary_key=True)
    user_id = number()
    role = text()
    created_at = number()


class Chart(Table, tablename="smalt_chart", db=ENGINE):
    """A chart of a dashboard. `config` is JSON; x, y, width and height are cells of a grid."""

    id = number(primary_key=True)
    dashboard_id = number()
    title = text()
    type = text()
    config = text()
    x = BigInt(default=0)
    y = BigInt(default=0)
    width = BigInt(default=4)
    height = BigInt(default=3)
    created_at = number()
    updated_at = number()
    deleted_at = number(null=True)
    deleted_by = number(null=True)


TABLES: tuple[type[Table], ...] = (Dashboard, DashboardMember, Chart)
