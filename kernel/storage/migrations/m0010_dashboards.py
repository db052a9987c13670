"""Dashboards, their charts and their members."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.storage.migrations.ddl import runner, same, table

ID = "0010-dashboards"
VERSION = "1.38.0"
DESCRIPTION = "Dashboards, charts, with whom they are shared"

_STATEMENTS = (
    table(
        "smalt_dashboard",
        "id BIGINT PRIMARY KEY, name TEXT NOT NULL, description TEXT, time_zone TEXT NOT NULL, "
        "filters TEXT NOT NULL, created_at BIGINT NOT NULL, created_by BIGINT, updated_at BIGINT NOT NULL",
    ),
    table(
        "smalt_dashboard_member",
        "dashboard_id BIGINT NOT NULL, user_id BIGINT NOT NULL, role TEXT NOT NULL, "
        "created_at BIGINT NOT NULL",
        key="dashboard_id, user_id",
    ),
    same("CREATE INDEX smalt_dashboard_member_user ON smalt_dashboard_member (user_id, dashboard_id)"),
    table(
        "smalt_chart",
        "id BIGINT PRIMARY KEY, dashboard_id BIGINT NOT NULL, title TEXT NOT NULL, type TEXT NOT NULL, "
        "config TEXT NOT NULL, x BIGINT NOT NULL, y BIGINT NOT NULL, width BIGINT NOT NULL, "
        "height BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL",
    ),
    same("CREATE INDEX smalt_chart_dashboard ON smalt_chart (dashboard_id, y, x, id)"),
)


async def forwards() -> MigrationManager:
    """Piccolo's entry point."""
    manager = MigrationManager(migration_id=ID, app_name="smalt", description=DESCRIPTION)
    manager.add_raw(runner(_STATEMENTS))
    return manager
